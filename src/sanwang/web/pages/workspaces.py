"""A person's own tables: uploaded in any shape, shown as understood, corrected, taken over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.errors import NotFound
from sanwang.sources import importing
from sanwang.sources.readings import original
from sanwang.study.registry import entries
from sanwang.web import sayings, spaces
from sanwang.web.pages.needs import opened
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here
from sanwang.web.words import said

router = APIRouter()
PROBLEMS = 200


@router.get("/workspaces")
def workspaces(v: Here) -> Response:
    """One's own workspaces, and the form to bring files."""
    return page(v, "workspaces", names=spaces.names(v.settings.folder, v.signed_in()), sample=spaces.SAMPLE)


@router.post("/workspaces")
def upload(v: Here) -> Response:
    """Keep the files aside and show what they were taken for."""
    return to(f"/import/{spaces.receive(v.settings.folder, v.signed_in(), v.files)}")


@router.get("/import/{key}")
def guess(v: Here, key: str) -> Response:
    """What the files were taken for, column by column."""
    _, current = spaces.incoming(v.settings.folder, v.signed_in(), key)
    found = spaces.problems_of(current)
    shown = found[:PROBLEMS]
    return page(
        v, "import", key=key, tables=current.tables, units=importing.UNITS, sample=importing.sample,
        problems=list(zip(shown, _once_each(importing.spots(current, shown)), strict=True)),
        more=max(0, len(found) - PROBLEMS), names=spaces.names(v.settings.folder, v.who), mends=_mends(current),
    )  # fmt: skip


def _once_each(spots: Sequence[importing.Spot | None]) -> list[importing.Spot | None]:
    """A cell with several problems is offered once."""
    seen: set[tuple[int, int, int]] = set()
    made: list[importing.Spot | None] = []
    for one in spots:
        place = (one.table, one.row, one.column) if one else None
        made.append(None if place in seen else one)
        seen |= {place} if place else set()
    return made


def _mends(current: importing.Import) -> list[dict[str, Any]]:
    """Each mend: where, what the file says, what it reads now, and the name of the cell in a form."""
    before = {
        (f.raw.file, f.raw.sheet, *place): cell for f in current.found for place, cell in f.raw.mended.items()
    }
    places = {
        (t.file, t.sheet, c.index): (n, c.heading) for n, t in enumerate(current.tables) for c in t.columns
    }
    made: list[dict[str, Any]] = []
    for m in current.mends:
        if m.place in before and (m.file, m.sheet, m.column) in places:
            number, heading = places[m.file, m.sheet, m.column]
            made.append({"where": f"{m.sheet or m.file} {m.row} {heading}", "file": original(before[m.place]),
                         "now": m.text, "name": f"cell.{number}.{m.row}.{m.column}"})  # fmt: skip
    return made


@router.post("/import/{key}/cells")
def mend(v: Here, key: str) -> Response:
    """Keep cells as a person mended them, or give back what the file says."""
    place, current = spaces.incoming(v.settings.folder, v.signed_in(), key)
    texts: dict[tuple[int, int, str | int], str] = {}
    for name, text in v.form.items():
        if found := _CELL.fullmatch(name):
            table, row, column = map(int, found.groups())
            texts[table, row, column] = text
    spaces.mend(place, current, texts)
    return to(f"/import/{key}#problems")


_CELL = re.compile(r"cell\.(\d{1,4})\.(\d{1,8})\.(\d{1,5})")


@router.post("/import/{key}/table/{number}")
def correct(v: Here, key: str, number: int) -> Response:
    """Keep what a person says the columns are."""
    place, current = spaces.incoming(v.settings.folder, v.signed_in(), key)
    if not 0 <= number < len(current.tables):
        raise NotFound
    given = {
        c.heading: (v.form.get(f"field.{i}") or None, v.form.get(f"unit.{i}") or None)
        for i, c in enumerate(current.tables[number].columns)
        if f"field.{i}" in v.form
    }
    spaces.correct(place, current, number, given)
    return to(f"/import/{key}")


@router.post("/import/{key}/take")
def take_over(v: Here, key: str) -> Response:
    """Write the tables into a workspace."""
    who = v.signed_in()
    place, current = spaces.incoming(v.settings.folder, who, key)
    name = v.form.get("name", "").strip()
    spaces.take_over(place, current, spaces.place_of(v.settings.folder, who, name, new=True), v.lang)
    return to(f"/workspaces/{name}")


@router.get("/workspaces/{name}")
def workspace(v: Here, name: str) -> Response:
    """A workspace: its tables, what is wrong in them, and what can be asked of it."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    check = region.check()
    kinds = spaces.counts(region)
    table = table_of("tables", said("tables", v.lang), [{"table": k.label(v.lang), "rows": n} for k, n in kinds],
                     v.lang, table="text", rows="int")  # fmt: skip
    able = [e for e in entries().values() if all(region.has(n) and region[n].height for n in e.needs)]
    return page(v, "workspace", name=name, counts=kinds, problems=check.problems[:PROBLEMS],
                more=max(0, len(check.problems) - PROBLEMS), errors=len(check.errors), studies=able,
                fictional=region.fictional, decisions=region["decisions"].to_dicts()[::-1], take=[table],
                held=sayings.held(region),
                python=f"{opened(name)}\nregion.check()")  # fmt: skip
