"""What a worker does for the workbench: a study asked of a workspace, its answer saved as files."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanwang.exchange import identity, jobs
from sanwang.exchange.errors import NotFound
from sanwang.exchange.jobs import Report, Task, Work
from sanwang.exchange.store import Store
from sanwang.exchange.who import Who
from sanwang.region.scenario import Scenario
from sanwang.study.registry import entries, get
from sanwang.web import spaces


def works(store: Store, folder: Path) -> Mapping[str, Work]:
    """The functions behind the kinds of jobs: every study."""

    def run(task: Task, report: Report) -> str:
        with store.read() as tx:
            who = identity.person(tx, task.by)
        region = spaces.region_of(folder, who, str(task.args["workspace"]))
        study, lang = get(task.kind), str(task.args["lang"])
        given = study.dated(task.args["options"], dt.datetime.now().astimezone().date())
        if earlier := task.args.get("earlier"):
            given["earlier"] = _earlier(store, folder, who, str(earlier))
        held: Any = task.args.get("scenario")
        result = study(
            region,
            lang=lang,
            progress=report,
            scenario=Scenario(**held) if held else None,
            engine=engine_named(task.args.get("engine"), study.engined),
            **given,
        )
        out = spaces.home(folder, who) / ".results" / task.id
        result.save(out)
        return str(out.relative_to(folder))

    return dict.fromkeys(entries(), run)


def engine_named(asked: object, engined: bool) -> str | None:
    """Where a job's blocks run: what it names, else what the operator set (``SANWANG_ENGINE``).

    The address of a cluster is the operator's alone: a job that names ``ray`` gets the operator's where there is one.
    """
    set_ = os.environ.get("SANWANG_ENGINE") or None
    if not engined:
        return None
    if asked == "ray":
        return set_ if set_ is not None and set_.startswith("ray") else "ray"
    return "local" if asked == "local" else set_


def _earlier(store: Store, folder: Path, who: Who, job: str) -> Path:
    """The folder of an earlier answer of the same person's. Raises NotFound for another's."""
    with store.read() as tx:
        place = jobs.show(tx, who, job)["place"]
    if not place:
        raise NotFound
    return folder / place


def keep_working(store: Store, folder: Path, stop: threading.Event, wait: float = 0.5) -> None:
    """Run jobs one after another until told to stop."""
    found = works(store, folder)
    while not stop.is_set():
        if jobs.run_one(store, found) is None:
            stop.wait(wait)
