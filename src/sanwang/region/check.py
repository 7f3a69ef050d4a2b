"""All problems of a Region in one pass: what reading found, then keys, references and rules."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sanwang.errors import DataError
from sanwang.region.region import Region
from sanwang.schema import KINDS, TRACE, Field, Kind, Problem, Severity
from sanwang.standards import places as gb2260

THIN = 8
"""A need's title and text together shorter than this many characters cannot be matched."""


@dataclass(frozen=True)
class Check:
    """Problems found, errors first in reading order."""

    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that make rows unusable."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems worth a look."""
        return tuple(p for p in self.problems if p.severity == "warning")

    def raise_if_errors(self) -> None:
        """Raise DataError naming the first errors and their number, if there are any."""
        if errors := self.errors:
            first = "; ".join(f"{p.file} {p.row or ''} {p.column}: {p.message('en')}" for p in errors[:3])
            raise DataError(f"{len(errors)} errors in the data: {first} …")


def check(region: Region) -> Check:
    """Every problem of the Region. Sources of the rules: the schema's fields."""
    found = list(region.problems)
    for name, kind in KINDS.items():
        frame = region[name]
        if frame.height:
            found += _required(kind, frame, region.problems) + _duplicates(
                kind, frame, _by_zone(region, name)
            )
            found += [p for f in kind.fields.values() if f.ref for p in _dangling(kind, f, region)]
    found += _order(region, "products", "ticket_min", "ticket_max") + _selves(region) + _thin(region)
    found += _unplaced(region)
    ranks = {"error": 0, "warning": 1}
    return Check(tuple(sorted(found, key=lambda p: (ranks[p.severity], p.file, p.sheet, p.row or 0))))


def _at(
    severity: Severity, code: str, kind: str, row: dict[str, object], column: str, **terms: object
) -> Problem:
    number = row["_row"]
    value = row.get(column)
    return Problem(
        severity,
        code,
        kind,
        str(row["_file"] or ""),
        str(row["_sheet"] or ""),
        number if isinstance(number, int) else None,
        column,
        "" if value is None else str(value),
        tuple((k, str(v)) for k, v in terms.items()),
    )


def _required(kind: Kind, frame: pl.DataFrame, read: tuple[Problem, ...]) -> list[Problem]:
    told = {(p.file, p.sheet, p.row, p.column) for p in read if p.kind == kind.name and p.severity == "error"}
    found: list[Problem] = []
    for f in kind.fields.values():
        if f.need == "optional":
            continue
        blank = pl.col(f.name).is_null()
        if f.dtype == pl.String():
            blank = blank | (pl.col(f.name).str.strip_chars() == "")
        rows = frame.filter(blank).select(f.name, *TRACE).to_dicts()
        found += [
            _at("error", "required", kind.name, row, f.name)
            for row in rows
            if (row["_file"] or "", row["_sheet"] or "", row["_row"], f.name) not in told
        ]
    return found


def _by_zone(region: Region, kind: str) -> set[str]:
    """Keys of rows whose place is a zone that counts as the division around it: two of them are not the same row."""
    rows = region.readings.filter(
        (pl.col("kind") == kind) & pl.col("rule").is_in(["place_zone", "place_part"])
    )
    return set(rows["key"].drop_nulls().to_list())


_LOGS = {
    "decisions": (("subject", "other"), ("verdict", "who", "when", "value")),
    "placements": (("link", "item", "by"), ("verdict", "date")),
}
"""Tables in which a person may say something else later: about what, and what is said. A row is there twice
only where nothing else was said in between."""


def _duplicates(kind: Kind, frame: pl.DataFrame, by_zone: set[str]) -> list[Problem]:
    key, run = list(kind.key), _LOGS.get(kind.name)
    whole = frame.drop_nulls([c for c in key if c != "source"]).with_row_index("_n")
    if run is not None:
        who, said = run
        whole = whole.with_columns(pl.struct(said).rle_id().over(who).alias("_run"))
    first = pl.col("_n").first().over([*key, "_run"] if run is not None else key)
    again = whole.with_columns(first.alias("_first")).filter(pl.col("_n") != pl.col("_first"))
    if again.is_empty():
        return []
    origin = whole.select(pl.col("_n").alias("_first"), pl.col("_row").alias("_first_row"))
    rows = again.join(origin, on="_first", how="left", maintain_order="left")
    return [
        _at(
            "warning" if "|".join(str(row[k]) for k in key) in by_zone else "error",
            "duplicate_key",
            kind.name,
            row,
            key[0],
            first=row["_first_row"] or row["_first"] + 1,
        )
        for row in rows.select(*key, "_first", "_first_row", *TRACE).to_dicts()
    ]


def _dangling(kind: Kind, field: Field, region: Region) -> list[Problem]:
    """References to rows that are not there. A table that is absent altogether is not held against its users."""
    frame, target = region[kind.name], region[str(field.ref)]
    key = KINDS[str(field.ref)].key[0]
    if field.ref == "places":
        return _unknown_places(kind, field, region)
    if target.is_empty():
        return []
    values = frame.select(field.name, *TRACE)
    if field.is_list:
        values = values.explode(field.name)
    lost = values.drop_nulls(field.name).join(
        target.select(key), left_on=field.name, right_on=key, how="anti"
    )
    table = KINDS[str(field.ref)]
    if table.name == "actors":
        # A firm may be named that the table of actors does not list: the row says who it is all the same.
        return [_at("warning", "actor_unlisted", kind.name, row, field.name) for row in lost.to_dicts()]
    return [
        _at("error", "dangling", kind.name, row, field.name, table=f"{table.zh}({table.name})")
        for row in lost.to_dicts()
    ]


def _unknown_places(kind: Kind, field: Field, region: Region) -> list[Problem]:
    """Codes that neither GB/T 2260 nor the workspace knows; reading has already judged what came from files."""
    own = set(region["places"]["code"].drop_nulls().to_list())
    frame = region[kind.name].filter(pl.col("_file").is_null())
    values = frame.select(field.name, *TRACE)
    if field.is_list:
        values = values.explode(field.name)
    used = values[field.name].drop_nulls().unique().to_list()
    lost = [code for code in used if code not in own and gb2260.place(code) is None]
    rows = values.filter(pl.col(field.name).is_in(lost)).to_dicts()
    return [_at("error", "place", kind.name, row, field.name, near="–") for row in rows]


def _order(region: Region, kind: str, low: str, high: str) -> list[Problem]:
    fields = KINDS[kind].fields
    rows = region[kind].filter(pl.col(low) > pl.col(high)).select(low, high, *TRACE).to_dicts()
    names = {"low_label": fields[low].zh, "high_label": fields[high].zh}
    return [_at("error", "order", kind, row, low, high=row[high], **names) for row in rows]


def _selves(region: Region) -> list[Problem]:
    rows = region["ties"].filter(pl.col("a") == pl.col("b")).select("b", *TRACE).to_dicts()
    owed = region["obligations"].filter(pl.col("debtor") == pl.col("creditor"))
    return [_at("warning", "self_reference", "ties", row, "b") for row in rows] + [
        _at("warning", "self_reference", "obligations", row, "creditor")
        for row in owed.select("creditor", *TRACE).to_dicts()
    ]


def _thin(region: Region) -> list[Problem]:
    length = pl.concat_str("title", "text", ignore_nulls=True).str.len_chars()
    rows = region["needs"].filter(pl.col("text").is_not_null() & (length < THIN))
    return [
        _at("warning", "thin_text", "needs", row, "text") for row in rows.select("text", *TRACE).to_dicts()
    ]


def _unplaced(region: Region) -> list[Problem]:
    rows = region["actors"].filter(pl.col("place").is_null()).select("place", *TRACE).to_dicts()
    return [_at("warning", "unplaced", "actors", row, "place") for row in rows]


_WHOLE = ("duplicate_key", "required", "order", "header_missing", "short_row")
"""Problems of a row as a whole, whatever column they are told at."""


def drop_errors(region: Region) -> Region:
    """The Region less every row without its key or text, and less every other bad cell, until the rest is sound.

    A bad optional cell costs the cell, not the row.
    """
    current = region
    while True:
        errors = [p for p in check(current).errors if p.kind and (p.row is not None or _of_a_cell(p))]
        cells = [p for p in errors if _of_a_cell(p)]
        rows = {(p.kind, p.file, p.sheet, p.row or 0) for p in errors if not _of_a_cell(p)}
        kept = {name: _without(name, current[name], rows) for name in {b[0] for b in rows}}
        for name in {p.kind for p in cells}:
            kept[name] = _cleared(kept.get(name, current[name]), [p for p in cells if p.kind == name])
        if all(frame.equals(current[name]) for name, frame in kept.items()):
            return current
        current = current.with_tables(**kept)


def _of_a_cell(problem: Problem) -> bool:
    field = KINDS[problem.kind].fields.get(problem.column) if problem.kind else None
    return field is not None and field.need == "optional" and problem.code not in _WHOLE


def _cleared(frame: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """The frame with the cells of the problems unknown; of a list only the item that is wrong."""
    for problem in problems:
        where = (
            (pl.col("_file").fill_null("") == problem.file)
            & (pl.col("_sheet").fill_null("") == problem.sheet)
            & (pl.col("_row").eq_missing(pl.lit(problem.row)))
        )
        column = pl.col(problem.column)
        if isinstance(frame.schema[problem.column], pl.List):
            left = column.list.eval(pl.element().filter(pl.element().cast(pl.String) != problem.value))
        else:
            left = pl.when(column.cast(pl.String) == problem.value).then(None).otherwise(column)
        frame = frame.with_columns(pl.when(where).then(left).otherwise(column).alias(problem.column))
    return frame


def _without(name: str, frame: pl.DataFrame, bad: set[tuple[str, str, str, int]]) -> pl.DataFrame:
    rows = [(f, s, r) for k, f, s, r in bad if k == name]
    gone = pl.DataFrame(
        rows, schema=dict(zip(TRACE, (pl.String, pl.String, pl.Int64), strict=True)), orient="row"
    )
    return frame.with_columns(pl.col("_file", "_sheet").fill_null("")).join(
        gone, on=list(TRACE), how="anti", maintain_order="left"
    )
