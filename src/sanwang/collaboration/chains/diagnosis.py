"""What each link has and lacks: supply by place, capacity against what must be made, sources, research, a verdict.

Thresholds are in ``rules.toml``. Recorded members and corrections count as supply; a firm that only words or classes
put at a link is a candidate and supplies nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from sanwang.collaboration.chains.chain import Chain, Member, assumed
from sanwang.collaboration.chains.failures import Failures, failures
from sanwang.collaboration.chains.placing import Placing
from sanwang.collaboration.chains.rules import RULES
from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.region.geography import actor_places

VERDICTS = ("missing", "weak", "strong", "unknown")


@dataclass(frozen=True)
class Diagnosed:
    """One link. Capacities in units a year (NaN: makers whose capacity nobody knows); shares 0…1, None if not known.

    ``outside`` holds the share of capacity by province outside the region. ``reasons`` are the rules that made the
    verdict, in Chinese.
    """

    link: str
    name: str
    tier: str | None
    verdict: str
    reasons: tuple[str, ...]
    makers: int
    capacity: float
    required: float
    cover: float | None
    top_city: str | None
    top_city_share: float | None
    regional: float
    outside: Mapping[str, float]
    single: str | None
    achievements: int
    research: int
    best_trl: int | None
    trl_mix: Mapping[int, int]
    in_hand: bool
    has_maker: bool


@dataclass(frozen=True)
class Diagnosis:
    """A chain's links in order, its failures, and the placements used. ``home`` are the region's provinces."""

    chain: Chain
    links: tuple[Diagnosed, ...]
    failures: Failures
    home: tuple[str, ...]
    placed: pl.DataFrame = field(repr=False)
    notices: tuple[str, ...] = ()
    fictional: bool = False

    def to_frame(self) -> pl.DataFrame:
        """One row a link: chain, link, tier, verdict, reasons and figures."""
        return pl.DataFrame([_row(self.chain, one) for one in self.links], infer_schema_length=None)


def home_of(region: Region, said: Iterable[str] = ()) -> tuple[str, ...]:
    """The provinces that count as the region: those said, else those where a twentieth of its actors stand or more.

    Raises OptionError where nothing was said and no actor has a place.
    """
    chosen = tuple(sorted({_province(code) for code in said}))
    if chosen:
        return chosen
    provinces = actor_places(region)["province"].drop_nulls()
    counts = provinces.value_counts().filter(pl.col("count") >= 0.05 * provinces.len())
    found = tuple(sorted(counts["province"].to_list()))
    if not found:
        raise OptionError(
            "no actor has a place: say which provinces are the region / 机构没有地点，请指明本区域的省份"
        )
    return found


def _province(code: str) -> str:
    return f"{code.strip():0<6}"[:2] + "0000"


def diagnose(
    region: Region, chain: Chain, placing: Placing, home: Iterable[str] = (), top: int = 10
) -> Diagnosis:
    """A chain's links, what breaks it, and what was noticed in its tables."""
    provinces = home_of(region, home)
    placed = placing.frame.filter(pl.col("chain") == chain.id)
    technology = _technology(region, placed, provinces)
    broken = failures(chain, top)
    required = broken.required
    links = tuple(
        _diagnosed(chain, n, required, provinces, technology.get(k.id, [])) for n, k in enumerate(chain.links)
    )
    notices = (*_notices(chain, broken), *placing.contradictions)
    return Diagnosis(chain, links, broken, provinces, placed, notices, region.fictional)


def _technology(
    region: Region, placed: pl.DataFrame, home: tuple[str, ...]
) -> dict[str, list[tuple[str, int | None]]]:
    """Achievements (id, TRL) placed at each link whose owner stands in the region or nowhere known."""
    province = dict(actor_places(region).select("actor", "province").iter_rows())
    facts = {r["id"]: r for r in region["achievements"].select("id", "owner", "trl").to_dicts()}
    found: dict[str, list[tuple[str, int | None]]] = {}
    for link, item in placed.filter(pl.col("kind") == "achievements").select("link", "item").iter_rows():
        where = province.get(facts[item]["owner"])
        if where is None or where in home:
            found.setdefault(link, []).append((item, facts[item]["trl"]))
    return found


def _diagnosed(
    chain: Chain,
    n: int,
    required: Mapping[str, float],
    home: tuple[str, ...],
    technology: list[tuple[str, int | None]],
) -> Diagnosed:
    link = chain.links[n]
    members = chain.at[link.id]
    local = [m for m in members if _at_home(m, home)]
    held = assumed(members)
    own = assumed(local)
    capacity, all_capacity = float(sum(own.values())), float(sum(held.values()))
    wanted = required.get(link.id, 0.0)
    cover = capacity / wanted if wanted > 0 and np.isfinite(capacity) else None
    top = _largest(local, own)
    trls = [t for _, t in technology if t is not None]
    research = sum(m.role == "research" for m in local)
    in_hand = any(t >= RULES.in_hand_trl for t in trls) or any(m.makes for m in local)
    outside = _outside(members, held, all_capacity, home)
    single = _single(local, own)
    verdict, reasons = _verdict(
        own, cover, wanted, capacity, single, outside, technology, trls, research, bool(chain.members)
    )
    return Diagnosed(
        link=link.id, name=link.name, tier=link.tier, verdict=verdict, reasons=reasons, makers=len(own),
        capacity=capacity, required=wanted, cover=cover, top_city=top[0], top_city_share=top[1],
        regional=capacity, outside=outside, single=single, achievements=len(technology), research=research,
        best_trl=max(trls, default=None), trl_mix={t: trls.count(t) for t in sorted(set(trls))},
        in_hand=in_hand, has_maker=bool(own),
    )  # fmt: skip


def _at_home(member: Member, home: tuple[str, ...]) -> bool:
    return member.province is None or member.province in home


def _largest(members: list[Member], held: Mapping[str, float]) -> tuple[str | None, float | None]:
    """The city with the most capacity and its share; without known capacities, of the number of makers."""
    cities: dict[str, float] = {}
    for member in members:
        if member.actor in held and member.city_name:
            worth = held[member.actor] if np.isfinite(held[member.actor]) else 1.0
            cities[member.city_name] = cities.get(member.city_name, 0.0) + worth
    total = sum(cities.values())
    if total <= 0:
        return None, None
    best = max(cities, key=lambda c: (cities[c], c))
    return best, cities[best] / total


def _single(members: list[Member], held: Mapping[str, float]) -> str | None:
    """The maker without whom the link has next to nothing."""
    names = {m.actor: m.name for m in members}
    total = sum(held.values())
    if len(held) == 1:
        return names[next(iter(held))]
    if held and np.isfinite(total) and total > 0:
        best = max(held, key=lambda a: (held[a], a))
        return names[best] if held[best] >= RULES.single_share * total else None
    return None


def _outside(
    members: Iterable[Member], held: Mapping[str, float], total: float, home: tuple[str, ...]
) -> dict[str, float]:
    """Share of all capacity by province outside the region; by number of makers where capacities are unknown."""
    known = np.isfinite(total) and total > 0
    found: dict[str, float] = {}
    for member in members:
        if member.actor in held and member.province and member.province not in home:
            share = held[member.actor] / total if known else 1 / len(held)
            found[member.province] = found.get(member.province, 0.0) + share
    return found


def _verdict(
    own: Mapping[str, float],
    cover: float | None,
    wanted: float,
    capacity: float,
    single: str | None,
    outside: Mapping[str, float],
    technology: list[tuple[str, int | None]],
    trls: list[int],
    research: int,
    recorded: bool,
) -> tuple[str, tuple[str, ...]]:
    """The verdict and its reasons; ``recorded`` says whether anybody has written down members of this chain."""
    if not own and not recorded:
        return "unknown", ("本链没有登记任何成员，有没有人做不知道",)
    if not own and not technology and not research and not outside:
        return "unknown", ("没有任何记录：没有成员，也没有归入的成果；是缺还是没填，须核实",)
    if not own:
        tail = (
            f"有 {len(technology)} 项成果、{research} 家研发单位" if technology or research else "也没有成果"
        )
        return "missing", (f"区内没有承制单位（{tail}）",)
    weak: list[str] = []
    if cover is not None and cover < 1:
        weak.append(f"产能 {capacity:,.0f} 低于所需 {wanted:,.0f}")
    if single is not None:
        weak.append(f"单一来源：{single}")
    if sum(outside.values()) > RULES.outside_share:
        weak.append(f"外部依赖 {sum(outside.values()):.0%}，超过 {RULES.outside_share:.0%}")
    if not technology and not research:
        weak.append("没有归入的成果，也没有研发单位")
    if weak:
        return "weak", tuple(weak)
    if cover is None:
        return "unknown", (f"{len(own)} 家承制，产能或需求不明，够不够用不知道",)
    spare = (
        f"产能为所需的 {cover:.1f} 倍"
        if cover >= RULES.strong_cover
        else f"产能够用（{cover:.1f} 倍），余量不到 {RULES.strong_cover:.1f} 倍"
    )
    best = f"，最高 TRL {max(trls)}" if trls else ""
    return "strong", (f"{len(own)} 家承制，{spare}，{len(technology)} 项成果{best}",)


def _notices(chain: Chain, broken: Failures) -> tuple[str, ...]:
    told: list[str] = []
    names = {k.id: k.name for k in chain.links}
    for given, taker in chain.cycles:
        told.append(f"闭环：{names[given]} → {names[taker]}（图上保留，计算产能时断开）")
    for who, where in chain.strays:
        told.append(f"{who} 指向不存在的环节 {where}，未采用")
    for link in chain.links:
        if not chain.at[link.id]:
            told.append(f"{link.name} 没有任何成员")
    told += [
        f"{names.get(k, k)} 的{'需求' if what == 'demand' else '产能'}是推定的"
        for k, what in broken.assumptions
    ]
    if not broken.proven:
        told.append("失效排序在求解次数内未证完")
    return tuple(told)


def _row(chain: Chain, one: Diagnosed) -> dict[str, Any]:
    return {
        "chain": chain.id,
        "link": one.link,
        "name": one.name,
        "tier": one.tier,
        "verdict": one.verdict,
        "reasons": "；".join(one.reasons),
        "makers": one.makers,
        "capacity": None if np.isnan(one.capacity) else one.capacity,
        "required": one.required,
        "cover": one.cover,
        "top_city": one.top_city,
        "top_city_share": one.top_city_share,
        "outside": "；".join(f"{p} {s:.0%}" for p, s in sorted(one.outside.items())),
        "single": one.single,
        "achievements": one.achievements,
        "research": one.research,
        "best_trl": one.best_trl,
        "trl_mix": "；".join(f"TRL{t}×{n}" for t, n in one.trl_mix.items()),
    }
