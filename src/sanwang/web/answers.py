"""The saved answers of a person's jobs: where they lie, and plans read back from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sanwang.errors import InputError
from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.planning.plan import Plan
from sanwang.planning.studies.plan import reread
from sanwang.region import Region
from sanwang.region.scenario import Scenario, apply
from sanwang.study.registry import get
from sanwang.study.rows import usable
from sanwang.web import spaces
from sanwang.web.visit import Visit

PLANS = ("plan", "replan")
"""Studies whose answer is a plan."""

MOST = 200
"""Jobs looked through, the newest first."""


@dataclass(frozen=True)
class Made:
    """A plan that a job made: the plan, the Region it was made of, what it says of itself, and whether the data have
    changed since."""

    job: jobs.Row
    plan: Plan
    region: Region
    claim: Mapping[str, Any]
    place: Path
    changed: bool

    @property
    def key(self) -> str:
        """The job."""
        return str(self.job["id"])


def row_of(v: Visit, key: str) -> jobs.Row:
    """A job of the person's own. Raises NotFound for another's."""
    with v.exchange.store.read() as tx:
        return jobs.show(tx, v.signed_in(), key)


def place_of(v: Visit, row: jobs.Row) -> Path:
    """The folder of a job's results. Raises NotFound where there are none."""
    return place_in(v.settings.folder, row)


def place_in(folder: Path, row: jobs.Row) -> Path:
    """The folder of a job's results inside the workbench's. Raises NotFound where there are none."""
    if not row["place"]:
        raise NotFound
    place = (folder / row["place"]).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_dir():
        raise NotFound
    return place


def asked_of(v: Visit, name: str, kinds: Sequence[str]) -> list[jobs.Row]:
    """The person's jobs of some kinds about a workspace, the newest first."""
    with v.exchange.store.read() as tx:
        rows = jobs.mine(tx, v.signed_in(), MOST)
    return [r for r in rows if r["kind"] in kinds and r["args"]["workspace"] == name]


def title_of(row: jobs.Row) -> str | None:
    """The name a person gave a plan's scenario; None where none was given."""
    scenario: Any = row["args"].get("scenario")
    return str(scenario["name"]) if scenario else None


def claim_of(place: Path, kind: str) -> dict[str, Any]:
    """What a saved answer says of itself. Raises InputError where it cannot be read."""
    try:
        return _claim(place / f"{kind}.json")
    except (OSError, ValueError) as error:
        raise InputError(f"the result cannot be read ({error})", f"结果无法读取（{error}）") from error


@lru_cache(maxsize=64)
def _claim(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def made(v: Visit, name: str, key: str) -> Made:
    """The plan of a job about a workspace. Raises NotFound where the job is another's, not about it or not done."""
    row = row_of(v, key)
    if row["kind"] not in PLANS or row["args"]["workspace"] != name or row["state"] != "done":
        raise NotFound
    place = place_of(v, row)
    claim = claim_of(place, row["kind"])
    now = spaces.region_of(v.settings.folder, v.who, name)
    region = _sound(now, row)
    return Made(row, reread(region, place, claim), region, claim, place, claim.get("digest") != now.digest)


def scenario_of(row: jobs.Row) -> Scenario | None:
    """The scenario a plan was asked under."""
    held: Any = row["args"].get("scenario")
    return Scenario(**held) if held else None


def _sound(region: Region, row: jobs.Row) -> Region:
    """The Region as the study saw it: under its scenario, less the rows with errors."""
    scenario, entry = scenario_of(row), get(row["kind"]).entry
    changed = region if scenario is None else apply(region, scenario)
    return usable(changed, (*entry.needs, *entry.uses))[0]
