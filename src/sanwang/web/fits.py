"""One need of a workspace against its results: wanted beside offered, and what people said of a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sanwang.collaboration.bands import band, band_words
from sanwang.collaboration.conflicts import compared
from sanwang.collaboration.figures.compare import Comparison
from sanwang.collaboration.reasons import Grounds, Reason, explain, grounds
from sanwang.collaboration.reasons import figures as figure_reasons
from sanwang.collaboration.verdicts import Verdicts, Word, verdicts
from sanwang.exchange.errors import NotFound
from sanwang.region import Region
from sanwang.region.names import actor_names
from sanwang.study.registry import get
from sanwang.study.table import Table
from sanwang.study.words import say
from sanwang.web.taken import table_of
from sanwang.web.words import said

Row = Mapping[str, Any]

MOST = 3_000
"""Results of a workspace up to which a need is matched while its page is made; beyond, a job does it."""

SHOWN = 20
"""Results a need's page shows."""

WHYS = ("field", "figure", "early", "dear", "closed", "known", "partner")
"""Why a result is not the one, as it may be said by one click; anything else is written."""


@dataclass(frozen=True)
class Fit:
    """A result for a need: its rank (0: not among the first, but decided on) and evidence in words, figures side by
    side, other reasons, and a person's word."""

    result: Row
    rank: int
    score: float
    evidence: str
    owner: str
    figures: Sequence[Comparison]
    reasons: Sequence[Reason]
    said: Word | None

    @property
    def conflicts(self) -> int:
        """How many things contradict the need."""
        return sum(r.kind == "conflict" for r in self.reasons) + sum(
            f.verdict == "conflict" for f in self.figures
        )

    @property
    def doubtful(self) -> bool:
        """Whether hardly anything speaks for it and nobody has said anything: it is shown folded."""
        return self.said is None and band(self.score) == "none"

    @property
    def open(self) -> list[str]:
        """What the need wants to know and the result does not say, in the need's own words."""
        return [f.wanted.clause for f in self.figures if f.verdict in ("missing", "unsure")]


def row_of(region: Region, kind: str, key: str) -> Row:
    """A row of a table by its id. Raises NotFound where there is none."""
    found = region[kind].filter(pl.col("id") == key)
    if found.is_empty():
        raise NotFound
    return found.row(0, named=True)


def fits(
    region: Region, need: Row, lang: str, pairs: pl.DataFrame | None = None, k: int = SHOWN
) -> list[Fit]:
    """The results that fit a need, the best first, as ``match`` ranks them, and those a person decided on; ``pairs``
    are those of an earlier match.

    Raises DataError where there is no result.
    """
    ranked = pairs
    if ranked is None:
        one = region.with_tables(needs=region["needs"].filter(pl.col("id") == need["id"]))
        ranked = get("match")(one, k=k, lang=lang, explain=False).answer.frame
    rows = ranked.filter(pl.col("need") == need["id"]).sort("rank").head(k)
    results = {r["id"]: r for r in region["achievements"].drop_nulls("id").iter_rows(named=True)}
    names = dict(actor_names(region, lang).iter_rows())
    base, word = grounds(region), verdicts(region)
    near = {r["achievement"]: (r["rank"], r["score"]) for r in rows.iter_rows(named=True)}
    told = [other for pair in word.words for other in pair if str(need["id"]) in pair]
    chosen = {a: near.get(a, (0, 0.0)) for a in dict.fromkeys((*near, *told)) if a in results}
    found = [_fit(base, word, need, results[a], pair, names, lang) for a, pair in chosen.items()]
    return sorted(found, key=lambda f: (_place(f), f.rank))


def _place(one: Fit) -> int:
    """What a person said stands above what was computed, also where that was before he said it."""
    verdict = one.said.verdict if one.said else ""
    return {"pin": 0, "accept": 1, "reject": 3}.get(verdict, 2)


def _fit(
    base: Grounds,
    word: Verdicts,
    need: Row,
    result: Row,
    pair: tuple[int, float],
    names: Mapping[str, str],
    lang: str,
) -> Fit:
    closed = "nda" in (need.get("openness"), result.get("openness"))
    aligned = set(figure_reasons(need, result, lang == "zh"))
    return Fit(
        result, pair[0], pair[1], band_words(pair[1], lang) if pair[0] else "–",
        names.get(result.get("owner") or "", say("nowhere", lang)),
        () if closed else compared(need, result),
        [r for r in explain(base, need, result, lang) if r not in aligned],
        word.of(str(need["id"]), str(result["id"])),
    )  # fmt: skip


def fits_table(found: Sequence[Fit], need: Row, lang: str) -> Table:
    """The fits as a table: a row a result, its reasons in words."""
    between = "；" if lang == "zh" else "; "
    rows = [
        {
            "need": need["id"], "rank": f.rank, "achievement": f.result["id"], "title": f.result.get("title"),
            "owner": f.owner, "evidence_band": f.evidence, "score": f.score,
            "decision": f.said.said(lang) if f.said else None,
            "figures": between.join(_figure(c, lang) for c in f.figures),
            "reasons": between.join(r.said for r in f.reasons),
        }
        for f in found
    ]  # fmt: skip
    return table_of(
        "fits", say("matches", lang), rows, lang, need="id", rank="int", achievement="id", title="text", owner="text",
        evidence_band="text", score="real", decision="text", figures="long", reasons="long",
    )  # fmt: skip


def _figure(one: Comparison, lang: str) -> str:
    offered = one.offered.clause if one.offered else "–"
    return f"{one.wanted.clause} ↔ {offered} ({said(f'figure.{one.verdict}', lang)})"
