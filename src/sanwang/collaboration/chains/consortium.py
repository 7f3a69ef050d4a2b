"""A consortium (创新联合体): a leading firm and the team that costs least and covers what a target asks.

The cost of a team is in points: one a member, more for distance and a border between it and the leading firm, for a
workload and for weak evidence, less for past ties with that firm (``rules.toml``). For a leading firm this is a set
multicover with side limits, solved to the optimum; leading firms are tried in the order of their linear bounds until
no bound left beats the best team.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from sanwang.collaboration.chains.capabilities import ROLES, Capability, Target, allowed
from sanwang.collaboration.chains.rules import TERMS
from sanwang.errors import DataError, OptionError
from sanwang.optimize.cover import Cover, cheapest_cover, greedy_cover, lowest
from sanwang.region import Region
from sanwang.region.geography import actor_places, distance_km

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """What a team must keep to: budget in fen, members in all, of one city, of one kind; None for no limit.

    Prices that nobody stated count as nothing, and the team says whose.
    """

    budget: int | None = None
    most: int | None = None
    per_city: int | None = None
    per_kind: int | None = None


@dataclass(frozen=True)
class Member:
    """One of the team: what it covers with which evidence, its points and what they are made of, its price in fen
    (None if not known), its Shapley share of the benefit, what it costs to leave it out (points; infinite:
    nobody else can; None in an alternative), and the capabilities only it has."""

    actor: str
    name: str
    kind: str | None
    city: str | None
    roles: tuple[str, ...]
    covers: Mapping[str, str]
    points: float
    parts: Mapping[str, float]
    price: int | None
    share: float
    without: float | None
    alone: tuple[str, ...]


@dataclass(frozen=True)
class Team:
    """The leading firm, the members (it first), the points, a lower bound on them, and whether that is proven."""

    leader: str
    members: tuple[Member, ...]
    points: float
    bound: float
    proven: bool
    price: int
    unpriced: tuple[str, ...]


@dataclass(frozen=True)
class Consortium:
    """The best team first, then alternatives that differ in substance. ``greedy_points``: what the greedy cover with
    the same leading firm costs (NaN where it breaks a limit). ``leaders_tried`` of ``leaders`` who could lead."""

    target: Target
    teams: tuple[Team, ...]
    greedy_points: float
    leaders: int
    leaders_tried: int
    missing: tuple[str, ...] = ()
    """Capabilities that nobody has and that were left open."""
    fictional: bool = False

    def to_frame(self) -> pl.DataFrame:
        """One row a team, member and capability: who covers what, with the evidence."""
        rows = [
            {
                "team": n, "leader": m.actor == t.leader, "actor": m.actor, "name": m.name, "kind": m.kind,
                "city": m.city, "capability": c, "evidence": said, "points": m.points, "price": m.price,
                "share": m.share, "without": None if m.without == math.inf else m.without,
            }
            for n, t in enumerate(self.teams, 1) for m in t.members for c, said in m.covers.items()
        ]  # fmt: skip
        return pl.DataFrame(rows, infer_schema_length=None)


class ConsortiumError(DataError):
    """No team can do it; the message says which capability nobody has, or which limit stands in the way."""


@dataclass(frozen=True)
class _Case:
    """Candidates in order with all that a solve needs."""

    target: Target
    actors: tuple[str, ...]
    facts: Mapping[str, dict[str, Any]]
    covers: sp.csr_matrix
    required: Floats
    strength: Floats
    price: Floats
    load: Floats
    ties: Mapping[tuple[str, str], float]
    limits: Limits


def consortium(
    region: Region,
    target: Target,
    leader: str | None = None,
    limits: Limits | None = None,
    alternatives: int = 2,
    differ: float = 0.34,
    load: Mapping[str, int] | None = None,
    leave_open: bool = False,
    seconds: float = 20.0,
) -> Consortium:
    """The best team for a target and up to ``alternatives`` more; each lacks the share ``differ`` of those before.

    ``load`` counts what an actor is busy with already (see ``workload``). With ``leave_open`` capabilities that nobody
    has are left out and named in ``missing``. Raises ConsortiumError where no team can do
    it, OptionError for a leader that is no candidate.
    """
    if not target.capabilities:
        raise OptionError("the target asks for nothing / 目标没有要求任何能力")
    target = allowed(region, target)
    missing = tuple(c.name for c in target.capabilities if not c.holders)
    if missing and (not leave_open or len(missing) == len(target.capabilities)):
        names = "、".join(missing)
        raise ConsortiumError(
            f"无人具备的能力：{names}，本地找不到队伍。补充数据或允许暂缺 / no team found here: nobody has: {names}"
        )
    target = replace(target, capabilities=tuple(c for c in target.capabilities if c.holders))
    case = _case(region, target, limits or Limits(), load or {})
    leaders = _leaders(case, leader)
    teams: list[Team] = []
    cuts: list[tuple[frozenset[int], int]] = []
    tried = 0
    for _ in range(1 + alternatives):
        found, count = _best(case, leaders, cuts, seconds)
        tried = max(tried, count)
        if found is None:
            break
        head, cover = found
        teams.append(_team(case, head, cover, cuts, seconds))
        chosen = frozenset(int(i) for i in cover.chosen)
        cuts.append((chosen, math.floor((1 - differ) * len(chosen) + 1e-9)))
    if not teams:
        raise ConsortiumError(_why_not(case, leaders, seconds))
    head = case.actors.index(teams[0].leader)
    greedy = _greedy(case, head)
    return Consortium(target, tuple(teams), greedy, len(_able(case)), tried, missing, region.fictional)


def workload(placed: pl.DataFrame, plan_routes: pl.DataFrame | None = None) -> dict[str, int]:
    """How many links each actor stands at by the members table, and how many routes of a plan lead to it as maker."""
    counts: dict[str, int] = {}
    for actor in placed.filter((pl.col("kind") == "actors") & (pl.col("how") == "recorded"))["item"]:
        counts[actor] = counts.get(actor, 0) + 1
    if plan_routes is not None:
        for actor in plan_routes["maker_actor"].drop_nulls() if "maker_actor" in plan_routes.columns else []:
            counts[actor] = counts.get(actor, 0) + 1
    return counts


def _case(region: Region, target: Target, limits: Limits, load: Mapping[str, int]) -> _Case:
    actors = tuple(sorted({a for c in target.capabilities for a in c.holders}))
    number = {a: n for n, a in enumerate(actors)}
    rows, cols, strength = [], [], np.zeros(len(actors))
    price = np.zeros(len(actors))
    for row, capability in enumerate(target.capabilities):
        for actor, holding in capability.holders.items():
            rows.append(row)
            cols.append(number[actor])
            strength[number[actor]] = max(strength[number[actor]], holding.strength)
            price[number[actor]] += holding.price or 0
    shape = (len(target.capabilities), len(actors))
    covers = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=shape)
    places = {r["actor"]: r for r in actor_places(region).to_dicts()}
    kinds = dict(region["actors"].select("id", "kind").iter_rows())
    facts = {a: {**places.get(a, {"name": a}), "kind": kinds.get(a)} for a in actors}
    ties: dict[tuple[str, str], float] = {}
    for a, b, count in region["ties"].select("a", "b", "count").iter_rows():
        for pair in ((a, b), (b, a)):
            ties[pair] = ties.get(pair, 0.0) + (count or 1)
    busy = np.asarray([min(5, max(0, load.get(a, 0) - 1)) for a in actors], dtype=np.float64)
    return _Case(target, actors, facts, covers, np.ones(shape[0]), strength, price, busy, ties, limits)


def _able(case: _Case) -> list[int]:
    """Firms among the candidates; where there is none, everybody."""
    firms = [n for n, a in enumerate(case.actors) if case.facts[a]["kind"] == "firm"]
    return firms or list(range(len(case.actors)))


def _leaders(case: _Case, said: str | None) -> list[int]:
    wanted = said or case.target.leader
    if wanted is not None and wanted in case.actors:
        return [case.actors.index(wanted)]
    if said is not None:
        named = [n for n, a in enumerate(case.actors) if said in str(case.facts[a].get("name") or "")]
        if len(named) != 1:
            raise OptionError(f"{said} 不在候选之列 / {said} has none of the capabilities asked")
        return named
    reach = np.asarray(case.covers.sum(axis=0)).ravel()
    able = _able(case)
    able.sort(key=lambda n: (-reach[n], -case.strength[n], case.actors[n]))
    return able[: TERMS.leaders]


def _parts(case: _Case, head: int) -> dict[str, Floats]:
    """What each candidate costs beside a leading firm, in points, by what it is for."""
    first = case.facts[case.actors[head]]
    every = [case.facts[a] for a in case.actors]
    where = np.asarray([[f.get("lat") or np.nan, f.get("lon") or np.nan] for f in every], dtype=np.float64)
    far = np.nan_to_num(distance_km(where[head, 0], where[head, 1], where[:, 0], where[:, 1]))
    abroad = np.asarray(
        [
            bool(f.get("province") and first.get("province")) and f["province"] != first["province"]
            for f in every
        ]
    )
    known = np.asarray([case.ties.get((case.actors[head], a), 0.0) for a in case.actors])
    doubt = TERMS.strength * (1 - case.strength)
    doubt[head] *= TERMS.lead
    return {
        "member": np.full(len(every), TERMS.member),
        "distance": TERMS.distance_100km * far / 100,
        "border": TERMS.border * abroad.astype(np.float64),
        "workload": TERMS.workload * case.load,
        "tie": -TERMS.tie * (1 - np.exp(-known / 3)),
        "strength": doubt,
    }


def _points(case: _Case, head: int) -> Floats:
    return np.asarray(sum(_parts(case, head).values()))


def _rows(
    case: _Case, head: int, cuts: Sequence[tuple[frozenset[int], int]], limits: Limits
) -> tuple[sp.csr_matrix, Floats]:
    """The limits as rows: the leading firm is in, budget, size, cities, kinds, and the teams to differ from."""
    count = len(case.actors)
    rows: list[Floats] = [-np.eye(1, count, head)[0]]
    most: list[float] = [-1.0]
    if limits.budget is not None:
        rows.append(case.price / 100)
        most.append(limits.budget / 100)
    if limits.most is not None:
        rows.append(np.ones(count))
        most.append(limits.most)
    for limit, key in ((limits.per_city, "city"), (limits.per_kind, "kind")):
        if limit is not None:
            values = np.asarray([str(case.facts[a].get(key)) for a in case.actors])
            for value in np.unique(values):
                rows.append((values == value).astype(np.float64))
                most.append(limit)
    for team, shared in cuts:
        rows.append(np.isin(np.arange(count), list(team)).astype(np.float64))
        most.append(shared)
    return sp.csr_matrix(np.asarray(rows)), np.asarray(most, dtype=np.float64)


def _best(
    case: _Case, leaders: list[int], cuts: Sequence[tuple[frozenset[int], int]], seconds: float
) -> tuple[tuple[int, Cover] | None, int]:
    """The best team over the leading firms, by bounds: those that cannot beat the best found are not solved."""
    bounds: list[tuple[float, int]] = []
    for head in leaders:
        side, most = _rows(case, head, cuts, case.limits)
        bounds.append((lowest(_points(case, head), case.covers, case.required, side, most), head))
    bounds.sort()
    best: tuple[int, Cover] | None = None
    for bound, head in bounds:
        if not np.isfinite(bound) or (best is not None and bound >= best[1].cost - 1e-9):
            break
        side, most = _rows(case, head, cuts, case.limits)
        cover = cheapest_cover(_points(case, head), case.covers, case.required, side, most, seconds)
        if cover is not None and (best is None or cover.cost < best[1].cost - 1e-9):
            best = (head, cover)
    return best, len(leaders)


def _team(
    case: _Case, head: int, cover: Cover, cuts: Sequence[tuple[frozenset[int], int]], seconds: float
) -> Team:
    chosen = sorted((int(i) for i in cover.chosen), key=lambda i: (i != head, case.actors[i]))
    shares = _shapley(case, chosen)
    parts = _parts(case, head)
    members = tuple(
        _member(
            case, i, head, parts, shares[i], None if cuts else _without(case, i, head, cover.cost, seconds)
        )
        for i in chosen
    )
    unpriced = tuple(m.name for m in members if m.price is None)
    price = sum(m.price or 0 for m in members)
    return Team(case.actors[head], members, cover.cost, cover.bound, cover.proven, price, unpriced)


def _shapley(case: _Case, chosen: list[int]) -> dict[int, float]:
    """Shares of the benefit: each capability counts the same and is shared by those of the team who have it, which is
    the Shapley value of the covering game (Shapley 1953)."""
    part = case.covers[:, chosen].toarray()
    worth = (part / part.sum(axis=1, keepdims=True)).sum(axis=0) / part.shape[0]
    return {i: float(w) for i, w in zip(chosen, worth, strict=True)}


def _member(
    case: _Case, i: int, head: int, parts: Mapping[str, Floats], share: float, without: float | None
) -> Member:
    actor = case.actors[i]
    held = [c for c in case.target.capabilities if actor in c.holders]
    alone = tuple(c.name for c in held if len(c.holders) == 1)
    prices = [c.holders[actor].price for c in held]
    facts = case.facts[actor]
    roles = dict.fromkeys(ROLES[c.kind] for c in held)
    return Member(
        actor=actor, name=str(facts.get("name") or actor), kind=facts.get("kind"), city=facts.get("city_name"),
        roles=("牵头", *roles) if i == head else tuple(roles),
        covers={c.name: c.holders[actor].evidence for c in held},
        points=float(sum(p[i] for p in parts.values())),
        parts={k: round(float(p[i]), 4) for k, p in parts.items() if p[i]},
        price=sum(p or 0 for p in prices) if any(p is not None for p in prices) else None,
        share=share, without=without, alone=alone,
    )  # fmt: skip


def _without(
    case: _Case,
    out: int,
    head: int,
    cost: float,
    seconds: float,
) -> float:
    """What the best team without somebody costs more, with the same leading firm or, for that firm, another."""
    if any(len(c.holders) == 1 and case.actors[out] in c.holders for c in case.target.capabilities):
        return math.inf
    banned = replace(case, covers=_banned(case, out))
    leaders = [n for n in _leaders(replace(case, target=replace(case.target, leader=None)), None) if n != out]
    found, _ = _best(banned, leaders if out == head else [head], [(frozenset({out}), 0)], seconds)
    return math.inf if found is None else found[1].cost - cost


def _banned(case: _Case, out: int) -> sp.csr_matrix:
    kept = np.ones(len(case.actors))
    kept[out] = 0.0
    return sp.csr_matrix(case.covers.multiply(kept))


def _greedy(case: _Case, head: int) -> float:
    """Points of the greedy cover around the same leading firm; NaN where there is none or it breaks a limit."""
    points = _points(case, head)
    needed = np.maximum(case.required - case.covers[:, [head]].toarray().ravel(), 0.0)
    found = greedy_cover(points, case.covers, needed)
    if found is None:
        return math.nan
    team = np.union1d(found, [head])
    side, most = _rows(case, head, (), case.limits)
    inside = bool((side[:, team].sum(axis=1).ravel() <= most + 1e-9).all())
    return float(points[team].sum()) if inside else math.nan


def _why_not(case: _Case, leaders: list[int], seconds: float) -> str:
    """Which limit, dropped alone, would let a team through."""
    told: list[str] = []
    for name, label in (
        ("budget", "预算"), ("most", "总人数"), ("per_city", "每市上限"), ("per_kind", "每类上限")
    ):  # fmt: skip
        if getattr(case.limits, name) is not None:
            freer = replace(case, limits=replace(case.limits, **{name: None}))
            found, _ = _best(freer, leaders, [], seconds)
            if found is not None:
                told.append(f"{label}（去掉后最少 {_least(freer, found[1], name)}）")
    if told:
        return f"在这些限制下组不成联合体，单独放宽即可的限制：{'；'.join(told)} / no team keeps all limits"
    return "在这些限制下组不成联合体，需同时放宽几项 / no team keeps these limits, whichever one is dropped"


def _least(case: _Case, cover: Cover, name: str) -> str:
    if name == "budget":
        return f"{float(case.price[cover.chosen].sum()) / 1e6:,.1f} 万元"
    return f"{cover.chosen.size} 家的队伍"


def task_split(team: Team, capabilities: Sequence[Capability]) -> list[tuple[str, str, tuple[str, ...]]]:
    """A draft to negotiate from: for each capability who leads the task (strongest evidence) and who takes part."""
    names = {m.actor: m.name for m in team.members}
    tasks: list[tuple[str, str, tuple[str, ...]]] = []
    for one in capabilities:
        able = sorted((a for a in one.holders if a in names), key=lambda a: (-one.holders[a].strength, a))
        tasks.append((one.name, names[able[0]], tuple(names[a] for a in able[1:])))
    return tasks
