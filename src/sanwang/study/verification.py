"""Proving a saved result again: its answer recomputed from the data, and every file of its folder compared.

A study that can prove its answer without the solver does so first (``check``); then the result is made again, or read
from the folder where making it again is slow, and saved beside: a file that differs, is missing or does not belong is
named.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sanwang.errors import InputError, SanwangError, halves
from sanwang.region import Region
from sanwang.region.scenario import Scenario, apply
from sanwang.study.declare import Study
from sanwang.study.registry import entries, get
from sanwang.study.result import Result
from sanwang.study.rows import usable
from sanwang.study.saving import VERSION, save


@dataclass(frozen=True)
class Verification:
    """Whether a result holds, and each thing wrong in English and Chinese."""

    study: str
    faults: tuple[tuple[str, str], ...]
    files: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def said(self, lang: str) -> list[str]:
        """What is wrong, in one language."""
        return [f[1 if lang == "zh" else 0] for f in self.faults]


def claim_of(folder: Path) -> dict[str, Any]:
    """What a saved folder says of itself. Raises InputError where it holds no result."""
    for path in sorted(folder.glob("*.json")):
        try:
            claim: Any = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(claim, dict) and claim.get("study") in entries() and path.stem == claim["study"]:
            return claim  # pyright: ignore[reportUnknownVariableType]  # a JSON object
    raise InputError(f"{folder}: no saved result is here", f"{folder}：不是保存结果的目录")


def is_saved(folder: Path) -> bool:
    """Whether a folder holds a saved result."""
    try:
        return bool(claim_of(folder))
    except InputError:
        return False


def verify_folder(
    region: Region | None, folder: Path, instead: Mapping[str, object] | None = None
) -> Verification:
    """Prove a folder that ``Result.save`` wrote, against the Region it says it was made from.

    ``instead`` names files that have moved since. Raises InputError where the folder is none, or its summary cannot be
    read.
    """
    claim = claim_of(folder)
    recorded = dict(claim["asked"])
    claim["asked"] = {**recorded, **(instead or {})}
    name = str(claim["study"])
    given = region if region is not None else Region.of()
    faults: list[tuple[str, str]] = []
    if claim.get("digest") != given.digest:
        faults.append((
            "the data have changed since the result was made, or are another workspace",
            "数据在结果形成之后有变化，或不是同一工作区",
        ))  # fmt: skip
    if claim.get("version") != VERSION:
        faults.append(
            (
                f"made by version {claim.get('version')}, this is {VERSION}",
                f"由版本 {claim.get('version')} 形成，现为 {VERSION}",
            )
        )
    study = get(name)
    try:
        if study.check is not None:
            faults += [
                halves(p) for p in study.check(_sound(study, given, claim), folder, study.read(_asked(claim)))
            ]
        again = _again(region, folder, claim)
        again = replace(again, options={**again.options, **{k: recorded[k] for k in instead or {}}})
        faults += _differences(again, folder, list(claim["formats"]))
    except SanwangError as error:
        told = error.said("en"), error.said("zh")
        faults.append((f"the result cannot be made again: {told[0]}", f"无法重新得到结果：{told[1]}"))
    except (KeyError, TypeError, ValueError) as error:
        faults.append((f"the summary cannot be read: {error!r}", f"摘要文件无法读取：{error!r}"))
    return Verification(name, tuple(faults), sum(1 for f in folder.rglob("*") if f.is_file()))


def _asked(claim: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in claim["asked"].items() if k != "scenario"}


def _sound(study: Study[Any], region: Region, claim: dict[str, Any]) -> Region:
    """The Region as the study saw it: under its scenario, less the rows with errors."""
    scenario = claim["asked"].get("scenario")
    under = Scenario(**scenario) if isinstance(scenario, dict) else None
    changed = region if under is None else apply(region, under)
    return usable(changed, (*study.entry.needs, *study.entry.uses))[0]


def _again(region: Region | None, folder: Path, claim: dict[str, Any]) -> Result[Any]:
    """The result made again as the folder says it was asked."""
    study = get(str(claim["study"]))
    asked = dict(claim["asked"])
    scenario = asked.pop("scenario", None)
    under = Scenario(**scenario) if isinstance(scenario, dict) else scenario
    if study.reread is None:
        return study(region, lang=claim["lang"], scenario=under, **asked)
    given = region if region is not None else Region.of()
    changed = given if under is None else apply(given, under)
    sound, left = usable(changed, (*study.entry.needs, *study.entry.uses))
    options = {**study.read(asked), **({"scenario": under} if under is not None else {})}
    answer = study.reread(sound, folder, claim)
    return Result(study, answer, sound, options, left, str(claim["lang"]), given)


def _differences(again: Result[Any], folder: Path, formats: list[str]) -> list[tuple[str, str]]:
    """Files of the folder that are not what saving the result again gives, or that do not belong."""
    present = {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()}
    with tempfile.TemporaryDirectory() as place:
        beside = Path(place)
        for name in (
            f"{t.name}.csv" for t in again.shown.tables if t.writer and (folder / f"{t.name}.csv").is_file()
        ):
            shutil.copyfile(folder / name, beside / name)  # a person's decisions are no claim of the result's
        save(again, beside, formats)
        wanted = {f.relative_to(beside) for f in beside.rglob("*") if f.is_file()}
        wrong = [
            f for f in sorted(wanted & present) if (folder / f).read_bytes() != (beside / f).read_bytes()
        ]
    told = [(f"{f}: differs from what the data give", f"{f}：与由数据重新得到的不一致") for f in wrong]
    told += [(f"{f}: missing", f"{f}：缺失") for f in sorted(wanted - present)]
    told += [(f"{f}: does not belong to the result", f"{f}：不属于该结果") for f in sorted(present - wanted)]
    return told


def verify_result(result: Result[Any], region: Region) -> Verification:
    """Prove a result that was not saved: saved to a temporary folder and proven there."""
    with tempfile.TemporaryDirectory() as place:
        save(result, Path(place))
        return verify_folder(region, Path(place))
