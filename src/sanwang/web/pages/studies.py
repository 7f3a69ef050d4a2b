"""Every study as a form made from its declaration; asking puts a job into the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
from sanwang.study.registry import entries, get, groups
from sanwang.study.saving import plain
from sanwang.web import spaces
from sanwang.web.render import page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()

LOCAL = ("file",)
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
    every = get(name).declared.values()
    declared = [d for d in every if offered(d)]
    local = [d for d in every if d.required and not offered(d)]
    chosen = v.query.get("workspace", spaces.SAMPLE)
    return page(v, "study", entry=entries()[name], declared=declared, local=local, plain=plain, chosen=chosen,
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
    typed = {
        n.removeprefix("option."): x.strip()
        for n, x in v.form.items()
        if n.startswith("option.") and x.strip()
    }
    declared = get(name).declared
    given = {n: _typed(declared[n], x) if n in declared else x for n, x in typed.items()}
    workspace = v.form.get("workspace", spaces.SAMPLE)
    return question(v.settings.folder, v.who, name, workspace, v.lang, given)


def question(
    folder: Path,
    who: Who,
    name: str,
    workspace: str,
    lang: str,
    given: Mapping[str, object],
    earlier: str | None = None,
) -> dict[str, Any]:
    """A question as a job holds it: options that are not the default, read once to see that they can be; ``earlier`` is
    the job whose plan is planned again.

    Raises OptionError for an option there is none of, that cannot be read, is lacking, or names a file of the machine.
    """
    study = get(name)
    for one in given:
        if one in study.declared and not offered(study.declared[one]):
            raise OptionError(
                f"{one} names a file of the machine: ask it on the command line",
                f"{one} 为本机文件，请用命令行",
            )
    asked = {n: x for n, x in given.items() if n not in study.declared or x != study.declared[n].default}
    beside = {"earlier": Path(earlier)} if earlier and "earlier" in study.declared else {}
    study.read(study.dated({**asked, **beside}, dt.date.today()))
    if workspace != spaces.SAMPLE:
        spaces.place_of(folder, who, workspace)
    return {
        "workspace": workspace,
        "lang": lang,
        "options": asked,
        **({"earlier": earlier} if beside else {}),
    }


def offered(one: Any) -> bool:  # noqa: ANN401 - a declared option
    """Whether an option is offered in a browser."""
    return one.option.type is not None and one.option.type.name not in LOCAL


def _typed(one: Any, text: str) -> object:  # noqa: ANN401
    if one.option.type.name == "flag":
        return text == "yes"
    if one.option.many:
        return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
    return text
