"""Features: numbers about a fact made of the facts known before it. One definition each, in ``features.csv``.

A window is [t − days, t): what stands earlier in the chain and was known at most so many days ago; the fact itself and
everything after it are out. All are whole numbers, money in fen, and stop at 2^53.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sanwang.errors import OptionError
from sanwang.exchange.clock import DAY
from sanwang.exchange.oversight.grammar import MOST, Node, parse, truths

Numbers = NDArray[np.int64]

PROTECTED = (
    "sex", "gender", "age", "birth", "ethnic", "race", "nation", "religion", "faith", "disab", "health", "marital",
    "marri", "pregnan", "union", "politic", "party_member", "hukou", "household", "origin", "birthplace", "orientation",
    "language", "accent", "name", "surname",
)  # fmt: skip
"""Beginnings of words for what no rule may read, whatever it is called; features are a closed list besides."""

AGGREGATES = ("count", "sum", "largest", "since", "first", "low", "high", "back")
FEWEST = 8
"""Comparable contracts below which no range is given."""


@dataclass(frozen=True)
class Feature:
    """One definition: about which kinds of fact, over which facts, matched how, counted how, within how many days."""

    name: str
    on: tuple[str, ...]
    over: tuple[str, ...]
    match: tuple[tuple[str, str], ...]
    aggregate: str
    days: int | None
    where: Node | None
    unit: str
    zh: str
    en: str


@cache
def features() -> Mapping[str, Feature]:
    """Every feature by name. Raises OptionError for one about a protected trait or with an unknown aggregate."""
    text = (files("sanwang.exchange.oversight") / "features.csv").read_text(encoding="utf-8")
    found = [_feature(row) for row in csv.DictReader(text.splitlines())]
    for one in found:
        if one.aggregate.partition(":")[0] not in (*AGGREGATES, "distinct"):
            raise OptionError(f"{one.name}: {one.aggregate}?", f"{one.name}：未知的计算 {one.aggregate}")
    return {f.name: f for f in found}


def protected(name: str) -> bool:
    """Whether a name speaks of a trait that no rule may read."""
    return any(part.startswith(p) for part in name.split("_") for p in PROTECTED) or name in PROTECTED


def _feature(row: Mapping[str, str]) -> Feature:
    return Feature(
        name=row["feature"],
        on=tuple(row["on"].split(";")),
        over=tuple(row["over"].split(";")),
        match=cast("tuple[tuple[str, str], ...]", tuple(tuple(m.split("=")) for m in row["match"].split())),
        aggregate=row["aggregate"],
        days=int(row["days"]) if row["days"] else None,
        where=parse(row["where"]) if row["where"] else None,
        unit=row["unit"],
        zh=row["zh"],
        en=row["en"],
    )


@dataclass(frozen=True)
class Window:
    """For every fact asked about: its rows ``order[start:end]`` among the facts it looks over."""

    over: pl.DataFrame
    order: Numbers
    start: Numbers
    end: Numbers

    def rows(self, spot: int) -> pl.DataFrame:
        """The facts inside the window of one row."""
        return self.over[self.order[self.start[spot] : self.end[spot]]]


def of_kinds(frame: pl.DataFrame, kinds: tuple[str, ...]) -> pl.DataFrame:
    """Facts of some kinds; of every kind for ``*``."""
    return frame if kinds == ("*",) else frame.filter(pl.col("kind").is_in(list(kinds)))


def window(frame: pl.DataFrame, asked: pl.DataFrame, feature: Feature) -> Window:
    """The windows of a feature for facts asked about: two searches in one sorted list each."""
    over = of_kinds(frame, feature.over)
    if feature.where is not None:
        columns = {n: over[n].to_numpy() for n in ("amount", "extra")}
        over = over.filter(pl.Series(truths(feature.where, columns)))
    mine, theirs = _keys(asked, over, feature.match)
    link = over["link"].to_numpy()
    width = int(frame["link"].max() or 0) + 2  # pyright: ignore[reportArgumentType]
    at = theirs * width + link
    order = np.argsort(at, kind="stable")
    first = (
        np.zeros(len(asked), np.int64) if feature.days is None else _first_link(frame, asked, feature.days)
    )
    start = np.searchsorted(at[order], mine * width + first, side="left")
    end = np.searchsorted(at[order], mine * width + asked["link"].to_numpy(), side="left")
    return Window(over, order, start.astype(np.int64), np.maximum(start, end).astype(np.int64))


def _first_link(frame: pl.DataFrame, asked: pl.DataFrame, days: int) -> Numbers:
    """The first link that was known at most so many days before each fact: what is known grows with the link."""
    known, link = frame["known"].to_numpy(), frame["link"].to_numpy()
    spot = np.searchsorted(known, asked["known"].to_numpy() - days * DAY, side="left")
    return np.append(link, np.iinfo(np.int64).max // 4)[spot].clip(max=int(link[-1]) + 1 if len(link) else 1)


def _keys(
    asked: pl.DataFrame, over: pl.DataFrame, match: tuple[tuple[str, str], ...]
) -> tuple[Numbers, Numbers]:
    """The matched columns as one number each; what is empty matches nothing."""
    mine, theirs = np.zeros(len(asked), np.int64), np.zeros(len(over), np.int64)
    for own, other in match:
        both = pl.concat([asked[own].rename("k"), over[other].rename("k")])
        code = both.rank("dense").to_numpy().astype(np.int64)
        whole = np.unique(np.concatenate([mine, theirs]) * (len(both) + 1) + code, return_inverse=True)[1]
        mine, theirs = whole[: len(asked)].astype(np.int64), whole[len(asked) :].astype(np.int64)
        empty = (asked[own] == "").to_numpy()
        mine = np.where(empty, -1, mine)
    return mine + 1, theirs + 1


def compute(frame: pl.DataFrame, asked: pl.DataFrame, name: str) -> Numbers:
    """The values of a feature for facts asked about, in their order."""
    feature = features()[name]
    if not len(asked):
        return np.zeros(0, np.int64)
    if feature.aggregate == "back":
        return _back(frame, asked, feature)
    seen = window(frame, asked, feature)
    return np.clip(_aggregate(feature.aggregate, seen, asked), -MOST, MOST)


def _aggregate(how: str, seen: Window, asked: pl.DataFrame) -> Numbers:
    start, end, over = seen.start, seen.end, seen.over
    if how == "count":
        return end - start
    if how == "sum":
        total = np.concatenate([[0], np.cumsum(over["amount"].to_numpy()[seen.order])])
        return total[end] - total[start]
    if how in ("since", "first"):
        return _days(how, seen, asked)
    column = over[how.partition(":")[2] or "amount"]
    held = (
        column.rank("dense").to_numpy().astype(np.int64) if how.startswith("distinct") else column.to_numpy()
    )
    held, found = held[seen.order], np.zeros(len(asked), np.int64)
    for spot in np.flatnonzero(end > start):
        found[spot] = _of_slice(how, held[start[spot] : end[spot]])
    return found


def _of_slice(how: str, held: Numbers) -> int:
    if how == "largest":
        return int(held.max())
    if how.startswith("distinct"):
        return len(np.unique(held))
    return usual(held.tolist())[0 if how == "low" else 1]


def usual(amounts: list[int]) -> tuple[int, int]:
    """The range beside which an amount is odd: quartiles by rank, widened by their own ratio squared on each side.

    Tukey's far fences on the scale of logarithms, k = 2; 0 and 2^53 where there are too few.
    """
    if len(amounts) < FEWEST:
        return 0, MOST
    ranked = sorted(amounts)
    low, high = ranked[(len(ranked) - 1) // 4], ranked[(3 * (len(ranked) - 1) + 3) // 4]
    ratio = float(high) / float(max(low, 1))
    return int(float(low) / (ratio * ratio)), min(MOST, int(float(high) * (ratio * ratio)))


def _days(how: str, seen: Window, asked: pl.DataFrame) -> Numbers:
    """Whole days since the last, or the first, fact of the window; −1 where it is empty."""
    known = np.append(seen.over["known"].to_numpy()[seen.order], 0)
    there = seen.end > seen.start
    spot = np.where(there, seen.end - 1 if how == "since" else seen.start, len(known) - 1)
    return np.where(there, (asked["known"].to_numpy() - known[spot]) // DAY, -1)


def _back(frame: pl.DataFrame, asked: pl.DataFrame, feature: Feature) -> Numbers:
    """Of the ways back from payee to payer over at most one other, within the window: the largest smallest leg."""
    out: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    into: dict[str, set[str]] = defaultdict(set)
    first = _first_link(frame, asked, feature.days or 0).tolist()
    over = of_kinds(frame, feature.over)
    edges = list(zip(over["link"], over["party"], over["other"], over["amount"], strict=True))
    found, spot = np.zeros(len(asked), np.int64), 0
    for row, (link, payer, payee) in enumerate(
        zip(asked["link"], asked["party"], asked["other"], strict=True)
    ):
        while spot < len(edges) and edges[spot][0] < link:
            known, a, b, amount = edges[spot]
            out[a][b].append((known, amount))
            into[b].add(a)
            spot += 1
        if payer and payee:
            found[row] = _largest_way(out, into, payee, payer, first[row])
    return found


def _largest_way(
    out: Mapping[str, Mapping[str, list[tuple[int, int]]]],
    into: Mapping[str, set[str]],
    a: str,
    b: str,
    first: int,
) -> int:
    """The largest amount that may have gone from a to b: straight, or over one other."""
    best = _leg(out, a, b, first)
    ahead = out.get(a)
    for between in (ahead.keys() & into.get(b, set())) if ahead else ():
        if between not in (a, b):
            best = max(best, min(_leg(out, a, between, first), _leg(out, between, b, first)))
    return best


def _leg(out: Mapping[str, Mapping[str, list[tuple[int, int]]]], a: str, b: str, first: int) -> int:
    best = 0
    for link, amount in reversed(out.get(a, {}).get(b, [])):
        if link < first:
            break
        best = max(best, amount)
    return best


def way_back(frame: pl.DataFrame, fact: Mapping[str, Any], feature: Feature) -> pl.DataFrame:
    """The facts on any way back from payee to payer that the feature looks at, for one fact."""
    asked = frame.filter(pl.col("link") == fact["link"], pl.col("kind") == fact["kind"])
    first = int(_first_link(frame, asked, feature.days or 0)[0])
    seen = of_kinds(frame, feature.over).filter(pl.col("link") < fact["link"], pl.col("link") >= first)
    payer, payee = fact["party"], fact["other"]
    ahead = set(seen.filter(pl.col("party") == payee)["other"]) - {payer, payee}
    between = list(ahead & set(seen.filter(pl.col("other") == payer)["party"]))
    leaves = (pl.col("party") == payee) & pl.col("other").is_in([payer, *between])
    returns = pl.col("party").is_in(between) & (pl.col("other") == payer)
    return seen.filter(leaves | returns)
