"""The frontier declared as a study: the plan's worth as one column is multiplied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine
from sanwang.planning.compare import sweep as run
from sanwang.planning.studies.asked import Start, Today, Years, horizon
from sanwang.planning.studies.columns import styled
from sanwang.region import Region
from sanwang.schema import KINDS
from sanwang.study.declare import Ask, Report, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, OptionType, Unreadable, real, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table
from sanwang.study.words import money_words, say, word


@dataclass(frozen=True)
class Frontier:
    """Worth, bound (fen) and routes by factor, and which column was multiplied."""

    points: pl.DataFrame
    table: str
    column: str


def shown(found: Frontier, region: Region, lang: str) -> Shown:
    """The frontier as a table and drawn."""
    swept, kind = found.points, KINDS[found.table]
    label = kind.fields[found.column].label(lang)
    low, high = swept.row(0, named=True), swept.row(-1, named=True)
    lead = say("frontier_lead", lang, low=low["factor"], high=high["factor"],
               first=money_words(low["worth"], lang), last=money_words(high["worth"], lang))  # fmt: skip
    heading = say("frontier_title", lang, table=kind.label(lang), column=label)
    up = word("columns", "worth", lang) + word("columns", "wan", lang)
    points = list(swept.select("factor", "worth").iter_rows())
    drawn = Drawing("frontier", heading, "sanwang.report.frontier:frontier",
                    {"points": points, "across": word("columns", "multiple", lang), "up": up})  # fmt: skip
    columns = styled(lang, multiple="real", worth="money", bound="money", routes="int")
    table = Table("points", heading, swept.rename({"factor": "multiple"}), columns, data=swept)
    return Shown(heading, [lead], [table], [drawn], [say("middle_note", lang)])


def data(found: Frontier, region: Region) -> dict[str, object]:
    """The points of the frontier."""
    return {"table": found.table, "column": found.column, "points": found.points}


def _factors(given: object) -> tuple[float, ...]:
    """Factors as ``0,0.5,1,2`` or a sequence, in order."""
    parts = given if isinstance(given, list | tuple) else str(given).replace("，", ",").split(",")
    try:
        found = tuple(sorted(float(x) for x in parts))
    except (TypeError, ValueError) as error:
        raise Unreadable(
            "numbers parted by commas are wanted, as 0.5,1,2", "应为逗号分隔的数，如 0.5,1,2"
        ) from error
    if not found or not 0 <= found[0] <= found[-1] < float("inf"):
        raise Unreadable("factors of at least 0 are wanted", "倍数不得小于 0")
    return found


FACTORS = OptionType("factors", "0.5,1,2", _factors)
USUAL: tuple[float, ...] = (0, 0.25, 0.5, 1, 2, 3, 5)


@study("sweep", show=shown, data=data)
def sweep(
    region: Region,
    *,
    table: Annotated[str, Option("表", "the table")] = "products",
    column: Annotated[str, Option("列", "the column")] = "budget",
    factors: Annotated[
        tuple[float, ...], Option("倍数，逗号分隔", "factors, parted by commas", FACTORS)
    ] = USUAL,
    k: Annotated[
        int, Option("每条需求考虑几项成果", "results considered a need", whole(1, 1000), names=("-k",))
    ] = 20,
    years: Years = None,
    start: Start = None,
    today: Today = None,
    time_limit: Annotated[float, Option("求解秒数上限", "seconds for the solver", real(1))] = 60.0,
    progress: Report | None = None,
    engine: Engine | None = None,
    ask: Ask,
) -> Frontier:
    """The plan's worth, bound and routes as a numeric column of a table is multiplied by each factor."""
    span, begin = horizon(years, start, today)
    matches = ask("match", region, k=k)
    how: dict[str, Any] = {"years": span, "begin": begin, "time_limit": time_limit}
    found = run(region, matches, table, column, factors, engine, progress, **how)
    return Frontier(found, table, column)
