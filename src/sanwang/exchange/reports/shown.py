"""A report as people read it: a table a figure, each row numbered, and the events behind every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl
import sqlalchemy as sa

from sanwang.exchange.clock import at_home
from sanwang.exchange.process import processes, spoken, words
from sanwang.exchange.reports.figures import KEY, Definition, definitions, movements, rows_of
from sanwang.exchange.reports.public import FEW, Public
from sanwang.exchange.reports.record import NOBODY
from sanwang.exchange.reports.report import Report
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.deals import TYPES
from sanwang.exchange.tables.record import events as record
from sanwang.standards.places import place
from sanwang.study.table import Column, Style, Table
from sanwang.study.words import say, word

_CHUNK = 500


def tables(report: Report, lang: str) -> list[Table]:
    """One table a figure that has rows, in the order of the definitions; contracts in the layout of the statistics."""
    numbered = numbered_figures(report)
    made = [_table(d, rows, report, lang) for d, rows in _by_figure(numbered)]
    return [t for t in made if t.frame.height or t.name == "contract"]


def numbered_figures(report: Report) -> pl.DataFrame:
    """The figures with the number that a person finds a row by: F0001 … in the order of the report."""
    names = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(4)
    return report.figures.with_columns(pl.concat_str([pl.lit("F"), names]).alias("row"))


def _by_figure(rows: pl.DataFrame) -> list[tuple[Definition, pl.DataFrame]]:
    return [(d, rows.filter(pl.col("figure") == name)) for name, d in definitions().items()]


def _table(one: Definition, rows: pl.DataFrame, report: Report, lang: str) -> Table:
    if one.figure == "contract":
        rows = _all_types(rows)
    dims = [_dimension(rows[slot], kind, report, lang, rows) for slot, kind in zip(("one", "two", "three"),
            one.dimensions, strict=False)]  # fmt: skip
    keys = _keys(one)
    frame = rows.select(
        "row", *(s.alias(k) for s, k in zip(dims, keys, strict=True)), "currency", "count",
        pl.col("count").alias("movements"),
        (pl.col("value") / 100).alias("amount_yuan"), (pl.col("part") / 100).alias("part_yuan"),
        (pl.col("value") / pl.col("part")).alias("share"),
    )  # fmt: skip
    columns = [
        _column("row", "id", lang),
        *(_column(k, "text", lang) for k in keys),
        *_numbers(one, rows, lang),
    ]
    zh = lang == "zh"
    return Table(one.figure, one.zh if zh else one.en, frame.select([c.key for c in columns]), tuple(columns),
                 note=one.zh_what if zh else one.en_what)  # fmt: skip


def _numbers(one: Definition, rows: pl.DataFrame, lang: str) -> list[Column]:
    """Columns of numbers that this figure has; the currency where it is not the yuan alone."""
    more = [_column("currency", "text", lang)] if set(rows["currency"].to_list()) - {"CNY", ""} else []
    counted: list[tuple[str, Style]] = [("count", "int")]
    if one.unit == "money":
        counted = [("amount_yuan", "real"), ("movements", "int")]
    if one.figure in ("contract", "contract_flow", "registered"):
        counted = [("count", "int"), ("amount_yuan", "real"), ("part_yuan", "real")]
    if one.figure == "concentration":
        counted = [("amount_yuan", "real"), ("share", "percent")]
    return more + [_column(k, s, lang) for k, s in counted]


def _column(key: str, style: Style, lang: str) -> Column:
    return Column(key, word("report_columns", key, lang), style)


def _keys(one: Definition) -> list[str]:
    """Names of the dimensions' columns: two cities are from and to."""
    if one.dimensions[-2:] == ("city", "city"):
        return [*one.dimensions[:-2], "from_city", "to_city"]
    return list(one.dimensions)


def _all_types(rows: pl.DataFrame) -> pl.DataFrame:
    """Each of the five types, also where there was none of it."""
    missing = [t for t in TYPES if t not in set(rows["one"].to_list())]
    empty = {"figure": "contract", "currency": "CNY", "value": 0, "part": 0, "count": 0, "row": ""}
    more = pl.DataFrame([{**empty, "one": t} for t in missing], schema={
        c: rows.schema[c] for c in ("figure", "currency", "value", "part", "count", "row", "one")
    })  # fmt: skip
    order = pl.col("one").replace_strict({t: i for i, t in enumerate(TYPES)}, return_dtype=pl.Int64)
    return pl.concat([rows, more], how="diagonal").sort(order)


def _dimension(held: pl.Series, kind: str, report: Report, lang: str, rows: pl.DataFrame) -> pl.Series:
    if kind in ("step", "state"):
        named, pairs = (
            {"step": _step, "state": _state}[kind],
            zip(rows["one"].to_list(), held.to_list(), strict=True),
        )
        return pl.Series([named(p, t, lang) for p, t in pairs], dtype=pl.String)
    said = _SAYS[kind](report, lang)
    return pl.Series([said(str(x)) for x in held.to_list()], dtype=pl.String)


def _step(process: str, take: str, lang: str) -> str:
    one = processes().get(process)
    found = next((t for t in one.transitions if t.event == take), None) if one else None
    return found.label(lang) if found else take


def _state(process: str, name: str, lang: str) -> str:
    one = processes().get(process)
    return one.state(name, lang) if one and name in one.states else name


def _process(name: str, lang: str) -> str:
    one = processes().get(name)
    return one.label(lang) if one else word("report_processes", name, lang)


def _city(code: str, lang: str) -> str:
    found = place(code)
    if found is None:
        return say("report_nobody" if code == NOBODY else "report_nowhere", lang)
    return found.name if lang == "zh" else found.name_en


def _named(rows: Mapping[str, Mapping[str, str]]) -> Callable[[Report, str], Callable[[str], str]]:
    return lambda report, lang: lambda key: rows[key][lang] if key in rows else key


def _reason(code: str, lang: str) -> str:
    return spoken("reasons", code, lang) if code in words("reasons") else say("report_no_reason", lang)


_SAYS: Mapping[str, Callable[[Report, str], Callable[[str], str]]] = {
    "movement": lambda report, lang: lambda key: movements()[key][lang],
    "standing": _named({r["standing"]: r for r in rows_of("standings.csv")}),
    "city": lambda report, lang: lambda code: _city(code, lang),
    "party": lambda report, lang: lambda key: (report.names or {}).get(key, key),
    "process": lambda report, lang: lambda name: _process(name, lang),
    "reason": lambda report, lang: lambda code: _reason(code, lang),
    "type": lambda report, lang: lambda name: word("contract_types", name, lang),
}


def events_table(tx: Tx, report: Report, lang: str) -> Table:
    """Each row's events: number of the row, event, its place in the record, process, step, subject, when."""
    rows = numbered_figures(report).select("row", "events").explode("events").drop_nulls("events")
    ids = rows["events"].unique().to_list()
    known = {
        r["id"]: r
        for start in range(0, len(ids), _CHUNK)
        for r in tx.all(_ASKED, {"ids": ids[start : start + _CHUNK]})
    }
    frame = pl.DataFrame(
        [(row, e, known[e]["link"], _process(known[e]["process"], lang),
          _step(known[e]["process"], known[e]["take"], lang), known[e]["subject"],
          at_home(known[e]["at"]).strftime("%Y-%m-%d %H:%M:%S")) for row, e in rows.iter_rows()],
        schema=dict.fromkeys(_EVENT, pl.String) | {"link": pl.Int64},
        orient="row",
    )  # fmt: skip
    columns = [_column(k, s, lang) for k, s in _EVENT.items()]
    return Table("events", say("report_events", lang), frame, tuple(columns), note=say("report_events_note", lang),
                 listed=False)  # fmt: skip


_EVENT: Mapping[str, Style] = {"row": "id", "event": "id", "link": "int", "process": "text", "step": "text",
                              "subject": "id", "at": "text"}  # fmt: skip
_ASKED = sa.select(record).where(record.c.id.in_(sa.bindparam("ids", expanding=True)))


def changes_table(changed: pl.DataFrame, lang: str) -> Table:
    """What a restatement changed: the figure, its dimensions, before, after, and how many events came and went."""
    names = {name: (d.zh if lang == "zh" else d.en) for name, d in definitions().items()}
    frame = changed.select(
        pl.col("figure").replace(names),
        pl.concat_str([pl.col(k) for k in KEY[1:]], separator=" ").str.strip_chars().alias("which"),
        *((pl.col(f"value_{w}") / 100).alias(f"yuan_{w}") for w in ("before", "after")),
        *(pl.col(f"count_{w}") for w in ("before", "after")),
        pl.col("gone").list.join(" "), pl.col("come").list.join(" "),
    )  # fmt: skip
    styles: dict[str, Style] = {
        "figure": "text", "which": "text", "yuan_before": "real", "yuan_after": "real", "count_before": "int",
        "count_after": "int", "gone": "long", "come": "long",
    }  # fmt: skip
    return Table(
        "changes", say("report_changes", lang), frame, tuple(_column(k, s, lang) for k, s in styles.items())
    )


def public_tables(found: Sequence[Public], lang: str) -> list[Table]:
    """A year's public tables: a row a pair of cities and their totals; what is left out is empty and said below."""
    made: list[Table] = []
    styles: dict[str, Style] = {"from_city": "text", "to_city": "text", "count": "int", "amount_yuan": "real"}
    types = {"from_city": pl.String, "to_city": pl.String, "count": pl.Int64, "amount_yuan": pl.Float64}
    for one in found:
        rows = [
            (_total(a, lang), _total(b, lang), n, None if m is None else m / 100) for a, b, n, m in one.told()
        ]
        note = say(
            "public_note" if one.safe else "public_total_only", lang, hidden=int(one.hidden.sum()), few=FEW
        )
        frame = pl.DataFrame(rows, schema=types, orient="row")
        made.append(Table(one.name, say(f"public_{one.name}", lang), frame,
                          tuple(_column(k, s, lang) for k, s in styles.items()), note=note))  # fmt: skip
    return made


def _total(city: str, lang: str) -> str:
    return _city(city, lang) if city else say("public_all", lang)


def headline(report: Report, lang: str) -> list[str]:
    """What the report is made from, and whether it can still change."""
    made = at_home(report.at).strftime("%Y-%m-%d %H:%M")
    said = [
        say(
            "report_made",
            lang,
            month=report.month,
            link=f"{report.link:,}",
            digest=report.record_digest[:16],
            at=made,
        )
    ]
    if not report.over:
        said.append(say("report_running", lang, month=report.month))
    if report.no:
        said.append(say("report_version", lang, no=report.no, digest=report.digest[:16]))
    if report.why:
        said.append(say("report_restated", lang, why=report.why))
    return said
