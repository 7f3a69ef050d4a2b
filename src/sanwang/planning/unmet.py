"""Why a need is left out: its best pair, the one cause that stops that pair, and what would mend it.

A pair's gates are opened one at a time. The mend is proven: with it the pair's route can be added to the plan as it
stands, so the plan would gain at least what is said.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from sanwang.engine.port import Engine
from sanwang.planning.arrays import Floats, Instance, Ints, Pairs
from sanwang.planning.columns import Columns, Policies, matrix, rows
from sanwang.planning.generate import weighed
from sanwang.planning.parts import parts
from sanwang.planning.pricing import Priced, chunked, columns_of, price
from sanwang.planning.solve import Solved

_WORDS = {
    "no_match": ("没有得分足够的成果", "no achievement scores high enough"),
    "no_value": (
        "没有预算也没有预期收益，无法估值",
        "neither budget nor value is given, so it cannot be valued",
    ),
    "trl": ("最相近的成果 {pair}：成熟度差距过大", "its best result {pair} is too far from the TRL required"),
    "maker": ("最相近的成果 {pair}：没有能承接的产线", "its best result {pair}: no maker can take it on"),
    "offer": ("最好的一对 {pair}：{what} 无人供给", "its best pair {pair}: nobody offers {what}"),
    "offer_short": (
        "最好的一对 {pair}：{what} 任何一家一年的供给都不够一次所需",
        "its best pair {pair}: no offer of {what} is enough for one job in any year",
    ),
    "deadline": (
        "最好的一对 {pair}：赶不上截止日期或规划期末",
        "its best pair {pair} is not done by the deadline or the end of the horizon",
    ),
    "budget": (
        "最好的一对 {pair}：预算不足，也没有额度合适的金融产品{mend}",
        "its best pair {pair}: the budget does not cover it and no product's ticket fits{mend}",
    ),
    "border": (
        "最好的一对 {pair}：扣除跨域成本后价值为负；没有壁垒则为正{mend}",
        "its best pair {pair}: worth less than nothing after border costs, more without them{mend}",
    ),
    "crossing": (
        "最好的一对 {pair}：跨行政区不允许，区内又没有可行路线",
        "its best pair {pair}: crossing is not allowed, and there is no route without it",
    ),
    "several": (
        "最好的一对 {pair}：不止一处不满足（{what}）",
        "its best pair {pair} fails at more than one gate ({what})",
    ),
    "worth": (
        "最好的一对 {pair}：最好的路线价值也不为正{mend}",
        "its best pair {pair}: even the best route is worth nothing{mend}",
    ),
    "capacity": (
        "最好的一对 {pair}：有可行路线，但 {what} 已排满{mend}",
        "its best pair {pair}: a route exists, but {what} is taken{mend}",
    ),
    "competition": (
        "最好的一对 {pair}：有可行路线，但成果的许可已给了价值更高的需求{mend}",
        "its best pair {pair}: a route exists, but the licences went to needs worth more{mend}",
    ),
    "gone": (
        "相近成果的许可已全部用完或未开放",
        "the results that match have no licence to give",
    ),
    "policy": (
        "最好的一对 {pair}：有可行路线，政策约束或求解差距使其未入选",
        "its best pair {pair}: a route exists; a policy, or the gap left by the solver, keeps it out",
    ),
}
_CODES = {
    "no_value": "worth", "offer_short": "offer", "gone": "competition", "policy": "competition",
}  # fmt: skip
_GATES = {
    "budget": ("预算", "budget"),
    "deadline": ("期限", "deadline"),
    "crossing": ("跨区", "crossing"),
    "offer": ("要素", "factors"),
}
_SCHEMA = {
    "need": pl.String,
    "reason": pl.String,
    "detail_zh": pl.String,
    "detail_en": pl.String,
    "achievement": pl.String,
    "gain": pl.Int64,
}
_CLOSED = 1e300
_TRIES = 8
DETAILED = 200
"""Needs for which the mend is proven; the others are told what is full."""
_TAKEN = ("achievement", "maker", "base", "service", "product", "factor")


@dataclass(frozen=True)
class _Why:
    """A cause, the terms of its sentence, and what mending it is worth at least (fen, null: not known)."""

    reason: str
    what: tuple[str, str] = ("", "")
    mend: tuple[str, str] = ("", "")
    gain: int | None = None


def unmet(
    given: Instance,
    open_borders: Instance,
    policies: Policies,
    solved: Solved,
    engine: Engine,
    met: Set[str] = frozenset(),
) -> pl.DataFrame:
    """Needs without a route: need, reason, the reason in words (detail_zh, detail_en), the result of its best pair, and
    what the plan would gain at least if the cause were mended (fen; null where nothing single mends it).

    ``open_borders`` is the same instance without barriers; needs ``met`` otherwise are not among them.
    """
    met = met | {given.needs[n] for n in given.pairs.need[solved.columns.pair].tolist()}
    left = [n for n in given.needs if n not in met]
    number = {name: i for i, name in enumerate(given.needs)}
    asked = np.zeros(len(given.needs), np.bool_)
    asked[[number[n] for n in left if given.matched.get(n)]] = True
    found = _Search(given, open_borders, policies, solved, engine, asked).reasons() if asked.any() else {}
    table: list[tuple[object, ...]] = []
    for need in left:
        plain = _Why("no_value" if given.matched.get(need) is False else "no_match")
        pair, why = found.get(number[need], (None, plain))
        zh, en = _WORDS[why.reason]
        said = [
            text.format(pair=pair or "", what=why.what[i], mend=why.mend[i])
            for i, text in enumerate((zh, en))
        ]
        table.append((need, _CODES.get(why.reason, why.reason), *said, pair, why.gain))
    return pl.DataFrame(table, schema=_SCHEMA, orient="row")


class _Search:
    """The pairs of the needs left out, priced with one gate after another opened."""

    def __init__(
        self,
        given: Instance,
        open_borders: Instance,
        policies: Policies,
        solved: Solved,
        engine: Engine,
        asked: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ) -> None:
        which = np.flatnonzero(asked[given.pairs.need])
        self.asked, self.policies, self.engine = asked, policies, engine
        self.here, self.free = _only(given, which), _only(open_borders, which)
        self.held = rows(self.here, policies.limit)
        size = which.size
        budget, time = np.full(size, np.inf), np.full(size, 12 * len(given.years))
        offers = replace(given.offers, capacity=np.full_like(given.offers.capacity, np.inf))
        self.opened = {
            "budget": replace(self.here, pairs=self.here.pairs._replace(budget=budget)),
            "deadline": replace(self.here, pairs=self.here.pairs._replace(left=time)),
            "crossing": self.free,
            "offer": replace(self.here, offers=offers),
        }
        wide = self.free.pairs._replace(budget=budget, left=time)
        self.wide = replace(self.free, pairs=wide, offers=replace(self.free.offers, capacity=offers.capacity))
        _, taken = weighed(given, solved.columns, policies, self.held)
        used = (
            np.asarray(taken.sum(axis=1)).ravel()
            if len(solved.columns)
            else np.zeros(self.held.capacity.size)
        )
        self.left = self.held.capacity - used
        self.full = np.isfinite(self.held.capacity) & (self.left <= 1e-9)
        self.full[: len(given.needs)] = False
        self.full[self.held.offset["policy"] :] = False
        self.told = 0

    def priced(self, instance: Instance, duals: Floats | None = None) -> Priced:
        """The best route of every pair, whatever it is worth."""
        prices = np.zeros(self.held.capacity.size) if duals is None else duals
        chunks = chunked(instance.pairs, instance.layers, self.engine)
        found = price(instance, self.policies, self.held, prices, chunks, -np.inf)
        chunks.drop()
        return found

    def reasons(self) -> dict[int, tuple[str | None, _Why]]:
        """By need: the result of its best pair, and why that pair has no route."""
        today = self.priced(self.here)
        opened = {name: self.priced(i).best for name, i in self.opened.items()}
        every = self.priced(self.wide).best
        beside = self._beside()
        pairs = self.here.pairs
        # The pair to tell of: the one that could be worth most, first of those with a route, then with all gates open.
        order = np.lexsort((-pairs.score, -every, -today.best))
        reasons: dict[int, tuple[str | None, _Why]] = {}
        for p in order.tolist():
            n = int(pairs.need[p])
            if n not in reasons:
                name = self.here.achievements[int(pairs.achievement[p])]
                reasons[n] = (name, self._why(p, today, opened, every, beside))
        for n in np.flatnonzero(self.asked).tolist():
            reasons.setdefault(n, (None, _Why("gone")))
        return reasons

    def _beside(self) -> dict[str, Priced]:
        """Routes beside the plan as it stands: with everything full closed, and with one kind of it opened."""
        shut = np.where(self.full, _CLOSED, 0.0)
        found = {"": self.priced(self.here, shut)}
        for kind in _TAKEN:
            if self.full[self._span(kind)].any():
                opened = shut.copy()
                opened[self._span(kind)] = 0.0
                found[kind] = self.priced(self.here, opened)
        return found

    def _span(self, kind: str) -> slice:
        at = self.held.offset
        kinds = list(at)
        after = kinds.index(kind) + 1
        return slice(at[kind], at[kinds[after]] if after < len(kinds) else self.held.capacity.size)

    def _fitting(self, p: int, kind: str) -> tuple[float, list[str]]:
        """The best route of a pair that fits beside the plan in everything but one kind, and what it lacks of that."""
        one = _only(self.here, np.array([p], np.int64))
        shut = np.where(self.full, _CLOSED, 0.0)
        if kind:
            shut[self._span(kind)] = 0.0
        for _ in range(_TRIES):
            priced = self.priced(one, shut)
            if not priced.best[0] > 0:
                break
            column = columns_of(one, priced, np.zeros(1, np.int64))
            taken = matrix(one, column, parts(one, column), self.policies, self.held)
            over = taken.indices[taken.data > self.left[taken.indices] + 1e-9].astype(np.int64)
            keys = {int(r): self.held.key(self.here, int(r)) for r in over}
            lacks = [" ".join(str(x) for x in k[1:] if x is not None) for k in keys.values() if k[0] == kind]
            others = [r for r, k in keys.items() if k[0] in _TAKEN and k[0] != kind]
            if not others:
                return float(priced.best[0]), lacks
            shut[others] = _CLOSED
        return 0.0, []

    def _why(
        self, p: int, today: Priced, opened: dict[str, Floats], every: Floats, beside: dict[str, Priced]
    ) -> _Why:
        if today.best[p] > 0:
            return self._taken(p, today, beside)
        if today.best[p] > -np.inf:
            return self._worthless(p, today.best[p], opened["crossing"][p])
        layers, pairs = self.here.layers, self.here.pairs
        stations = layers.station_start[pairs.stations[p]] < layers.station_start[pairs.stations[p] + 1]
        if pairs.gap[p] > layers.limits[1 if stations else 0]:
            return _Why("trl")
        if layers.maker_start[pairs.marks[p]] == layers.maker_start[pairs.marks[p] + 1]:
            return _Why("maker")
        if absent := self._not_offered(p):
            return _Why("offer", (absent, absent))
        alone = [name for name, best in opened.items() if best[p] > -np.inf]
        if not alone:
            return self._several(p, every)
        if "offer" in alone:
            short = self._too_small(p)
            return _Why("offer_short", (short, short))
        first = next(name for name in ("crossing", "budget", "deadline") if name in alone)
        if first == "budget":
            return _Why("budget", mend=self._money(p))
        return _Why(first)

    def _taken(self, p: int, today: Priced, beside: dict[str, Priced]) -> _Why:
        """The first kind of thing that, opened alone, lets the pair in beside the plan."""
        self.told += 1
        if self.told > DETAILED or self.policies.limit.size:
            return self._plainly(p, today, beside)
        if self._fitting(p, "")[0] > 0:
            return _Why("policy")
        for kind in _TAKEN:
            worth, names = self._fitting(p, kind)
            if not worth > 0:
                continue
            gain = int(worth)
            said = "、".join(names), ", ".join(names)
            wan = f"{gain / 1e6:,.1f} 万元"
            mend = (f"；多一份则方案至少增加 {wan}", f"; one more would add at least {wan}")
            if kind == "product":
                mend = (
                    f"；额度足够则方案至少增加 {wan}",
                    f"; with enough of it the plan gains at least {wan}",
                )
            return _Why("competition" if kind == "achievement" else "capacity", said, mend, gain)
        return self._plainly(p, today, beside)

    def _plainly(self, p: int, today: Priced, beside: dict[str, Priced]) -> _Why:
        """What is full of what the pair's best route takes, without a promise of what mending it would bring."""
        if "achievement" in beside and beside["achievement"].best[p] > 0 and not beside[""].best[p] > 0:
            return _Why("competition")
        names = self._full_rows(today, p, None)
        return _Why("capacity", ("、".join(names), ", ".join(names))) if names else _Why("policy")

    def _full_rows(self, priced: Priced, p: int, kind: str | None) -> list[str]:
        """The full rows that a pair's route takes of: kind and id with the year."""
        column = columns_of(self.here, priced, np.array([p], np.int64))
        taken = _rows_of(self.here, column, self.policies, self.held)
        found: list[str] = []
        for row in taken.tolist():
            k, name, service, year = self.held.key(self.here, row)
            if k in _TAKEN and self.full[row] and kind in (None, k):
                found.append(" ".join(str(x) for x in (name, service, year) if x is not None))
        return found

    def _worthless(self, p: int, best: float, unbarred: float) -> _Why:
        short = f"{-best / 1e6:,.1f} 万元"
        if unbarred > 0:
            gain = f"{unbarred / 1e6:,.1f} 万元"
            return _Why("border", mend=(f"（{gain}）", f" ({gain})"))
        return _Why("worth", mend=(f"，差 {short}", f", short by {short}"))

    def _several(self, p: int, every: Floats) -> _Why:
        """Gates of which no single one is enough: those that a pair with all of them open would still need."""
        if not every[p] > -np.inf:
            return _Why("deadline")
        needed = [name for name in self.opened if not self._without(p, name) > -np.inf]
        names = needed or list(self.opened)
        return _Why(
            "several", ("、".join(_GATES[n][0] for n in names), ", ".join(_GATES[n][1] for n in names))
        )

    def _without(self, p: int, name: str) -> float:
        """The pair with every gate open but one."""
        one = np.array([p], np.int64)
        wide, here = _only(self.wide, one), _only(self.here, one)
        if name == "crossing":
            given = replace(
                here, pairs=wide.pairs, offers=replace(here.offers, capacity=wide.offers.capacity)
            )
        elif name == "offer":
            given = replace(wide, offers=replace(wide.offers, capacity=here.offers.capacity))
        else:
            field = {"budget": "budget", "deadline": "left"}[name]
            given = replace(wide, pairs=wide.pairs._replace(**{field: getattr(here.pairs, field)}))
        return float(self.priced(given).best[0])

    def _money(self, p: int) -> tuple[str, str]:
        """How much more budget the best route would need."""
        rich = _only(self.opened["budget"], np.array([p], np.int64))
        column = columns_of(rich, self.priced(rich), np.zeros(1, np.int64))
        base, layers = int(column.station[0]), rich.layers
        outlay = rich.pairs.ask[0] + layers.maker_setup[column.maker[0]]
        outlay += layers.base_price[layers.station_base[base]] if base >= 0 else 0.0
        more = f"{(outlay - self.here.pairs.budget[p]) / 1e6:,.1f} 万元"
        return (
            f"；预算再有 {more} 即可自付最好的路线",
            f"; with {more} more it could pay its best route itself",
        )

    def _items(self, p: int) -> list[int]:
        """Factor items that the pair takes in development and production, or in any pilot."""
        row, layers = self.here.pairs.profile[p] * 3, self.here.layers
        return layers.item_members[layers.item_start[row] : layers.item_start[row + 3]].tolist()

    def _not_offered(self, p: int) -> str:
        return "、".join(
            self.here.offers.items[i][1] for i in self._items(p) if self.here.offers.serving[i].size == 0
        )

    def _too_small(self, p: int) -> str:
        offers = self.here.offers
        return "、".join(
            offers.items[i][1]
            for i in self._items(p)
            if not np.any(offers.capacity[offers.serving[i]] >= offers.items[i][2] - 1e-9)
        )


def _rows_of(given: Instance, column: Columns, policies: Policies, held: Any) -> Ints:  # noqa: ANN401 - Rows
    return np.unique(matrix(given, column, parts(given, column), policies, held).indices).astype(np.int64)


def _only(given: Instance, which: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Instance:
    fields: dict[str, Any] = {name: field[which] for name, field in given.pairs._asdict().items()}
    return replace(given, pairs=Pairs(**fields))
