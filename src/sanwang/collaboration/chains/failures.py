"""What a chain loses if a firm, a link or a city drops out.

What a chain delivers is the linear program of ``optimize.throughput``: every link needs one set of each group of sets
of joint inputs, one unit of every input a unit made (capacities are in units of what the chain delivers). A failure
lowers capacities. Its loss is computed by solving again; which failures need solving is decided by a bound: if link l
keeps the share 1-t of what it makes now, the flow in which everything fed by it shrinks in proportion is still
feasible, so the loss is at most t·B(l), and for several links at most the sum. Failures are solved from the largest
bound down until no bound left exceeds the losses kept, so the ranking is exact unless ``solves`` runs out, and then it
says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.chains.chain import Chain, assumed
from sanwang.optimize.throughput import Delivery, Network, Throughput

Floats = npt.NDArray[np.float64]

KINDS = ("firm", "link", "city")
_BLOCK = 256
_TINY = 1e-9


@dataclass(frozen=True)
class Failure:
    """One or two elements that drop out together: what is then delivered and lost (units a year), the share of demand
    unmet, and the links that get nothing any more."""

    kind: str
    elements: tuple[str, ...]
    names: tuple[str, ...]
    delivered: float
    lost: float
    unmet_share: float
    cut: tuple[str, ...]


@dataclass(frozen=True)
class Failures:
    """The worst failures of a chain, largest loss first; a pair is listed if it loses more than the worse of the two.

    ``demand`` and ``delivered`` in units a year as things stand, gaps bought in; ``delivered_with_gaps`` with nothing
    bought in. ``proven`` tells that no failure left out of a list is worse than those in it. ``assumptions`` are the
    links whose demand or capacity had to be assumed.
    """

    demand: float
    delivered: float
    delivered_with_gaps: float
    singles: Mapping[str, tuple[Failure, ...]]
    doubles: Mapping[str, tuple[Failure, ...]]
    proven: bool
    solves: int
    assumptions: tuple[tuple[str, str], ...]
    made: Mapping[str, float] = field(repr=False)
    required: Mapping[str, float] = field(repr=False)


@dataclass(frozen=True)
class _Flow:
    """The network of a chain, its links' names and order, and who holds which capacity."""

    chain: Chain
    network: Network
    order: npt.NDArray[np.int64]
    held: Mapping[int, Mapping[str, float]]
    assumptions: tuple[tuple[str, str], ...]
    gaps: tuple[int, ...]


def failures(chain: Chain, top: int = 10, solves: int | None = None) -> Failures:
    """The ``top`` worst single and double failures of each kind; at most ``solves`` programs are solved.

    Without a number: 4,000 on a chain of up to 500 links, fewer on a longer one, whose programs are slower.
    """
    solves = max(200, min(4000, 2_000_000 // max(1, len(chain.links)))) if solves is None else solves
    flow = _flow(chain)
    program = Throughput(flow.network)
    base = program.solve()
    bare = program.total(dict.fromkeys(flow.gaps, 0.0)) if flow.gaps else base.total
    weight = _weights(flow, base)
    search = _Search(flow, program, base, weight, solves)
    singles = {kind: search.singles(kind, top) for kind in KINDS}
    doubles = {kind: search.doubles(kind, top) for kind in KINDS}
    return Failures(
        demand=float(flow.network.demand.sum()),
        delivered=base.total,
        delivered_with_gaps=bare,
        singles=singles,
        doubles=doubles,
        proven=search.proven,
        solves=search.solved,
        assumptions=flow.assumptions,
        made={link.id: float(base.made[n]) for n, link in enumerate(chain.links)},
        required=required(chain),
    )


def required(chain: Chain) -> dict[str, float]:
    """Units a year each link must make for all demand to be met; alternatives share by capacity."""
    own, _ = _demands(chain)
    need = dict(own)
    capacity = chain.capacity
    for link in reversed(chain.order):
        for group in chain.ways[link]:
            weights = np.nan_to_num([min(capacity[i] for i in way) for way in group], nan=0.0)
            parts = weights / weights.sum() if weights.sum() > 0 else np.full(len(group), 1 / len(group))
            for way, part in zip(group, parts, strict=True):
                for one in way:
                    need[one] += need[link] * float(part)
    return need


def _demands(chain: Chain) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """Demand of each link; final links without one are taken to sell what they can make."""
    found: dict[str, float] = {}
    assumptions: list[tuple[str, str]] = []
    for link in chain.links:
        if link.demand is None and link.id in chain.finals:
            capacity = chain.capacity[link.id]
            found[link.id] = capacity if np.isfinite(capacity) and chain.at[link.id] else 1.0
            assumptions.append((link.id, "demand"))
        else:
            found[link.id] = link.demand or 0.0
    return found, assumptions


def _flow(chain: Chain) -> _Flow:
    demands, assumptions = _demands(chain)
    held: dict[int, Mapping[str, float]] = {}
    capacity = np.zeros(len(chain.links))
    gaps: list[int] = []
    for n, link in enumerate(chain.links):
        shares = assumed(chain.at[link.id])
        total = sum(shares.values())
        if not shares:
            gaps.append(n)
            capacity[n] = np.inf
        elif np.isnan(total):
            assumptions.append((link.id, "capacity"))
            level = max(required(chain)[link.id], _TINY)
            shares = {actor: level / len(shares) for actor in shares}
            capacity[n] = level
        else:
            capacity[n] = total
        held[n] = shares
    edges, joints = _edges(chain)
    extra = sum(len(j) for j in joints.values())
    network = Network(
        np.concatenate([capacity, np.full(extra, np.inf)]),
        np.concatenate([[demands[link.id] for link in chain.links], np.zeros(extra)]),
        *(np.asarray([e[i] for e in edges], dtype=np.int64) for i in range(3)),
    )
    order = [n for k in chain.order for n in (*joints.get(k, ()), chain.index[k])]
    return _Flow(chain, network, np.asarray(order, dtype=np.int64), held, tuple(assumptions), tuple(gaps))


def _edges(chain: Chain) -> tuple[list[tuple[int, int, int]], dict[str, list[int]]]:
    """Edges (input, link, group) of the network, and by link the nodes that stand for its sets of joint inputs: such a
    node needs each of them and is one of the link's ways."""
    edges: list[tuple[int, int, int]] = []
    joints: dict[str, list[int]] = {}
    number, node = 0, len(chain.links)
    for link in chain.links:
        for group in chain.ways[link.id]:
            mine, number = number, number + 1
            for way in group:
                if len(way) == 1:
                    edges.append((chain.index[way[0]], chain.index[link.id], mine))
                    continue
                for one in way:
                    edges.append((chain.index[one], node, number))
                    number += 1
                edges.append((node, chain.index[link.id], mine))
                joints.setdefault(link.id, []).append(node)
                node += 1
    return edges, joints


def _weights(flow: _Flow, base: Delivery) -> Floats:
    """B(l) for every link: what is lost at most if it makes nothing, by shrinking all it feeds in proportion."""
    net = flow.network
    count = net.capacity.size
    entering: list[list[int]] = [[] for _ in range(count)]
    for edge in np.flatnonzero(base.flow > 0):
        entering[int(net.head[edge])].append(int(edge))
    weights = np.zeros(count)
    for first in range(0, count, _BLOCK):
        block = np.arange(first, min(first + _BLOCK, count))
        shrunk = np.zeros((count, block.size))
        shrunk[block, np.arange(block.size)] = 1.0
        for node in flow.order:
            by_group: dict[int, list[int]] = {}
            for edge in entering[int(node)]:
                by_group.setdefault(int(net.group[edge]), []).append(edge)
            for edges in by_group.values():
                parts = base.flow[edges] / base.flow[edges].sum()
                np.maximum(shrunk[node], parts @ shrunk[net.tail[edges]], out=shrunk[node])
        weights[block] = base.delivered @ shrunk
    return weights


class _Search:
    """Solves failures from the largest bound down."""

    def __init__(
        self, flow: _Flow, program: Throughput, base: Delivery, weights: Floats, solves: int
    ) -> None:
        self.flow, self.program, self.base, self.weights = flow, program, base, weights
        self.limit, self.solved, self.proven = solves, 0, True
        self._known: dict[tuple[tuple[int, float], ...], float] = {}
        self.elements = {kind: dict(_elements(flow, kind)) for kind in KINDS}

    def bound(self, lost: Mapping[int, float]) -> float:
        """At most what is lost where links lose these capacities."""
        return sum(self._share(n, c) * self.weights[n] for n, c in lost.items())

    def _share(self, link: int, lost: float) -> float:
        made = float(self.base.made[link])
        left = float(self.flow.network.capacity[link]) - lost
        if not np.isfinite(lost):
            left = 0.0
        return 0.0 if made <= _TINY else max(0.0, 1.0 - max(left, 0.0) / made)

    def loss(self, lost: Mapping[int, float]) -> float:
        """What is lost exactly."""
        left = {
            n: max(float(self.flow.network.capacity[n]) - c, 0.0) if np.isfinite(c) else 0.0
            for n, c in lost.items()
        }
        key = tuple(sorted(left.items()))
        if key not in self._known:
            self.solved += 1
            self._known[key] = max(self.base.total - self.program.total(left), 0.0)
        return self._known[key]

    def singles(self, kind: str, top: int) -> tuple[Failure, ...]:
        found = ((self.bound(lost), (e,), lost) for e, lost in self.elements[kind].items())
        return self._best(kind, iter(sorted(found, key=lambda f: (-f[0], f[1]))), top)

    def doubles(self, kind: str, top: int) -> tuple[Failure, ...]:
        return self._best(kind, self._pairs(kind), top)

    def _pairs(self, kind: str) -> Iterator[tuple[float, tuple[str, ...], Mapping[int, float]]]:
        """Pairs with their bounds, largest first: of elements that share a link, and of all others by their sums."""
        elements = self.elements[kind]
        alone = {e: self.bound(lost) for e, lost in elements.items()}
        ranked = sorted(alone, key=lambda e: (-alone[e], e))
        sharing = sorted(self._sharing(elements), key=lambda f: (-f[0], f[1]))
        apart = _by_sum(ranked, alone)
        together = {pair for _, pair, _ in sharing}
        streams = heapq.merge(
            ((b, pair, _sum(elements, pair)) for b, pair in apart if pair not in together),
            sharing,
            key=lambda f: -f[0],
        )
        return iter(streams)

    def _sharing(
        self, elements: Mapping[str, Mapping[int, float]]
    ) -> Iterator[tuple[float, tuple[str, ...], Mapping[int, float]]]:
        """Pairs whose bound is more than the sum of theirs: a link that outlives either may not outlive both."""
        at: dict[int, list[str]] = {}
        for element, lost in elements.items():
            for link in lost:
                at.setdefault(link, []).append(element)
        pairs = {p for several in at.values() for p in combinations(sorted(several), 2)}
        for pair in pairs:
            lost = _sum(elements, pair)
            yield self.bound(lost), pair, lost

    def _best(
        self, kind: str, candidates: Iterator[tuple[float, tuple[str, ...], Mapping[int, float]]], top: int
    ) -> tuple[Failure, ...]:
        kept: list[tuple[float, tuple[str, ...]]] = []
        lost_by: dict[tuple[str, ...], Mapping[int, float]] = {}
        for bound, pair, lost in candidates:
            floor = kept[-1][0] if len(kept) >= top else 0.0
            if bound <= floor + _TINY * max(1.0, self.base.total):
                break
            if self.solved >= self.limit:
                self.proven = False
                break
            loss = self.loss(lost)
            if loss - self._alone(kind, pair) > 1e-6 * max(self.base.total, _TINY):
                lost_by[pair] = lost
                kept = sorted([*kept, (loss, pair)], key=lambda k: (-k[0], k[1]))[:top]
        return tuple(self._failure(kind, pair, loss, lost_by[pair]) for loss, pair in kept)

    def _alone(self, kind: str, pair: tuple[str, ...]) -> float:
        """What the worse of two loses by itself: a pair counts only by what it adds."""
        return max(self.loss(self.elements[kind][e]) for e in pair) if len(pair) > 1 else 0.0

    def _failure(
        self, kind: str, elements: tuple[str, ...], loss: float, lost: Mapping[int, float]
    ) -> Failure:
        demand = float(self.flow.network.demand.sum())
        delivered = self.base.total - loss
        return Failure(
            kind,
            elements,
            tuple(_name(self.flow.chain, kind, e) for e in elements),
            delivered,
            loss,
            (demand - delivered) / demand if demand > 0 else 0.0,
            cut_off(self.flow.chain, self._dead(lost)),
        )

    def _dead(self, lost: Mapping[int, float]) -> set[str]:
        net, links = self.flow.network, self.flow.chain.links
        return {
            links[n].id
            for n, c in lost.items()
            if not np.isfinite(c) or float(net.capacity[n]) - c <= _TINY * max(1.0, float(net.capacity[n]))
        }


def cut_off(chain: Chain, dead: Iterable[str]) -> tuple[str, ...]:
    """Links that cannot be supplied once some make nothing: the dead, and those without one live input of a group."""
    gone = set(dead)
    for link in chain.order:
        if any(all(i in gone for i in group) for group in chain.needs[link]):
            gone.add(link)
    return tuple(link.id for link in chain.links if link.id in gone)


def _elements(flow: _Flow, kind: str) -> Iterator[tuple[str, Mapping[int, float]]]:
    """What can fail, and the capacity each link then loses."""
    if kind == "link":
        yield from ((link.id, {n: np.inf}) for n, link in enumerate(flow.chain.links) if flow.held[n])
        return
    found: dict[str, dict[int, float]] = {}
    for n, link in enumerate(flow.chain.links):
        for member in flow.chain.at[link.id]:
            key = member.actor if kind == "firm" else member.city
            if key is not None and member.actor in flow.held[n]:
                held = found.setdefault(key, {})
                held[n] = held.get(n, 0.0) + flow.held[n][member.actor]
    yield from sorted(found.items())


def _sum(elements: Mapping[str, Mapping[int, float]], pair: tuple[str, ...]) -> dict[int, float]:
    total: dict[int, float] = {}
    for element in pair:
        for link, lost in elements[element].items():
            total[link] = total.get(link, 0.0) + lost
    return total


def _by_sum(ranked: list[str], alone: Mapping[str, float]) -> Iterator[tuple[float, tuple[str, ...]]]:
    """All pairs by the sum of their values, largest first, without listing them all."""
    if len(ranked) < 2:
        return
    heap = [(-(alone[ranked[0]] + alone[ranked[1]]), 0, 1)]
    while heap:
        total, i, j = heapq.heappop(heap)
        if -total <= 0:
            return
        yield -total, tuple(sorted((ranked[i], ranked[j])))
        if j + 1 < len(ranked):
            heapq.heappush(heap, (-(alone[ranked[i]] + alone[ranked[j + 1]]), i, j + 1))
        if j == i + 1 and j + 1 < len(ranked):
            heapq.heappush(heap, (-(alone[ranked[j]] + alone[ranked[j + 1]]), j, j + 1))


def _name(chain: Chain, kind: str, element: str) -> str:
    if kind == "link":
        return chain.links[chain.index[element]].name
    if kind == "city":
        return next((m.city_name or element for m in chain.members if m.city == element), element)
    return next((m.name for m in chain.members if m.actor == element), element)
