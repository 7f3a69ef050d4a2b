"""Industrial chains declared as a study: verdicts, failures, the three lists, teams for gaps, specialisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from sanwang.collaboration.chains import consortium as teams
from sanwang.collaboration.chains.capabilities import target_of
from sanwang.collaboration.chains.chain import Chain, chains_of, find_chain, strays_of
from sanwang.collaboration.chains.consortium import Consortium
from sanwang.collaboration.chains.diagnosis import Diagnosis, diagnose
from sanwang.collaboration.chains.lists import Lists, lists
from sanwang.collaboration.chains.placing import Placing
from sanwang.collaboration.chains.specialisation import Specialisation, counted, specialisation, triangle
from sanwang.collaboration.studies import chain_tables as tables
from sanwang.collaboration.studies.placed import chains_here, placed
from sanwang.errors import DataError
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path
from sanwang.study.declare import Report, study
from sanwang.study.drawing import Drawing
from sanwang.study.loading import load
from sanwang.study.option import PLACE, Option
from sanwang.study.shown import Shown
from sanwang.study.table import Table
from sanwang.study.words import say


@dataclass(frozen=True)
class Chains:
    """What a Region's chains are like: a diagnosis a chain, the three lists, where rows stand, which city is good at
    what (None where the data say too little), measured roles by chain, and a team for each link without a maker."""

    diagnosed: tuple[Diagnosis, ...]
    lists: Lists
    placing: Placing
    special: Specialisation | None
    roles: Mapping[str, Specialisation]
    teams: tuple[Consortium, ...]
    names: Mapping[str, str]
    notices: tuple[tuple[str, str], ...]


def shown(found: Chains, region: Region, lang: str) -> Shown:
    """The three lists first, then links, failures, teams, specialisation and roles; each chain drawn."""
    fillers, names = tables.fillers_of(found.lists, lang), dict(found.names)
    drawn = [
        Drawing(f"chain-{d.chain.id}", d.chain.name, "sanwang.report.chainmap:chain_map",
                {"one": d, "fillers": fillers, "lang": lang}, file=f"chain-{d.chain.id}")
        for d in found.diagnosed
    ]  # fmt: skip
    drawn += [
        Drawing(f"team-{t.target.id}", t.target.name, "sanwang.report.team:team_drawing",
                {"found": t, "team": t.teams[0], "lang": lang})
        for t in found.teams
    ]  # fmt: skip
    made: list[Table] = [
        tables.bottlenecks_table(found.lists, names, lang),
        tables.gaps_table(found.lists, names, lang),
        tables.firms_table(found.lists, names, lang),
        tables.links_table(found.diagnosed, lang),
        tables.failures_table(found.diagnosed, lang),
    ]
    if found.teams:
        made.append(tables.teams_table(found.teams, lang))
    if found.special is not None:
        given = {"cells": found.special.cells, "names": names, "fictional": region.fictional, "lang": lang}
        drawn.append(Drawing("specialisation", say("heat_title", lang), "sanwang.report.heat:heat", given))
        made.append(tables.special_table(found.special, names, lang))
    if found.roles:
        made.append(tables.roles_table(dict(found.roles), names, lang))
    told = [sentence for d in found.diagnosed for sentence in tables.sentences(d, lang)]
    notes = [n[0 if lang == "zh" else 1] for n in found.notices]
    return Shown(say("chain_title", lang), told, made, drawn, notes)


def data(found: Chains, region: Region) -> dict[str, object]:
    """Chains, links, failures and lists."""
    return tables.chains_data(found.diagnosed, found.lists)


def files(
    found: Chains, region: Region, folder: Path, options: Mapping[str, object], lang: str
) -> list[Path]:
    """Each chain's drawing as an SVG of its own."""
    return write_drawings(shown(found, region, lang), folder)


def write_drawings(words: Shown, folder: Path) -> list[Path]:
    """The drawings that have a file of their own; returns the files."""
    written: list[Path] = []
    for one in words.drawings:
        if one.file and (markup := one.markup()):
            with atomic_path(folder / f"{one.file}.svg") as path:
                path.write_text(
                    load("sanwang.report.standalone:standalone")(markup), encoding="utf-8", newline="\n"
                )
            written.append(folder / f"{one.file}.svg")
    return written


@study("chain", show=shown, data=data, files=files)
def chain(
    region: Region,
    *,
    chain: Annotated[str | None, Option("只看一条链（编号或名称）", "one chain only, by id or name")] = None,
    home: Annotated[
        tuple[str, ...], Option("本区域的省份", "provinces that are the region", PLACE, many=True)
    ] = (),
    words_only: Annotated[
        bool, Option("归链只看词与分类，不用语义向量", "place by words and classes only")
    ] = False,
    progress: Report | None = None,
) -> Chains:
    """Rows placed at links; verdicts with their rule, what a failure costs, and the lists 卡点 堵点 企业.

    A workspace without chains is read against the seven that ship. Sources of the rules: docs/chains.md.
    """
    every = chains_here(region)
    placing = placed(region, every, words_only, progress)
    chosen = every if chain is None else (find_chain(every, chain),)
    diagnosed: list[Diagnosis] = []
    for done, one in enumerate(chosen, 1):
        diagnosed.append(diagnose(region, one, placing, [c[:2] for c in home]))
        if progress:
            progress(done, len(chosen), "chain")
    bare = [k.link for d in diagnosed for k in d.links if not k.has_maker]
    special, more = _special(region, placing)
    return Chains(
        tuple(diagnosed), lists(region, diagnosed), placing, special, triangle(region, placing, chosen),
        tuple(_teams(region, every, placing, bare)), {d.chain.id: d.chain.name for d in diagnosed},
        (*_notices(region, diagnosed), *more),
    )  # fmt: skip


def _special(region: Region, placing: Placing) -> tuple[Specialisation | None, list[tuple[str, str]]]:
    try:
        return specialisation(counted(region, placing)), []
    except DataError as error:
        return None, [(error.said("zh"), error.said("en"))]


def _teams(region: Region, chains: tuple[Chain, ...], placing: Placing, links: list[str]) -> list[Consortium]:
    """For each link without a maker the best team, capabilities that nobody has left open."""
    load_ = teams.workload(placing.frame)
    found: list[Consortium] = []
    for link in links:
        target = target_of(region, chains, placing, link)
        if any(c.holders for c in target.capabilities):
            found.append(
                teams.consortium(region, target, alternatives=0, load=load_, leave_open=True, seconds=10)
            )
    return found


def _notices(region: Region, diagnosed: list[Diagnosis]) -> list[tuple[str, str]]:
    found = [
        (f"{actor}：环节 {link} 不存在，未采用", f"{actor}: there is no link {link}, not used")
        for actor, link in strays_of(region)
    ]
    if not chains_of(region):
        found.append(
            (
                "工作区没有产业链表，采用随附的七条链",
                "no chains in the workspace: the seven that ship are used",
            )
        )
    return [*found, *((n, n) for d in diagnosed for n in d.notices)]
