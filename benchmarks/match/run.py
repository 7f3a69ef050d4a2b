"""Compare matching systems on labelled sets.

    python benchmarks/match/run.py SET ... [--encoder NAME=SAID ...] [--other NAME=SET=RANKING.csv ...] [--cache DIR]
        [--papers papers.csv] [--out RESULTS.md]

A SET is a folder with needs.csv, achievements.csv and qrels.csv. BM25 and Sanwang are always there; ``--encoder`` adds
the bare vectors of an encoder (as ``--encoder`` of ``sanwang match`` names it), ``--other`` a ranking made elsewhere.
The last column is Sanwang's lead in nDCG@10 over the system, paired over needs, with its 95 % interval.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from labelled import Labelled, paper_tasks, read_set
from measures import auc, auc_interval, interval, paired_bootstrap, per_need
from systems import Ranked, bm25, elsewhere, ours, vectors

LEAST = 20
"""Achievements, and needs, of a language below which they are no slice of their own."""

US = "Sanwang"
HEAD = (
    "| system | nDCG@10 (95 %) | P@3 | MRR@10 | R@50 | unjudged of 10 | AUC (95 %) | lead of Sanwang (95 %) |"
)


def main() -> None:
    given = _arguments()
    tasks = [read_set(folder) for folder in given.sets]
    if given.papers:
        tasks += paper_tasks(given.papers)
    text = "\n\n".join(report(task, answers(task, given)) for task in tasks)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--encoder", nargs="*", default=[])
    parser.add_argument("--other", nargs="*", default=[])
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def answers(task: Labelled, given: argparse.Namespace) -> dict[str, Ranked]:
    """Every system's answer to a set."""
    found = {"BM25": bm25(task.needs, task.achievements)}
    for name, said in (s.split("=", 1) for s in given.encoder):
        found[name] = vectors(task.needs, task.achievements, said, given.cache)
    for name, of, path in (s.split("=", 2) for s in given.other):
        if of == task.name:
            found[name] = elsewhere(Path(path))
    return found | {US: ours(task.needs, task.achievements, given.cache)}


def report(task: Labelled, found: dict[str, Ranked]) -> str:
    """A table a pair of languages: every system's measures, and Sanwang's lead."""
    how = "within a need's own candidates" if task.within else "whole pool"
    useful = sum(any(g >= task.least for g in task.grades[n].values()) for n in task.needs["id"])
    perfect = _measured(task, found[US], None)["perfect P@3"].mean()
    parts = [
        f"## {task.name}",
        f"{task.needs.height} needs, {useful} of them with a useful result (grade ≥ {task.least}), "
        f"{task.achievements.height:,} achievements, {how}. nDCG over needs with any related result, gain 2^g − 1; "
        f"P@3 over all needs (a perfect ranking reaches {perfect:.3f}); MRR and recall over needs with a useful "
        "result; AUC of what each system is surest of for “there is a useful one”. Unjudged counts as 0.",
        _table(task, found, None, None),
    ]
    for asked in ("zh", "en"):
        for offered in ("zh", "en"):
            keep = frozenset(a for a, m in task.languages.items() if m == offered)
            needs = [n for n, m in task.asked.items() if m == asked]
            whole = len(keep) == task.achievements.height and len(needs) == task.needs.height
            if min(len(keep), len(needs)) >= LEAST and not whole:
                parts += [f"### {asked} needs, {offered} achievements", _table(task, found, keep, needs)]
    return "\n\n".join(parts)


def _measured(
    task: Labelled, ranked: Ranked, keep: frozenset[str] | None, needs: list[str] | None = None
) -> dict[str, np.ndarray]:
    rows = []
    for need in needs or task.needs["id"].to_list():
        grades = task.grades[need]
        chosen = frozenset(grades) if task.within else None
        limit = chosen if keep is None else keep if chosen is None else keep & chosen
        rows.append(per_need(ranked.order.get(need, []), grades, task.least, limit))
    return {m: np.array([r[m] for r in rows]) for m in rows[0]}


def _table(
    task: Labelled, found: dict[str, Ranked], keep: frozenset[str] | None, needs: list[str] | None
) -> str:
    by = {name: _measured(task, ranked, keep, needs) for name, ranked in found.items()}
    seen = ~np.isnan(by[US]["nDCG@10"])
    lines = [HEAD, "|---|---|---|---|---|---|---|---|"]
    for name, measured in by.items():
        good = measured["nDCG@10"][seen]
        low, high = interval(good)
        lead = ""
        if name != US:
            lead = "{:+.3f} ({:+.3f} … {:+.3f})".format(*paired_bootstrap(by[US]["nDCG@10"][seen], good))
        cells = [name, f"{good.mean():.3f} ({low:.3f}–{high:.3f})", f"{measured['P@3'].mean():.3f}"]
        cells += [f"{np.nanmean(measured[m]):.3f}" for m in ("MRR@10", "R@50")]
        cells += ["–" if task.within else f"{measured['unjudged'].mean():.1f}"]
        cells += [_auc(task, found[name]) if keep is None else "", lead]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _auc(task: Labelled, ranked: Ranked) -> str:
    needs = [n for n in task.needs["id"] if n in ranked.sure]
    useful = np.array([any(g >= task.least for g in task.grades[n].values()) for n in needs])
    if task.within or min(useful.sum(), (~useful).sum()) < 5:
        return "–"
    sure = np.array([ranked.sure[n] for n in needs])
    return "{:.2f} ({:.2f}–{:.2f})".format(auc(sure, useful), *auc_interval(sure, useful))


if __name__ == "__main__":
    main()
