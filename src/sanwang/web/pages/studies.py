"""Every study as a form made from its declaration; asking puts a job into the queue."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.study.registry import entries, get, groups
from sanwang.study.saving import plain
from sanwang.web import spaces
from sanwang.web.render import page, to
from sanwang.web.visit import Visit, visit

router = APIRouter()
Here = Annotated[Visit, Depends(visit)]

LOCAL = ("path",)
"""Types of option that name a file of the machine: never taken from a browser."""


@router.get("/studies")
def studies(v: Here) -> Response:
    """What can be asked, by group."""
    by_group = {g: [e for e in entries().values() if e.group == g] for g in groups()}
    return page(v, "studies", by_group={g: e for g, e in by_group.items() if e}, groups=groups())


@router.get("/studies/{name}")
def study(v: Here, name: str) -> Response:
    """The form of a study."""
    who = v.signed_in()
    if name not in entries():
        raise NotFound
    declared = [d for d in get(name).declared.values() if offered(d)]
    chosen = v.query.get("workspace", spaces.SAMPLE)
    return page(v, "study", entry=entries()[name], declared=declared, plain=plain, chosen=chosen,
                workspaces=[spaces.SAMPLE, *spaces.names(v.settings.folder, who)])  # fmt: skip


@router.post("/studies/{name}")
def ask(v: Here, name: str) -> Response:
    """Ask: options are read now, so that what cannot be read is said at once."""
    who = v.signed_in()
    if name not in entries():
        raise NotFound
    made = v.exchange.store.run(lambda tx: jobs.ask(tx, who, name, asked(v, name)))
    return to(f"/jobs/{made}")


def asked(v: Visit, name: str) -> dict[str, Any]:
    """What is asked: workspace, language and the options that were filled in. Raises OptionError in words."""
    study, given = get(name), {}
    for one in study.declared.values():
        text = v.form.get(f"option.{one.name}", "").strip()
        if text and offered(one):
            given[one.name] = _typed(one, text)
    optional = {n: x for n, x in given.items() if x != study.declared[n].default}
    lacking = [d for d in study.declared.values() if d.required and d.name not in optional and not _is_day(d)]
    study.read(optional if not lacking else {**optional})
    workspace = v.form.get("workspace", spaces.SAMPLE)
    if workspace != spaces.SAMPLE:
        spaces.place_of(v.settings.folder, v.who, workspace)
    return {"workspace": workspace, "lang": v.lang, "options": optional}


def offered(one: Any) -> bool:  # noqa: ANN401 - a declared option
    """Whether an option is offered in a browser."""
    return one.option.type is not None and one.option.type.name not in LOCAL


def _is_day(one: Any) -> bool:  # noqa: ANN401
    return one.option.type is not None and one.option.type.name == "day"


def _typed(one: Any, text: str) -> object:  # noqa: ANN401
    if one.option.type.name == "flag":
        return text == "yes"
    if one.option.many:
        return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    return text
