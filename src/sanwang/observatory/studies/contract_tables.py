"""The estimated matrix of technology contracts as tables and words: every estimated cell is marked as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sanwang.observatory.contracts import ABROAD, Against, Contracts, total
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word

COLUMNS = {
    "year": pl.Int64, "origin": pl.String, "destination": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "how": pl.String, "source": pl.String,
}  # fmt: skip


def contract_rows(found: Contracts) -> pl.DataFrame:
    """Every cell in 亿元 with its interval, marked estimated, after the published sums, marked published."""
    rows: list[dict[str, object]] = [
        {"year": found.year, "origin": c.origin, "destination": "+".join(c.destinations), "value": c.value,
         "low": c.value, "high": c.value, "how": "published", "source": c.source}
        for c in found.fixed
    ]  # fmt: skip
    margins = "；".join(found.sources)
    estimates: list[dict[str, object]] = [
        {"year": found.year, "origin": a, "destination": b, "value": float(found.middle[i, j]),
         "low": float(found.low[i, j]), "high": float(found.high[i, j]), "how": "estimated", "source": margins}
        for i, a in enumerate(found.places)
        for j, b in enumerate(found.places)
        if a != ABROAD
    ]  # fmt: skip
    return pl.DataFrame([*rows, *estimates], schema=COLUMNS)


def contracts_table(found: Contracts, lang: str) -> Table:
    """The cells, published sums first."""
    frame = contract_rows(found).with_columns(
        pl.col("how").map_elements(lambda h: word("contract_hows", h, lang), pl.String).alias("said")
    )
    note = say("contracts_note", lang)
    return _table("contracts", say("contracts_title", lang, year=found.year), frame, lang, note, year="year",
                  origin="text", destination="text", value="real", low="real", high="real", said="text",
                  source="long")  # fmt: skip


def against_table(rows: Sequence[Against], lang: str) -> Table:
    """Published cells beside what size and distance alone give them."""
    frame = pl.DataFrame(
        [
            {"year": a.year, "origin": a.cell.origin, "destination": "+".join(a.cell.destinations),
             "published": a.cell.value, "expected": a.expected, "low": a.low, "high": a.high,
             "ratio": a.cell.value / a.expected, "ratio_low": a.cell.value / a.high,
             "ratio_high": a.cell.value / a.low, "source": a.cell.source}
            for a in rows
        ]
    )  # fmt: skip
    return _table("against", say("against_title", lang), frame, lang, say("against_note", lang), year="year",
                  origin="text", destination="text", published="real", expected="real", low="real", high="real",
                  ratio="real", ratio_low="real", ratio_high="real", source="long")  # fmt: skip


def shares_table(found: Contracts, groups: Mapping[str, Sequence[str]], lang: str) -> Table:
    """For each region: what its places sell to each other and at home, over what they sell, with the interval."""
    rows: list[dict[str, object]] = []
    for name, places in groups.items():
        held = [p for p in places if p in found.places]
        if len(held) < len(places):
            continue
        sold = total(found, held, list(found.places))
        inside, home = total(found, held, held), sum(total(found, [p], [p]) for p in held)
        for kind, part in (("inside", inside), ("across", inside - home)):
            low, middle, high = (float(v) for v in pl.Series(part / sold).to_frame("s").select(
                pl.col("s").quantile(q, "linear").alias(str(q)) for q in (0.05, 0.5, 0.95)).row(0))  # fmt: skip
            rows.append(
                {
                    "region": name,
                    "said": word("contract_hows", kind, lang),
                    "share": middle,
                    "low": low,
                    "high": high,
                }
            )
    schema = {
        "region": pl.String,
        "said": pl.String,
        "share": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
    heading = say("shares_title", lang, year=found.year)
    frame = pl.DataFrame(rows, schema=schema)
    columns = tuple(
        Column(k, word("contract_columns", k, lang), "text" if k in ("region", "said") else "percent")
        for k in schema
    )
    return Table("shares", heading, frame, columns, say("contracts_note", lang))


def against_words(rows: Sequence[Against], lang: str) -> list[str]:
    """Each published cell in a sentence."""
    return [
        say(
            "against_said", lang, year=a.year, origin=a.cell.origin, destination="+".join(a.cell.destinations),
            value=f"{a.cell.value:,.1f}", expected=f"{a.expected:,.0f}", low=f"{a.low:,.0f}", high=f"{a.high:,.0f}",
            ratio=f"{a.cell.value / a.expected:.2f}", ratio_low=f"{a.cell.value / a.high:.2f}",
            ratio_high=f"{a.cell.value / a.low:.2f}",
            sure=say("against_unsure", lang) if a.low <= a.cell.value <= a.high else "",
        )
        for a in rows
    ]  # fmt: skip


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, note: str, /, **styles: Style) -> Table:
    columns = tuple(Column(k, word("contract_columns", k, lang), s) for k, s in styles.items())
    return Table(name, heading, frame, columns, note)
