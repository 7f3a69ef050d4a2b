"""A consortium declared as a study: a leading firm and the least team that covers what is asked."""

from __future__ import annotations

import math
from typing import Annotated, Any

import polars as pl

from sanwang.collaboration.chains import consortium as teams
from sanwang.collaboration.chains.capabilities import target_of
from sanwang.collaboration.chains.consortium import Consortium, task_split
from sanwang.collaboration.studies.chain_tables import chain_table
from sanwang.collaboration.studies.placed import chains_here, placed
from sanwang.region import Region
from sanwang.study.declare import Report, study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, money, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table
from sanwang.study.words import say, word


def shown(found: Consortium, region: Region, lang: str) -> Shown:
    """Members, coverage and tasks, each team drawn."""
    drawn = [
        Drawing(f"team-{n}", say("team_title", lang, number=n), "sanwang.report.team:team_drawing",
                {"found": found, "team": team, "lang": lang}, file="consortium" if n == 1 else "")
        for n, team in enumerate(found.teams, 1)
    ]  # fmt: skip
    tables = [members_table(found, lang), coverage_table(found, lang), tasks_table(found, lang)]
    title = say("consortium_title", lang, name=found.target.name)
    return Shown(title, _sentences(found, lang), tables, drawn, [say("consortium_draft", lang)])


def _sentences(found: Consortium, lang: str) -> list[str]:
    """Who leads, how many cover what, whether it is proven, and what is open."""
    best = found.teams[0]
    leader = best.members[0].name
    told = [
        say("consortium_lead", lang, leader=leader, members=len(best.members), asked=len(found.target.capabilities),
            points=f"{best.points:.2f}", proven=say("proven" if best.proven else "unproven", lang),
            price=f"{best.price / 1e6:,.1f}")
    ]  # fmt: skip
    if not math.isnan(found.greedy_points) and found.greedy_points > best.points + 1e-9:
        told.append(say("consortium_greedy", lang, more=f"{found.greedy_points / best.points - 1:.1%}"))
    if best.unpriced:
        told.append(say("consortium_unpriced", lang, names="、".join(best.unpriced)))
    if found.missing:
        told.append(say("consortium_missing", lang, names="、".join(found.missing)))
    return told


def members_table(found: Consortium, lang: str) -> Table:
    """Members of every team: roles, points and what they are made of, shares, what leaving one out costs."""
    kinds = ("member", "distance", "border", "workload", "tie", "strength")
    said = {k: word("points", k, lang) for k in kinds}
    rows = [
        {
            "team": n, "name": m.name, "city": m.city, "roles": "、".join(m.roles), "covers": "；".join(m.covers),
            "points": m.points, "parts": "，".join(f"{said[k]} {m.parts[k]:+.2f}" for k in kinds if k in m.parts),
            "price": m.price, "share": m.share,
            "without": without_words(m.without, lang),
            "alone": "、".join(m.alone),
        }
        for n, t in enumerate(found.teams, 1) for m in t.members
    ]  # fmt: skip
    return chain_table("members", say("members_title", lang), pl.DataFrame(rows, infer_schema_length=None), lang,
                  team="int", name="text", city="text", roles="text", covers="long", points="real", parts="long",
                  price="money", share="percent", without="text", alone="long")  # fmt: skip


def without_words(points: float | None, lang: str) -> str | None:
    """What leaving somebody out costs; null where it was not asked."""
    if points is None:
        return None
    return say("irreplaceable", lang) if math.isinf(points) else f"+{points:.2f}"


def coverage_table(found: Consortium, lang: str) -> Table:
    """Who covers what, with the evidence."""
    return chain_table("coverage", say("coverage_title", lang), found.to_frame(), lang, team="int", capability="text",
                  name="text", city="text", evidence="long")  # fmt: skip


def tasks_table(found: Consortium, lang: str) -> Table:
    """The draft of the first team's tasks."""
    tasks = task_split(found.teams[0], found.target.capabilities)
    rows = [{"task": task, "head": head, "with_": "、".join(others)} for task, head, others in tasks]
    return chain_table(
        "tasks", say("tasks_title", lang), pl.DataFrame(rows), lang, task="text", head="text", with_="long"
    )


def data(found: Consortium, region: Region) -> dict[str, Any]:
    """Teams, members and what is open, ready for JSON; what nobody can replace has null in ``without``."""
    return {
        "target": found.target.id,
        "name": found.target.name,
        "capabilities": [c.name for c in found.target.capabilities],
        "missing": list(found.missing),
        "greedy_points": None if math.isnan(found.greedy_points) else found.greedy_points,
        "leaders": found.leaders,
        "leaders_tried": found.leaders_tried,
        "teams": [
            {
                "leader": t.leader, "points": t.points, "bound": t.bound, "proven": t.proven, "price": t.price,
                "unpriced": list(t.unpriced),
                "members": [
                    {
                        "actor": m.actor, "name": m.name, "kind": m.kind, "city": m.city, "roles": list(m.roles),
                        "covers": dict(m.covers), "points": m.points, "parts": dict(m.parts), "price": m.price,
                        "share": m.share, "without": None if m.without == math.inf else m.without,
                        "alone": list(m.alone),
                    }
                    for m in t.members
                ],
            }
            for t in found.teams
        ],
    }  # fmt: skip


@study("consortium", show=shown, data=data)
def consortium(
    region: Region,
    *,
    target: Annotated[
        str, Option("环节、需求编号，或以分号隔开的能力", "a link, a need, or capabilities parted by ;")
    ],
    leader: Annotated[str | None, Option("指定牵头企业", "the leading firm")] = None,
    budget: Annotated[int | None, Option("预算，如 300万", "budget, such as 300万", money())] = None,
    most: Annotated[int | None, Option("最多几家", "members at most", whole(1))] = None,
    per_city: Annotated[int | None, Option("每市最多几家", "of one city at most", whole(1))] = None,
    per_kind: Annotated[int | None, Option("每类最多几家", "of one kind at most", whole(1))] = None,
    alternatives: Annotated[int, Option("另给几个不同的方案", "other teams", whole(0, 10))] = 2,
    leave_open: Annotated[bool, Option("无人具备的能力暂缺", "leave open what nobody has")] = False,
    words_only: Annotated[
        bool, Option("归链只看词与分类，不用语义向量", "place by words and classes only")
    ] = False,
    progress: Report | None = None,
) -> Consortium:
    """A leading firm and the team of least points that covers what a target asks, proven where time allows.

    Points are distance, borders, workload and the lack of ties (docs/chains.md). Raises DataError where nobody covers
    a capability, unless ``leave_open``.
    """
    every = chains_here(region)
    placing = placed(region, every, words_only, progress)
    limits = teams.Limits(budget, most, per_city, per_kind)
    return teams.consortium(
        region, target_of(region, every, placing, target), leader, limits, alternatives,
        load=teams.workload(placing.frame), leave_open=leave_open,
    )  # fmt: skip
