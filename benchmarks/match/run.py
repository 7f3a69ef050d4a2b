"""Compare matching systems on labelled sets.

    python benchmarks/match/run.py SET ... [--papers papers.csv] [--cache DIR] [--out RESULTS.md]

A SET is a folder with needs.csv, achievements.csv and qrels.csv. The last columns are Sanwang's lead in nDCG@10 over
the system and its paired 95 % interval.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from labelled import Labelled, paper_tasks, read_set
from measures import interval, paired_bootstrap, per_need
from systems import Order, every

LEAST = 20
"""Achievements of a language below which it is no slice of its own."""

MEASURES = ("nDCG@10", "MRR@10", "R@10", "R@100")


def main() -> None:
    given = _arguments()
    tasks = [read_set(folder) for folder in given.sets]
    if given.papers:
        tasks += paper_tasks(given.papers)
    text = "\n\n".join(report(task, every(task, given.cache)) for task in tasks)
    print(text)
    if given.out:
        command = "python benchmarks/match/run.py " + " ".join(Path(s).name for s in given.sets)
        given.out.write_text(f"# Matching compared\n\n`{command}`\n\n{text}\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def report(task: Labelled, orders: dict[str, Order]) -> str:
    """A table a language: every system's measures, and Sanwang's lead."""
    marks = task.languages
    how = "within a need's own candidates" if task.within else "whole pool"
    parts = [
        f"## {task.name}",
        f"{task.needs.height} needs, {task.achievements.height:,} achievements, {how}; gain 2^g − 1; MRR and "
        f"recall count grade ≥ {task.least}.",
    ]
    present = [m for m in sorted(set(marks.values())) if sum(x == m for x in marks.values()) >= LEAST]
    for name in ["all", *(present if len(present) > 1 else [])]:
        keep = None if name == "all" else frozenset(a for a, m in marks.items() if m == name)
        parts.append(f"### {'all languages' if name == 'all' else f'achievements in {name}'}")
        parts.append(_table(task, orders, keep))
    parts.append("### Recall@10 by grade, whole pool" if not task.within else "### Recall@10 by grade")
    parts.append(_grades(task, orders))
    return "\n\n".join(parts)


def _measured(task: Labelled, order: Order, keep: frozenset[str] | None) -> dict[str, np.ndarray]:
    rows = []
    for need in task.needs["id"]:
        grades = task.grades[need]
        chosen = frozenset(grades) if task.within else None
        limit = chosen if keep is None else keep if chosen is None else keep & chosen
        rows.append(per_need(order[need], grades, task.least, limit))
    return {m: np.array([r[m] for r in rows]) for m in MEASURES}


def _table(task: Labelled, orders: dict[str, Order], keep: frozenset[str] | None) -> str:
    found = {name: _measured(task, order, keep) for name, order in orders.items()}
    lines = [
        "| system | nDCG@10 (95 %) | MRR@10 | R@10 | R@100 | lead of Sanwang (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    us = found["Sanwang"]["nDCG@10"]
    for name, by in found.items():
        seen = ~np.isnan(by["nDCG@10"])
        low, high = interval(by["nDCG@10"][seen])
        lead = ""
        if name != "Sanwang":
            mean, least, most = paired_bootstrap(us[seen], by["nDCG@10"][seen])
            lead = f"{mean:+.3f} ({least:+.3f} … {most:+.3f})"
        rest = " | ".join(f"{np.nanmean(by[m]):.3f}" for m in MEASURES[1:])
        lines.append(
            f"| {name} | {by['nDCG@10'][seen].mean():.3f} ({low:.3f}–{high:.3f}) | {rest} | {lead} |"
        )
    return "\n".join(lines)


def _grades(task: Labelled, orders: dict[str, Order]) -> str:
    lines = ["| system | grade 3 | grade 2 | grade 1 | grade 0 |", "|---|---|---|---|---|"]
    for name, order in orders.items():
        shares = [_share(task, order, grade) for grade in (3, 2, 1, 0)]
        lines.append(f"| {name} | " + " | ".join("–" if math.isnan(s) else f"{s:.3f}" for s in shares) + " |")
    return "\n".join(lines)


def _share(task: Labelled, order: Order, grade: int) -> float:
    shares: list[float] = []
    for need in task.needs["id"]:
        grades = task.grades[need]
        names = [a for a in order[need] if a in grades] if task.within else order[need]
        wanted = {a for a, g in grades.items() if g == grade}
        if wanted:
            shares.append(len(wanted & set(names[:10])) / len(wanted))
    return float(np.mean(shares)) if shares else float("nan")


if __name__ == "__main__":
    main()
