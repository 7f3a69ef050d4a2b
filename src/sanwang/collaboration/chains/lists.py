"""The three lists of a chain office: technology bottlenecks (卡点), investment gaps (堵点), key firms (企业)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.chains.chain import Member, assumed
from sanwang.collaboration.chains.diagnosis import Diagnosed, Diagnosis
from sanwang.collaboration.chains.failures import Failure
from sanwang.collaboration.chains.rules import RULES
from sanwang.region import Region
from sanwang.region.geography import actor_places
from sanwang.standards.industries import division_name

FILLERS = 5
"""Achievements or candidates named a link."""

BOTTLENECKS = {
    "chain": pl.String, "link": pl.String, "name": pl.String, "why": pl.String,
    "achievement": pl.String, "title": pl.String, "owner": pl.String, "city": pl.String, "in_region": pl.Boolean,
    "trl": pl.Int64, "score": pl.Float64, "lacks": pl.String, "evidence": pl.String,
}  # fmt: skip
GAPS = {
    "chain": pl.String, "link": pl.String, "name": pl.String, "why": pl.String, "short": pl.Float64,
    "invite": pl.String, "near": pl.String, "candidate": pl.String, "candidate_name": pl.String, "city": pl.String,
    "in_region": pl.Boolean, "score": pl.Float64, "evidence": pl.String,
}  # fmt: skip
FIRMS = {
    "chain": pl.String, "rank": pl.Int64, "firm": pl.String, "name": pl.String, "city": pl.String,
    "links": pl.String, "lost": pl.Float64, "unmet_share": pl.Float64, "cut": pl.String, "others": pl.String,
    "why": pl.String, "evidence": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Lists:
    """The lists as frames (columns BOTTLENECKS, GAPS, FIRMS), most pressing first; every row has its evidence."""

    bottlenecks: pl.DataFrame
    gaps: pl.DataFrame
    firms: pl.DataFrame


@dataclass(frozen=True)
class _Facts:
    """Rows by id: achievements, actors' places, traces; bases placed at a link."""

    achievements: Mapping[str, dict[str, Any]]
    actors: Mapping[str, dict[str, Any]]
    owners: Mapping[tuple[str, str], str | None]
    traces: Mapping[tuple[str, str], str]


def lists(region: Region, diagnosed: Iterable[Diagnosis]) -> Lists:
    """The three lists of all chains diagnosed."""
    facts = _facts(region)
    bottlenecks: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    firms: list[dict[str, Any]] = []
    for one in diagnosed:
        for link in one.links:
            if not link.in_hand:
                bottlenecks += _bottleneck(one, link, facts)
            elif not link.has_maker or (link.cover is not None and link.cover < 1):
                gaps += _gap(one, link, facts)
        firms += _firms(one)
    return Lists(
        pl.DataFrame(bottlenecks, schema=BOTTLENECKS),
        pl.DataFrame(gaps, schema=GAPS),
        pl.DataFrame(firms, schema=FIRMS),
    )


def _facts(region: Region) -> _Facts:
    actors = {r["actor"]: r for r in actor_places(region).to_dicts()}
    owners: dict[tuple[str, str], str | None] = {}
    traces: dict[tuple[str, str], str] = {}
    for kind, owner in (("achievements", "owner"), ("makers", "actor"), ("bases", "actor"), ("actors", "id")):
        for row in region[kind].drop_nulls("id").to_dicts():
            owners[kind, row["id"]] = row[owner]
            if row.get("_file"):
                sheet = f" {row['_sheet']}" if row.get("_sheet") else ""
                traces[kind, row["id"]] = f"{row['_file']}{sheet} 第{row['_row']}行"
    achievements = {r["id"]: r for r in region["achievements"].drop_nulls("id").to_dicts()}
    return _Facts(achievements, actors, owners, traces)


def _bottleneck(one: Diagnosis, link: Diagnosed, facts: _Facts) -> Iterator[dict[str, Any]]:
    """The link with the achievements that could fill it: nearest first by TRL, then by score."""
    head = {"chain": one.chain.id, "link": link.link, "name": link.name}
    best = f"最高 TRL {link.best_trl}，未到 {RULES.in_hand_trl} 级" if link.best_trl else "没有本地成果"
    unknown = link.verdict == "unknown"
    head["why"] = "；".join(link.reasons) if unknown else f"区内没有承制单位，{best}"
    here = one.placed.filter((pl.col("link") == link.link) & (pl.col("kind") == "achievements"))
    rows = [(facts.achievements[r["item"]], r) for r in here.to_dicts()]
    rows = [
        (a, r) for a, r in rows if (a["trl"] or 0) >= RULES.filler_trl and r["score"] >= RULES.least_score
    ]
    rows.sort(key=lambda p: (-(p[0]["trl"] or 0), -p[1]["score"], p[0]["id"]))
    bases = one.placed.filter((pl.col("link") == link.link) & (pl.col("kind") == "bases")).height
    for found, row in rows[:FILLERS]:
        place = facts.actors.get(found["owner"] or "", {})
        missing = max(0, RULES.in_hand_trl - (found["trl"] or 0))
        lacks = [
            f"成熟度差 {missing} 级" if missing else "",
            "" if bases else "没有对口的中试基地",
            "没有承制单位",
        ]
        yield head | {
            "achievement": found["id"], "title": found["title"], "owner": place.get("name"),
            "city": place.get("city_name"), "in_region": place.get("province") in (None, *one.home),
            "trl": found["trl"], "score": row["score"], "lacks": "；".join(w for w in lacks if w),
            "evidence": _evidence(row, facts),
        }  # fmt: skip
    if not rows:
        yield head | {
            "lacks": "没有可用的成果：需要征集或引进",
            "evidence": f"归入该环节的成果 0 项（≥TRL {RULES.filler_trl}）",
        }


def _gap(one: Diagnosis, link: Diagnosed, facts: _Facts) -> Iterator[dict[str, Any]]:
    """What kind of firm is missing, near whom, and who could be asked: in the region first, then by score."""
    short = max(0.0, link.required - (link.capacity if np.isfinite(link.capacity) else 0.0))
    node = one.chain.links[one.chain.index[link.link]]
    trades = "、".join(dict.fromkeys(division_name(c) for c in node.industries))
    head = {
        "chain": one.chain.id,
        "link": link.link,
        "name": link.name,
        "why": "；".join(link.reasons),
        "short": short,
        "invite": "，".join(w for w in ("、".join(node.keywords[:4]), trades) if w),
        "near": _neighbours(one, link.link),
    }
    candidates = _candidates(one, link.link, facts)
    for actor, (score, evidence) in list(candidates.items())[:FILLERS]:
        place = facts.actors.get(actor, {})
        yield head | {
            "candidate": actor, "candidate_name": place.get("name"), "city": place.get("city_name"),
            "in_region": place.get("province") in (None, *one.home), "score": score, "evidence": evidence,
        }  # fmt: skip
    if not candidates:
        yield head | {"evidence": "表中没有可邀请的企业"}


def _neighbours(one: Diagnosis, link: str) -> str:
    """Cities of the firms that would feed it and take from it."""
    feeding = [i for group in one.chain.needs[link] for i in group]
    taking = [k for i, k in one.chain.edges if i == link]
    cities = [m.city_name for k in (*feeding, *taking) for m in one.chain.at[k] if m.makes and m.city_name]
    return "、".join(dict.fromkeys(cities))


def _candidates(one: Diagnosis, link: str, facts: _Facts) -> dict[str, tuple[float, str]]:
    """Actors that could make it and do not stand at the link: owners of makers, firms placed, members outside."""
    inside = {m.actor for m in one.chain.at[link] if m.makes and m.province in (None, *one.home)}
    rows = one.placed.filter((pl.col("link") == link) & pl.col("kind").is_in(["makers", "actors"]))
    found: dict[str, tuple[float, str]] = {}
    for row in rows.filter(pl.col("how") != "recorded").to_dicts():
        actor = facts.owners.get((row["kind"], row["item"]))
        if actor and actor not in inside and found.get(actor, (0.0, ""))[0] < row["score"]:
            found[actor] = (row["score"], _evidence(row, facts))
    for member in one.chain.at[link]:
        if member.makes and member.actor not in inside:
            found[member.actor] = (1.0, f"已在该环节，位于区外；{member.product or ''}".rstrip("；"))
    home = {a: facts.actors.get(a, {}).get("province") in (None, *one.home) for a in found}
    return dict(sorted(found.items(), key=lambda f: (not home[f[0]], -f[1][0], f[0])))


def _evidence(row: Mapping[str, Any], facts: _Facts) -> str:
    trace = facts.traces.get((row["kind"], row["item"]))
    said = f"{row['item']}：{row['reason']}（{row['score']:.2f}）"
    return f"{said}；{trace}" if trace else said


def _firms(one: Diagnosis) -> Iterator[dict[str, Any]]:
    for rank, failure in enumerate(one.failures.singles["firm"], 1):
        yield _firm(one, rank, failure)


def _firm(one: Diagnosis, rank: int, failure: Failure) -> dict[str, Any]:
    firm = failure.elements[0]
    stands = [m for m in one.chain.members if m.actor == firm and m.makes]
    names = {k.id: k.name for k in one.chain.links}
    links = "、".join(_share(one, m) for m in stands)
    others = {o.name for m in stands for o in one.chain.at[m.link] if o.makes and o.actor != firm}
    cut = "、".join(names[k] for k in failure.cut)
    now = one.failures.delivered
    why = f"停产后交付减少 {failure.lost:,.0f}（现有 {now:,.0f}），{failure.unmet_share:.0%} 的需求落空"
    return {
        "chain": one.chain.id, "rank": rank, "firm": firm, "name": failure.names[0],
        "city": next((m.city_name for m in stands if m.city_name), None), "links": links, "lost": failure.lost,
        "unmet_share": failure.unmet_share, "cut": cut, "others": "、".join(sorted(others)),
        "why": f"{why}；{'中断：' + cut if cut else '没有环节完全中断'}",
        "evidence": "环节成员表的产能，线性规划重算",
    }  # fmt: skip


def _share(one: Diagnosis, member: Member) -> str:
    held = assumed(one.chain.at[member.link])
    total = sum(held.values())
    name = one.chain.links[one.chain.index[member.link]].name
    return f"{name} {held[member.actor] / total:.0%}" if np.isfinite(total) and total > 0 else name
