"""A chain as a directed graph of links, with the members that stand at each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from sanwang.errors import DataError, OptionError
from sanwang.region import Region
from sanwang.region.chains import chain_table
from sanwang.region.geography import actor_places

Floats = npt.NDArray[np.float64]

TIERS = ("upstream", "midstream", "downstream")


@dataclass(frozen=True)
class Link:
    """A link: inputs by id, the ways of which one is enough, demand in units a year (None if not known).

    A way is one input or several needed jointly, joined by ``+``: ``("L03+L04", "L05")``. Inputs named in a way count
    as inputs; those in none are needed whatever the way.
    """

    id: str
    name: str
    tier: str | None = None
    inputs: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    demand: float | None = None
    keywords: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()

    @cached_property
    def ways(self) -> tuple[tuple[str, ...], ...]:
        """The sets of joint inputs of which one is enough."""
        sets = (
            tuple(dict.fromkeys(p.strip() for p in way.split("+") if p.strip())) for way in self.alternatives
        )
        return tuple(dict.fromkeys(s for s in sets if s))

    @cached_property
    def either(self) -> frozenset[str]:
        """Inputs that a set of the others can replace."""
        return frozenset(i for way in self.ways for i in way) if len(self.ways) > 1 else frozenset()


@dataclass(frozen=True)
class Member:
    """An actor at a link; capacity in units a year (None if not known); city and province are GB/T 2260 codes."""

    link: str
    actor: str
    name: str
    kind: str | None = None
    role: str | None = None
    product: str | None = None
    capacity: float | None = None
    city: str | None = None
    city_name: str | None = None
    province: str | None = None

    @property
    def makes(self) -> bool:
        """Whether it supplies the link: research members and members of capacity 0 do not."""
        return self.role != "research" and self.capacity != 0


@dataclass(frozen=True)
class Chain:
    """A chain: its links in the order of the table, its members, and the edges that close a cycle.

    ``cycles`` (input, link) are kept in the picture but not required: a cycle such as recycling cannot be the
    condition of its own start. ``strays`` are members and inputs that name a link the chain does not have.
    """

    id: str
    name: str
    links: tuple[Link, ...]
    members: tuple[Member, ...]
    cycles: tuple[tuple[str, str], ...] = ()
    strays: tuple[tuple[str, str], ...] = ()
    name_en: str | None = None
    fictional: bool = False

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each link in ``links``."""
        return {link.id: n for n, link in enumerate(self.links)}

    @cached_property
    def at(self) -> Mapping[str, tuple[Member, ...]]:
        """Members by link, every link present."""
        found: dict[str, list[Member]] = {link.id: [] for link in self.links}
        for member in self.members:
            found[member.link].append(member)
        return {link: tuple(members) for link, members in found.items()}

    @cached_property
    def ways(self) -> Mapping[str, tuple[tuple[tuple[str, ...], ...], ...]]:
        """What each link needs, cycles left out: of every group one set, of a set every input."""
        left = set(self.cycles)
        found: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {}
        for link in self.links:
            named = {i for way in link.ways for i in way}
            always = [(i,) for i in link.inputs if i not in named and (i, link.id) not in left]
            sets = (tuple(i for i in way if (i, link.id) not in left) for way in link.ways)
            open_ = tuple(s for s in sets if s)
            found[link.id] = (*((one,) for one in always), *((open_,) if open_ else ()))
        return found

    @cached_property
    def needs(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """What each link needs, as groups of which one input each is enough to have some way open: with sets {a, b} and
        {c} the groups are (a, c) and (b, c)."""
        return {
            link: tuple(dict.fromkeys(g for group in groups for g in _clauses(group)))
            for link, groups in self.ways.items()
        }

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Every (input, link), cycles included."""
        return tuple((i, link.id) for link in self.links for i in link.inputs)

    @cached_property
    def finals(self) -> frozenset[str]:
        """Links that nobody else takes from; where all feed somebody, those that feed only back into a cycle."""
        names = {link.id for link in self.links}
        open_ended = names - {i for i, _ in self.edges}
        if open_ended or any(link.demand is not None for link in self.links):
            return frozenset(open_ended)
        return frozenset(names - {i for gs in self.needs.values() for g in gs for i in g})

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Links so that inputs come first."""
        return tuple(_topological({k: [i for g in gs for i in g] for k, gs in self.needs.items()}))

    @cached_property
    def capacity(self) -> Mapping[str, float]:
        """What each link can make a year; NaN where it has makers of which no capacity is known."""
        return {link: _capacity(members) for link, members in self.at.items()}


def _clauses(group: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Groups that each need one input so that some set of inputs is whole; those that others imply are left out."""
    found = [tuple(dict.fromkeys(pick)) for pick in product(*group)]
    return [g for g in found if not any(set(h) < set(g) for h in found)]


def assumed(members: Iterable[Member]) -> dict[str, float]:
    """Capacity of each maker: the known one, else the mean of the known at the link, else NaN."""
    makers = [m for m in members if m.makes]
    known = [m.capacity for m in makers if m.capacity is not None]
    fill = float(np.mean(known)) if known else float("nan")
    return {m.actor: fill if m.capacity is None else m.capacity for m in makers}


def _capacity(members: Iterable[Member]) -> float:
    return float(sum(assumed(members).values()))


def build(
    id: str,
    name: str,
    links: Iterable[Link],
    members: Iterable[Member] = (),
    *,
    name_en: str | None = None,
    fictional: bool = False,
) -> Chain:
    """A chain of links and members; unknown inputs and members at unknown links become ``strays``.

    Raises DataError where two links have one id.
    """
    rows = tuple(links)
    known = {link.id for link in rows}
    if len(known) < len(rows):
        raise DataError(f"chain {name}: two links have one id / 环节编号重复")
    rows = tuple(replace(k, inputs=(*k.inputs, *dict.fromkeys(i for w in k.ways for i in w))) for k in rows)
    strays = [(k.id, i) for k in rows for i in dict.fromkeys(k.inputs) if i not in known]
    clean = tuple(_without(link, known) for link in rows)
    seen: dict[tuple[str, str], Member] = {}
    for member in members:
        if member.link in known:
            seen.setdefault((member.link, member.actor), member)
        else:
            strays.append((member.actor, member.link))
    cycles = _closing(clean)
    return Chain(id, name, clean, tuple(seen.values()), cycles, tuple(strays), name_en, fictional)


def _without(link: Link, known: set[str]) -> Link:
    inputs = tuple(dict.fromkeys(i for i in link.inputs if i in known))
    ways = ("+".join(i for i in way if i in known) for way in link.ways)
    return replace(link, inputs=inputs, alternatives=tuple(w for w in ways if w))


def _closing(links: tuple[Link, ...]) -> tuple[tuple[str, str], ...]:
    """Edges (input, link) that close a cycle in a depth-first walk from what needs nothing to what is delivered.

    The walk begins upstream, so that a cycle is opened where it feeds back and not where it delivers.
    """
    feeds: dict[str, list[str]] = {link.id: [] for link in links}
    for link in links:
        for one in link.inputs:
            feeds[one].append(link.id)
    rank = {tier: n for n, tier in enumerate(TIERS)}
    starts = sorted(links, key=lambda k: (bool(k.inputs), rank.get(k.tier or "", 1), k.demand is not None))
    state: dict[str, int] = {}
    closing: list[tuple[str, str]] = []
    for start in (k.id for k in starts):
        if start in state:
            continue
        state[start] = 1
        stack = [(start, iter(feeds[start]))]
        while stack:
            node, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                state[node] = 2
                stack.pop()
            elif step not in state:
                state[step] = 1
                stack.append((step, iter(feeds[step])))
            elif state[step] == 1:
                closing.append((node, step))
    return tuple(closing)


def _topological(inputs: Mapping[str, list[str]]) -> list[str]:
    waiting = {node: len(set(given)) for node, given in inputs.items()}
    feeds: dict[str, list[str]] = {node: [] for node in inputs}
    for node, given in inputs.items():
        for one in set(given):
            feeds[one].append(node)
    ready = [n for n, k in waiting.items() if k == 0]
    for node in ready:
        for fed in sorted(feeds[node]):
            waiting[fed] -= 1
            if waiting[fed] == 0:
                ready.append(fed)
    return ready


def chains_of(region: Region) -> tuple[Chain, ...]:
    """Every chain of the Region that has links, in the order of its table."""
    where = {r["actor"]: r for r in actor_places(region).to_dicts()}
    kinds = dict(region["actors"].select("id", "kind").iter_rows())
    members = [_member(row, where, kinds) for row in region["members"].to_dicts() if row["link"]]
    links: dict[str, list[Link]] = {}
    for row in region["links"].to_dicts():
        links.setdefault(row["chain"], []).append(_link(row))
    home = {link.id: chain for chain, rows in links.items() for link in rows}
    named = {r["id"]: r for r in region["chains"].to_dicts()}
    found: list[Chain] = []
    for chain in [c for c in named if c in links] + [c for c in links if c not in named]:
        row = named.get(chain, {"name": chain, "name_en": None})
        own = [m for m in members if home.get(m.link) == chain]
        found.append(
            build(
                chain,
                row["name"] or chain,
                links[chain],
                own,
                name_en=row["name_en"],
                fictional=region.fictional,
            )
        )
    return tuple(found)


def shipped(region: Region) -> tuple[Chain, ...]:
    """The chains that ship with Sanwang, with the Region's own members where they name links of these."""
    return chains_of(
        Region.of(
            region.name,
            fictional=region.fictional,
            chains=chain_table("chains"),
            links=chain_table("links"),
            members=region["members"],
            actors=region["actors"],
            places=region["places"],
        )
    )


def strays_of(region: Region) -> tuple[tuple[str, str], ...]:
    """Members (actor, link) at a link that no chain has."""
    known = set(region["links"]["id"])
    rows = region["members"].select("actor", "link").iter_rows()
    return tuple((a, k) for a, k in rows if k not in known)


def find_chain(chains: Iterable[Chain], word: str) -> Chain:
    """The chain with this id or name (part of a name will do). Raises OptionError with the chains there are."""
    have = tuple(chains)
    folded = word.strip().casefold()
    exact = [c for c in have if folded in (c.id.casefold(), c.name.casefold(), (c.name_en or "").casefold())]
    close = exact or [c for c in have if folded and folded in c.name.casefold()]
    if len(close) != 1:
        names = "、".join(f"{c.id} {c.name}" for c in have) or "–"
        raise OptionError(
            f"没有唯一的产业链“{word}”，现有 / no one chain is called {word!r}; there are: {names}"
        )
    return close[0]


def _link(row: dict[str, Any]) -> Link:
    lists = ("inputs", "alternatives", "keywords", "ipc", "industries")
    return Link(
        id=row["id"],
        name=row["name"] or row["id"],
        tier=row["tier"],
        demand=row["demand"],
        **{key: tuple(row[key] or ()) for key in lists},
    )


def _member(row: dict[str, Any], where: Mapping[str, Any], kinds: Mapping[str, Any]) -> Member:
    place: dict[str, Any] = where.get(row["actor"], {})
    return Member(
        link=row["link"],
        actor=row["actor"],
        name=place.get("name") or row["actor"],
        kind=kinds.get(row["actor"]),
        role=row["role"],
        product=row["product"],
        capacity=row["capacity"],
        city=place.get("city"),
        city_name=place.get("city_name"),
        province=place.get("province"),
    )
