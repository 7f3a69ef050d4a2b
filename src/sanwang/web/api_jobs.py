"""Studies for programs: asked as jobs, followed, stopped, their files read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.study.registry import entries
from sanwang.web import spaces
from sanwang.web.answers import place_in
from sanwang.web.calling import PROBLEMS, By, Caller, Key, Paged, Study, signed
from sanwang.web.pages.studies import question
from sanwang.web.scenarios import checked

router = APIRouter(responses=PROBLEMS)


class Question(BaseModel):
    """A study to ask, of which workspace, with which options."""

    model_config = ConfigDict(extra="forbid")
    workspace: str = Field(default="sample", max_length=40)
    lang: str = Field(default="zh", pattern="^(zh|en)$")
    options: dict[str, Any] = Field(default_factory=dict)
    scenario: dict[str, Any] | None = Field(
        default=None, description="changes to the workspace, as Scenario has them"
    )
    earlier: str | None = Field(
        default=None, max_length=36, description="the job that an earlier plan came of: replan"
    )
    engine: Literal["local", "ray"] | None = Field(
        default=None, description="where its blocks run; which cluster ray is, the operator says"
    )


class Job(BaseModel):
    """How far a job is."""

    id: str
    kind: str
    state: str
    done: int
    total: int
    words: str | None


@router.get("/studies")
def studies(lang: Annotated[str, Query(pattern="^(zh|en)$")] = "zh") -> list[dict[str, str]]:
    """What can be asked."""
    return [
        {"name": e.name, "group": e.group, "title": e.title(lang), "about": e.about(lang)}
        for e in entries().values()
    ]


@router.post("/studies/{name}", status_code=202)
def ask(by: By, name: Study, asked: Question, response: Response) -> Job:
    """Ask a study: a job, whose address is in ``Location``."""
    who = signed(by, change=True)
    if name not in entries():
        raise NotFound
    held = question(by.settings.folder, who, name, asked.workspace, asked.lang, asked.options, asked.earlier)
    if asked.scenario is not None:
        region = spaces.region_of(by.settings.folder, who, asked.workspace)
        held["scenario"] = checked(asked.scenario, region)
    if asked.engine is not None:
        held["engine"] = asked.engine
    made = by.exchange.store.run(lambda tx: jobs.ask(tx, who, name, held))
    response.headers["Location"] = f"/api/v1/jobs/{made}"
    return job(by, made)


@router.get("/jobs")
def own(by: By, paged: Paged, most: Annotated[int, Query(ge=1, le=200)] = 50) -> list[Job]:
    """The caller's own jobs, newest first."""
    who, after = signed(by), paged.after()
    with by.exchange.store.read() as tx:
        rows = jobs.mine(tx, who, most + 1, tuple(after) if after else None)
    told = paged.told(rows, most, lambda r: (r["created_at"], r["id"]))
    return [_job(r) for r in told]


@router.get("/jobs/{key}/files")
def files(by: By, key: Key) -> list[str]:
    """The files of a job that is done."""
    return sorted(p.name for p in _place(by, key).iterdir() if p.is_file())


@router.get("/jobs/{key}/files/{name}", response_class=FileResponse)
def file(by: By, key: Key, name: Key) -> FileResponse:
    """A file of a job's results."""
    place = _place(by, key)
    if name not in {p.name for p in place.iterdir() if p.is_file()}:
        raise NotFound
    return FileResponse(place / name, filename=name, headers={"Cache-Control": "no-store"})


def _place(by: Caller, key: str) -> Path:
    who = signed(by)
    with by.exchange.store.read() as tx:
        row = jobs.show(tx, who, key)
    return place_in(by.settings.folder, row)


@router.get("/jobs/{key}")
def job(by: By, key: Key) -> Job:
    """How far a job is."""
    with by.exchange.store.read() as tx:
        return _job(jobs.show(tx, signed(by), key))


def _job(row: jobs.Row) -> Job:
    return Job(**{n: row[n] for n in Job.model_fields})


@router.delete("/jobs/{key}", status_code=204)
def stop(by: By, key: Key) -> None:
    """Stop a job."""
    who = signed(by, change=True)
    by.exchange.store.run(lambda tx: jobs.cancel(tx, who, key))
