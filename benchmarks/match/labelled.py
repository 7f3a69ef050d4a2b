"""Labelled sets in the plain format, and the papers tasks built from a table of papers.

A set is a folder with ``needs.csv`` (id, title, text), ``achievements.csv`` (id, title, abstract) and ``qrels.csv``
(need, achievement, grade 0…3).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sanwang.collaboration.tokenise import language


@dataclass(frozen=True)
class Labelled:
    """Needs, achievements and grades. ``within`` ranks a need's judged achievements only.

    Needs without any related result stay in: precision at 3 and "the pool holds nothing" are about them too.
    """

    name: str
    needs: pl.DataFrame
    achievements: pl.DataFrame
    grades: dict[str, dict[str, int]]
    within: bool
    least: int

    @property
    def languages(self) -> dict[str, str]:
        """The language of each achievement."""
        rows = self.achievements.select("id", "title", "abstract").iter_rows()
        return {i: language(f"{t} {b}") for i, t, b in rows}

    @property
    def asked(self) -> dict[str, str]:
        """The language of each need."""
        return {i: language(f"{t} {b}") for i, t, b in self.needs.select("id", "title", "text").iter_rows()}


def read_set(folder: Path, within: bool | None = None, least: int = 2) -> Labelled:
    """A labelled set. Ranking is within the judged pairs where each achievement was judged for one need only."""
    read = {
        n: pl.read_csv(folder / f"{n}.csv", infer_schema=n == "qrels")
        for n in ("needs", "achievements", "qrels")
    }
    grades: dict[str, dict[str, int]] = {}
    for need, achievement, grade in read["qrels"].select("need", "achievement", "grade").iter_rows():
        grades.setdefault(str(need), {})[str(achievement)] = int(grade)
    judged = within if within is not None else _judged_once(read["qrels"], len(grades))
    if judged:
        grades = {n: g for n, g in grades.items() if any(g.values())}
    needs = read["needs"].with_columns(pl.all().fill_null("")).filter(pl.col("id").is_in(list(grades)))
    achievements = read["achievements"].with_columns(pl.all().fill_null(""))
    if "keywords" in achievements.columns:
        achievements = achievements.with_columns(pl.col("keywords").str.split(";"))
    return Labelled(folder.name, needs, achievements, grades, judged, least)


def _judged_once(qrels: pl.DataFrame, needs: int) -> bool:
    """Many candidates a need, each judged for that need only: nothing is known of the rest of the pool."""
    once = qrels["achievement"].n_unique() >= qrels.height * 0.95
    return bool(once and qrels.height / max(needs, 1) >= 20)


def paper_tasks(path: Path) -> list[Labelled]:
    """Keywords → paper and title → paper: the abstract is the only text of the answer, and one is right."""
    papers = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
    answers = papers.select("id", pl.lit("").alias("title"), "abstract")
    grades = {i: {i: 3} for i in papers["id"]}
    keys = papers.select("id", pl.col("keywords").str.replace_all(";", " ").alias("title"), text=pl.lit(""))
    titles = papers.select("id", "title", text=pl.lit(""))
    return [
        Labelled(name, needs, answers, grades, False, 3)
        for name, needs in (("keywords → paper", keys), ("title → paper", titles))
    ]
