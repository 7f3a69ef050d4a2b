"""A person's word on rows and pairs: read from the ``decisions`` table, written to it, and obeyed by match and plan."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.schema import KINDS, word_for
from sanwang.sources.turn import turn

Pair = tuple[str, str]
Row = Mapping[str, Any]

VERDICTS = ("accept", "reject", "pin", "correct", "withdraw")
"""``withdraw`` takes back the word that holds; what was said before it holds again, and every row stays."""
TABLES = ("needs", "achievements", "bases", "makers", "products", "actors", "links")
"""Tables whose rows may be decided on."""

WHOLE = "*"
"""The other side of a decision on a whole row."""

_HEADINGS = ("subject", "other", "verdict", "who", "when", "why", "value")


@dataclass(frozen=True)
class Word:
    """One decision: its verdict and the sentence that says who, when and why."""

    verdict: str
    who: str
    when: date | None
    why: str

    def said(self, lang: str = "zh") -> str:
        """The decision in words, as a reason shows it."""
        day = (
            f"，{self.when.isoformat()}"
            if self.when and lang == "zh"
            else f", {self.when}"
            if self.when
            else ""
        )
        what = word_for("decision", self.verdict, lang)
        if lang == "zh":
            return f"人工{what}（{self.who}{day}）" + (f"：“{self.why}”" if self.why else "")
        return f"{what} by {self.who}{day}" + (f": “{self.why}”" if self.why else "")


@dataclass(frozen=True)
class Verdicts:
    """The decisions that hold, by unordered pair; the other side is ``*`` where a whole row is meant."""

    words: Mapping[Pair, Word] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    """Ids of the table that no row of the Region has."""

    def of(self, a: str, b: str = WHOLE) -> Word | None:
        """The decision on a pair, or on a row alone."""
        return self.words.get(_key(a, b))

    def verdict(self, a: str, b: str = WHOLE) -> str:
        """The verdict on a pair or row, "" where there is none."""
        word = self.of(a, b)
        return word.verdict if word else ""

    def rejected(self, a: str, b: str) -> bool:
        """Whether the pair or either row as a whole was rejected; a word on the pair goes before one on a row."""
        if word := self.of(a, b):
            return word.verdict == "reject"
        return "reject" in (self.verdict(a), self.verdict(b))

    def pinned(self, a: str) -> frozenset[str]:
        """The other sides that were pinned to a row."""
        pairs = (k for k, w in self.words.items() if w.verdict == "pin" and a in k)
        return frozenset(y if x == a else x for x, y in pairs)


def _key(a: str, b: str) -> Pair:
    return (min(a, b), max(a, b))


def verdicts(region: Region) -> Verdicts:
    """The decisions of a Region; where several speak of one pair the later day holds, on one day the later row;
    a word that was withdrawn does not count, and the one before it holds again."""
    rows = region["decisions"].drop_nulls(["subject", "verdict"])
    if rows.is_empty():
        return Verdicts()
    known = {i for kind in TABLES for i in region[kind]["id"].drop_nulls().to_list()}
    order = rows.with_row_index("_at").sort("when", "_at", nulls_last=False)
    told: dict[Pair, list[Word]] = {}
    for row in order.iter_rows(named=True):
        word = Word(row["verdict"], row["who"] or "", row["when"], row["why"] or "")
        _say(told.setdefault(_key(row["subject"], row["other"] or WHOLE), []), word)
    words = {key: standing[-1] for key, standing in told.items() if standing}
    unknown = sorted({i for key in words for i in key if i != WHOLE and i not in known})
    return Verdicts(words, tuple(unknown))


def _say(standing: list[Word], word: Word) -> None:
    """One more word on a pair: it is put on those that stand, or takes the last of them back. A person who repeats
    their own verdict has said it once."""
    if word.verdict == "withdraw":
        del standing[-1:]
        return
    if standing and (standing[-1].verdict, standing[-1].who) == (word.verdict, word.who):
        del standing[-1]
    standing.append(word)


def labels(region: Region) -> dict[Pair, bool]:
    """Pairs of need and result that a person accepted or pinned (True) or rejected (False): calibration data."""
    needs, results = (set(region[k]["id"].to_list()) for k in ("needs", "achievements"))
    found: dict[Pair, bool] = {}
    for (a, b), word in verdicts(region).words.items():
        pair = (a, b) if a in needs else (b, a)
        if pair[0] in needs and pair[1] in results and word.verdict != "correct":
            found[pair] = word.verdict != "reject"
    return found


def decide(
    folder: Path, subject: str, other: str, verdict: str, who: str, when: date, why: str = "", value: str = ""
) -> Path:
    """Add one decision to a folder's ``decisions.csv``; nothing that is there is changed. Returns the file.

    Writers wait for each other, so that words said at once all stay. Raises InputError where the workspace is one
    workbook or keeps its decisions in another format, OptionError for an unknown verdict or nobody who decides.
    """
    if verdict not in VERDICTS:
        raise OptionError(f"verdict {verdict!r}: one of {', '.join(VERDICTS)} / 未知的决定")
    if not who.strip():
        raise OptionError("say who decides: --by / 请写明决定人")
    path = folder / "decisions.csv"
    if not folder.is_dir() or any((folder / f"decisions.{end}").exists() for end in ("xlsx", "parquet")):
        raise InputError(f"{folder}: 请把决定写进 decisions 表 / add the row to its decisions table by hand")
    said = word_for("decision", verdict)
    row = (subject, other or WHOLE, said, who, when.isoformat(), why, value)
    with turn(folder, "decisions"):
        fresh = not path.exists()
        text = path.read_text(encoding="utf-8-sig") if not fresh else ""
        headings = _headings(path, text)
        cells: dict[str, str] = dict(zip(_HEADINGS, row, strict=True))
        if _said(headings, text, row):
            raise OptionError(f"{who} 今天已有同样的决定 / the same was decided today: {subject} {other}")
        line = _line(cells.get(h, "") for h in headings)
        start = "\ufeff" + _line(_HEADINGS) if fresh else "" if not text or text.endswith("\n") else "\n"
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(start + line)
    return path


def _headings(path: Path, text: str) -> list[str]:
    """The columns of the file as it stands, by name. Raises InputError where they are others than the table's."""
    if not text.strip():
        return list(_HEADINGS)
    named = {h: f.name for f in KINDS["decisions"].fields.values() for h in (f.name, f.zh, f.en, *f.headers)}
    found = [named.get(h.strip(), h) for h in next(csv.reader(io.StringIO(text)))]
    if not {"subject", "verdict", "who"} <= set(found):
        raise InputError(f"{path}: 表头应为 {', '.join(_HEADINGS)} / other headings than these")
    return found


def _said(headings: Sequence[str], text: str, row: Sequence[str]) -> bool:
    """Whether that is what was said last of the pair: the same word of the same person on the same day."""
    rows = list(csv.reader(io.StringIO(text)))[1:]
    kept = [h for h in _HEADINGS if h != "why"]
    places = [headings.index(h) if h in headings else -1 for h in kept]
    told = [[r[p].lstrip("'") if 0 <= p < len(r) else "" for p in places] for r in rows]
    said: dict[str, str] = dict(zip(_HEADINGS, row, strict=True))
    pair = [t for t in told if (t[0], t[1]) == (said["subject"], said["other"])]
    return bool(pair) and pair[-1] == [said[h] for h in kept]


def _line(cells: Iterable[str]) -> str:
    """One row of csv; no cell starts a formula."""
    out = io.StringIO()
    guarded = ["'" + c if c[:1] in ("=", "+", "-", "@", "\t", "\r") else c for c in cells]
    csv.writer(out, lineterminator="\n").writerow(guarded)
    return out.getvalue()


def ordered(said: Verdicts, need: Row, results: Sequence[Row], order: Sequence[int], k: int) -> list[int]:
    """The first ``k`` of an order of results: what a person pinned, then what stands, then what contradicts a hard
    wish of the need, then what a person rejected; within each the order stays."""
    from sanwang.collaboration.conflicts import contradicted

    def place(row: Row) -> int:
        verdict = said.verdict(str(need["id"]), str(row["id"]))
        if verdict in ("pin", "accept"):
            return 0 if verdict == "pin" else 1
        if said.rejected(str(need["id"]), str(row["id"])):
            return 3
        return 2 if contradicted(need, row) else 1

    places = [place(results[i]) for i in order]
    return [order[i] for i in sorted(range(len(order)), key=lambda i: (places[i], i))][:k]


def obeyed(region: Region, matches: pl.DataFrame, least: float = 0.0) -> pl.DataFrame:
    """Matched pairs as a plan may use them.

    Rejected pairs are left out, and pairs that contradict a hard wish unless a person accepted or pinned them. A need
    with a pinned result keeps that one only; a pair a person pinned or accepted scores at least ``least``.
    """
    from sanwang.collaboration.conflicts import conflicting

    said = verdicts(region)
    against = set(conflicting(region, matches).rows())
    pins = {n: said.pinned(n) for n in region["needs"]["id"].drop_nulls().to_list()} if said.words else {}
    results = set(region["achievements"]["id"].drop_nulls().to_list())
    pins = {n: p & results for n, p in pins.items()}
    kept = [
        _standing(said, against, pins, n, a) for n, a in matches.select("need", "achievement").iter_rows()
    ]
    frame = matches.filter(pl.Series(kept, dtype=pl.Boolean))
    backed = [
        said.verdict(n, a) in ("accept", "pin") for n, a in frame.select("need", "achievement").iter_rows()
    ]
    score = pl.when(pl.Series(backed, dtype=pl.Boolean)).then(pl.max_horizontal("score", pl.lit(least)))
    frame = frame.with_columns(score.otherwise("score").alias("score"))
    return _with_pins(frame, pins, least)


def _standing(
    said: Verdicts, against: set[Pair], pins: Mapping[str, frozenset[str]], need: str, result: str
) -> bool:
    if said.rejected(need, result):
        return False
    if said.verdict(need, result) in ("accept", "pin"):
        return True
    return not pins.get(need) and (need, result) not in against


def _with_pins(frame: pl.DataFrame, pins: Mapping[str, frozenset[str]], least: float) -> pl.DataFrame:
    """Pinned pairs that were not matched are added with the least score."""
    there = set(frame.select("need", "achievement").rows())
    rows: list[dict[str, Any]] = [
        {"need": n, "achievement": a, "rank": 1, "score": least, "reasons": ""}
        for n, all_ in pins.items()
        for a in sorted(all_)
        if (n, a) not in there
    ]
    if not rows:
        return frame
    fresh = pl.DataFrame(rows).select(pl.col(c).cast(t) for c, t in frame.schema.items() if c in rows[0])
    return pl.concat([frame, fresh], how="diagonal")
