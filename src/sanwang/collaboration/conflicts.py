"""Where a result contradicts what a need insists on: a bound it states, or a thing it says it does not want."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from sanwang.collaboration.figures.compare import Comparison, comparisons
from sanwang.collaboration.figures.exclusions import Exclusion, exclusions, offers
from sanwang.collaboration.figures.reading import figures
from sanwang.collaboration.figures.shortfalls import asked_for, shortfalls
from sanwang.region import Region

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Against:
    """An exclusion of the need and the clause of the result that offers it, both verbatim."""

    excluded: Exclusion
    clause: str


@dataclass(frozen=True)
class Admitted:
    """The clause of a result that says it does not reach a thing, and the clause of the need about it, verbatim."""

    clause: str
    asked: str


def wanted_text(need: Row) -> str:
    """All that a need says: title, text, acceptance."""
    return "\n".join(filter(None, (str(need.get(c) or "") for c in ("title", "text", "acceptance"))))


def accepted_from(need: Row) -> int:
    """Where the acceptance criteria begin in ``wanted_text``."""
    return len(wanted_text({c: need.get(c) for c in ("title", "text")}))


def offered_text(achievement: Row) -> str:
    """All that a result says: title and abstract."""
    return f"{achievement.get('title') or ''}\n{achievement.get('abstract') or ''}"


def compared(need: Row, achievement: Row) -> list[Comparison]:
    """The wanted figures of a need, each beside what the result offers of the same thing."""
    asked = figures(wanted_text(need), "need", accepted_from(need))
    if not asked:
        return []
    given = figures(offered_text(achievement), "result")
    return comparisons(asked, given, str(need.get("title") or ""), str(achievement.get("title") or ""))


@lru_cache(maxsize=20_000)
def _excluded(text: str) -> tuple[Exclusion, ...]:
    return tuple(exclusions(text))


def against(need: Row, achievement: Row) -> list[Against]:
    """The exclusions of a need that a result offers all the same."""
    title, body = str(achievement.get("title") or ""), str(achievement.get("abstract") or "")
    found = ((e, offers(title, body, e)) for e in _excluded(wanted_text(need)))
    return [Against(e, clause) for e, clause in found if clause]


def admitted(need: Row, achievement: Row) -> list[Admitted]:
    """What a result says of itself that it does not reach, and the need speaks of."""
    wanted = wanted_text(need)
    found = ((s.clause, asked_for(s, wanted)) for s in shortfalls(offered_text(achievement)))
    return [Admitted(clause, asked) for clause, asked in found if asked]


def contradicted(need: Row, achievement: Row) -> bool:
    """Whether a result contradicts a hard wish, offers what the need excludes, or says itself that it falls short."""
    return bool(against(need, achievement) or admitted(need, achievement)) or any(
        c.hard and c.verdict == "conflict" for c in compared(need, achievement)
    )


def conflicting(region: Region, pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs (need, achievement) of a frame that conflict, in its order. Unknown ids conflict with nothing."""
    needs = {r["id"]: r for r in region["needs"].drop_nulls("id").iter_rows(named=True)}
    results = {r["id"]: r for r in region["achievements"].drop_nulls("id").iter_rows(named=True)}
    rows = pairs.select("need", "achievement").unique(maintain_order=True).rows()
    found = [(n, a) for n, a in rows if n in needs and a in results and contradicted(needs[n], results[a])]
    return pl.DataFrame(found, schema={"need": pl.String, "achievement": pl.String}, orient="row")
