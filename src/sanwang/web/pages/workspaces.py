"""A person's own tables: uploaded in any shape, shown as understood, corrected, taken over."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.errors import NotFound
from sanwang.sources import importing
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
    return page(
        v, "import", key=key, tables=current.tables, units=importing.UNITS, sample=importing.sample,
        problems=current.read.problems[:PROBLEMS], more=max(0, len(current.read.problems) - PROBLEMS),
        names=spaces.names(v.settings.folder, v.who),
    )  # fmt: skip


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
