"""Imports for programs: files are understood, corrected and saved by the very functions of the page."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound, Stale
from sanwang.exchange.requests import once
from sanwang.exchange.store import Tx
from sanwang.exchange.who import Who
from sanwang.sources import importing
from sanwang.sources.mending import LONGEST, remembered_mends
from sanwang.sources.recognise.guess import TableGuess
from sanwang.web import spaces
from sanwang.web.calling import PROBLEMS, By, Caller, IfMatch, Key, Once, signed, tags

router = APIRouter(prefix="/imports", responses=PROBLEMS)

Lang = Annotated[str, Query(pattern="^(zh|en)$")]

SHOWN = 1000
"""Problems told at once; all are counted."""


class Column(BaseModel):
    """A column as it was understood."""

    heading: str
    field: str | None = Field(description="the field it was taken for; none: kept as it is")
    unit: str = Field(description="of money or time as understood; '?' where it must be asked; else empty")
    sure: float = Field(description="0 to 1, an order and not a probability")
    samples: str
    asks: bool = Field(description="a careful person would check it")


class Sheet(BaseModel):
    """A table as it was understood: the kind, its columns, its rows; or why it was not read."""

    number: int
    file: str
    sheet: str
    kind: str | None
    rows: int
    columns: list[Column]
    reason: str


class Trouble(BaseModel):
    """A cell that is not as it should be."""

    severity: str
    code: str
    kind: str
    file: str
    sheet: str
    row: int | None
    column: str
    value: str
    expected: str


class Understood(BaseModel):
    """Files as they were understood; nothing of them is in a workspace yet."""

    id: str
    tables: list[Sheet]
    problems: list[Trouble]
    problems_in_all: int


class Correction(BaseModel):
    """What a column is, as a person says."""

    model_config = ConfigDict(extra="forbid")
    heading: str = Field(max_length=200)
    field: str | None = Field(default=None, max_length=60)
    unit: str | None = Field(default=None, max_length=10)


class Corrections(BaseModel):
    """Corrections of a table's columns."""

    model_config = ConfigDict(extra="forbid")
    columns: list[Correction] = Field(min_length=1, max_length=500)


class CellText(BaseModel):
    """A cell by its row and its column's field or heading, and what it is to say; empty: as the file has it."""

    model_config = ConfigDict(extra="forbid")
    row: int = Field(ge=1, le=10_000_000)
    column: str = Field(max_length=200)
    text: str = Field(max_length=LONGEST)


class CellTexts(BaseModel):
    """Cells of a table as a person mends them."""

    model_config = ConfigDict(extra="forbid")
    cells: list[CellText] = Field(min_length=1, max_length=1000)


class Target(BaseModel):
    """The workspace that the tables are saved into: a new one, or one that is there and is added to."""

    model_config = ConfigDict(extra="forbid")
    workspace: str = Field(max_length=40)


class Saved(BaseModel):
    """A workspace, and the files that were written."""

    workspace: str
    files: list[str]


@router.post("", status_code=201)
def begin(
    by: By, files: Annotated[list[UploadFile], File(max_length=20)], response: Response, request: Once = None
) -> Understood:
    """Keep files aside and say what they were taken for. Nothing is saved yet."""
    who = signed(by, change=True)
    held = sorted([f.filename or "", hashlib.sha256(f.file.read()).hexdigest()] for f in files)
    for one in files:
        one.file.seek(0)

    key = _once(by, who, request, ["imports", held], lambda: spaces.receive(by.settings.folder, who, files))
    response.headers["Location"] = f"/api/v1/imports/{key}"
    return show(by, key, response)


@router.get("/{key}")
def show(by: By, key: Key, response: Response, lang: Lang = "zh") -> Understood:
    """An import as it stands, with its ETag."""
    place, current = spaces.incoming(by.settings.folder, signed(by), key)
    response.headers["ETag"] = f'"{_tag(place)}"'
    problems = spaces.problems_of(current)
    return Understood(
        id=key, tables=[_sheet(n, t) for n, t in enumerate(current.tables)], problems_in_all=len(problems),
        problems=[_trouble(p.as_dict(lang)) for p in problems[:SHOWN]],
    )  # fmt: skip


@router.patch("/{key}/tables/{number}")
def correct(
    by: By, key: Key, number: int, said: Corrections, response: Response, if_match: IfMatch = None
) -> Understood:
    """Say what columns are, and in which unit; the files are read again under it."""
    place, current = _corrected(by, key, number, if_match)
    _require_headings(current.tables[number], said)
    spaces.correct(place, current, number, {c.heading: (c.field, c.unit) for c in said.columns})
    return show(by, key, response)


@router.patch("/{key}/tables/{number}/cells")
def mend(
    by: By, key: Key, number: int, said: CellTexts, response: Response, if_match: IfMatch = None
) -> Understood:
    """Mend cells: the files are read again with them. The files stay as they are, and what a cell said is kept."""
    place, current = _corrected(by, key, number, if_match)
    spaces.mend(place, current, {(number, c.row, c.column): c.text for c in said.cells})
    return show(by, key, response)


def _corrected(by: Caller, key: str, number: int, if_match: str | None) -> tuple[Path, importing.Import]:
    """An import whose table may be changed: it is one's own, has the table, and stands as the caller last saw it."""
    place, current = spaces.incoming(by.settings.folder, signed(by, change=True), key)
    wanted = tags(if_match)
    if not 0 <= number < len(current.tables):
        raise NotFound
    if wanted is not None and _tag(place) not in wanted:
        raise Stale
    return place, current


@router.post("/{key}/save")
def save(by: By, key: Key, into: Target, lang: Lang = "zh", request: Once = None) -> Saved:
    """Write the tables into a workspace; the import is done with then."""
    who = signed(by, change=True)
    target = spaces.place_of(by.settings.folder, who, into.workspace, new=True)

    def write() -> list[str]:
        place, current = spaces.incoming(by.settings.folder, who, key)
        written = spaces.take_over(place, current, target, lang)
        return sorted(p.relative_to(target).as_posix() for p in written)

    return Saved(
        workspace=into.workspace, files=_once(by, who, request, ["save", key, into.workspace], write)
    )


@router.delete("/{key}", status_code=204)
def drop(by: By, key: Key) -> None:
    """Forget the files."""
    spaces.drop(by.settings.folder, signed(by, change=True), key)


def _require_headings(table: TableGuess, said: Corrections) -> None:
    known = {c.heading for c in table.columns}
    if strange := [c.heading for c in said.columns if c.heading not in known]:
        raise OptionError(f"there is no column {strange[0]!r}", f"没有“{strange[0]}”这一列")


def _once(by: Caller, who: Who, request: str | None, asked: list[Any], do: Any) -> Any:  # noqa: ANN401 - any JSON
    """What is done; under a key that was used before, what was answered then."""
    if request is None:
        return do()

    def run(tx: Tx) -> Any:  # noqa: ANN401
        return once(tx, who, request, asked, do)

    return by.exchange.store.run(run)


def _tag(place: Path) -> str:
    """What the corrections and mends so far are known by."""
    said: list[Any] = [[s.table, s.columns, s.units] for s in importing.remembered(place)]
    said.append([astuple(m) for m in remembered_mends(place)])
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _sheet(number: int, one: TableGuess) -> Sheet:
    columns = [
        Column(
            heading=c.heading, field=c.field, unit=importing.unit_words(c, one.kind or ""), sure=c.confidence,
            samples=importing.sample(c, 40), asks=c.heading in one.ask,
        )
        for c in one.columns
    ]  # fmt: skip
    return Sheet(
        number=number, file=one.file, sheet=one.sheet, kind=one.kind, reason=one.reason, columns=columns,
        rows=len(one.records.rows) if one.records else 0,
    )  # fmt: skip


def _trouble(held: dict[str, Any]) -> Trouble:
    return Trouble(**held)
