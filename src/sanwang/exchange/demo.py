"""A fictional exchange to look at: organisations, their people, listings and deals in every state, money moving.

Texts are those of the fictional sample region. Everything is done by the same steps that people take, on a clock that
runs through the last year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from sanwang.exchange import clock as times
from sanwang.exchange import deadlines, people, search
from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_data import data
from sanwang.exchange.demo_deals import deals
from sanwang.exchange.demo_sandbox import Sandbox
from sanwang.exchange.face import Exchange
from sanwang.exchange.snapshot import keep_dataset
from sanwang.exchange.store import Tx
from sanwang.exchange.taking import take
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.schema import TRACE
from sanwang.standards.places import place as gb2260

ORGANISATIONS, LISTINGS = 20, 300
SINCE = 400
"""Days before now on which the fictional year begins."""

ENDINGS = ("draft", "first_review", "second_review", "returned", "revised", "withdrawn", "suspended")
"""How far the last listings of each kind come; all others are published."""

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Cast:
    """The people of the demonstration: three of each organisation by party, and officials by name."""

    firms: tuple[str, ...]
    makers: tuple[str, ...]
    people: Mapping[str, tuple[Who, Who, Who]]
    officials: Mapping[str, Who]


def fill(x: Exchange, password: str, report: Report | None = None) -> Cast:
    """Fill an exchange that has an operator and nothing else; every demo person signs in with ``password``.

    Returns the people. The store's clock is put back to what it was.
    """
    tell, real = report or _silent, x.store.clock
    clock = SetClock(real() - SINCE * times.DAY)
    x.store.clock = clock
    try:
        region = sample_region()
        cast = x.store.run(lambda tx: _people(tx, region, password))
        x.store.run(lambda tx: _datasets(tx, region))
        tests = Sandbox(x, cast)
        tests.notice(0, 240, 90)
        pairs = _list_all(x, cast, region, clock, tell)
        tests.run(0, 44)
        tests.notice(1, 120, 180)
        deals(x, cast, pairs, clock, real(), tell)
        x.store.clock = real
        tests.end(0)
        tests.run(1, 30)
        tests.notice(2, 30, 120)
        data(x, cast)
        deadlines.run_due(x.store)
        x.seal()
    finally:
        x.store.clock = real
    return cast


def _silent(done: int, total: int, label: str) -> None:
    """Progress that nobody watches."""


def _people(tx: Tx, region: Region, password: str) -> Cast:
    actors = {row["id"]: row for row in region["actors"].iter_rows(named=True)}
    makers = _busiest(region, "achievements", "owner", actors)[: ORGANISATIONS // 2]
    firms = [a for a in _busiest(region, "needs", "actor", actors) if a not in makers][: ORGANISATIONS // 2]
    found: dict[str, tuple[Who, Who, Who]] = {}
    parties: dict[str, str] = {}
    for number, actor in enumerate([*makers, *firms], 1):
        row = actors[actor]
        parties[actor] = people.add_party(
            tx,
            EXCHANGE,
            actor,
            row["name"],
            place=_division(region, row["place"]),
            uscc=row["uscc"],
            fictional=True,
        )
        people.verify_party(tx, EXCHANGE, parties[actor])
        found[parties[actor]] = _three(tx, parties[actor], number, password)
    named = {role: _official(tx, role, number, password) for role, number in _OFFICES}
    return Cast(tuple(parties[a] for a in firms), tuple(parties[a] for a in makers), found, named)


def _busiest(region: Region, kind: str, owner: str, actors: Mapping[str, Any]) -> list[str]:
    counted = region[kind].group_by(owner).len().sort(["len", owner], descending=[True, False])
    return [a for a in counted[owner].to_list() if a in actors and actors[a]["uscc"]]


def _division(region: Region, place: str | None) -> str | None:
    """The division of GB/T 2260 that a place is or, for a zone, lies in."""
    parents = dict(region["places"].select("code", "parent").iter_rows())
    while place is not None and gb2260(place) is None:
        place = parents.get(place)
    return place


_POSTS = (
    ("member", ("member",)),
    ("signer", ("member", "signer", "payer")),
    ("second", ("signer", "releaser")),
)


def _three(tx: Tx, party: str, number: int, password: str) -> tuple[Who, Who, Who]:
    made: list[Who] = []
    for name, roles in _POSTS:
        user = people.add_user(tx, EXCHANGE, f"{name}{number:02d}", f"虚构{name}{number:02d}", password)
        for role in roles:
            people.grant(tx, EXCHANGE, user, role, "party", party)
        made.append(Who(user))
    return made[0], made[1], made[2]


_OFFICES = (
    ("reviewer", 1), ("reviewer2", 2), ("operator2", 1), ("operator3", 2), ("manager", 1), ("registrar", 1),
    ("planner", 1), ("overseer", 1), ("overseer2", 2), ("auditor", 1), ("arbiter", 1),
)  # fmt: skip


def _official(tx: Tx, name: str, number: int, password: str) -> Who:
    role = name.rstrip("0123456789")
    user = people.add_user(tx, EXCHANGE, name, f"虚构{name}", password)
    if role != "arbiter":
        people.grant(tx, EXCHANGE, user, role)
    return Who(user)


def _datasets(tx: Tx, region: Region) -> None:
    """The sample's tables that are not listed here: places, bases, makers, products, barriers …"""
    listed = region["achievements"].head(LISTINGS // 2).select("id")
    for kind, frame in region.tables.items():
        if kind == "progress":
            frame = frame.join(listed, left_on="achievement", right_on="id", how="semi")  # noqa: PLW2901
        if frame.height and kind not in ("needs", "achievements", "outcomes", "decisions"):
            keep_dataset(tx, None, kind, frame.drop(TRACE), "the fictional sample")


def _list_all(
    x: Exchange, cast: Cast, region: Region, clock: SetClock, tell: Report
) -> list[tuple[str, str]]:
    """Publish the sample's rows under the twenty organisations; pairs of published listings for the deals."""
    made: dict[str, list[str]] = {}
    half = LISTINGS // 2
    for kind, owners in (("achievements", cast.makers), ("needs", cast.firms)):
        rows = list(islice(_rows(region, kind), half))
        made[kind] = []
        for number, (row, owner) in enumerate(zip(rows, cycle(owners), strict=False)):
            last = number - (half - len(ENDINGS))
            ending = ENDINGS[last] if last >= 0 else ""
            if number == half // 10:
                clock.move(days=245)  # the first tenth has expired by now
                deadlines.run_due(x.store)
            key = x.store.run(lambda tx, r=row, o=owner, e=ending, k=kind: _list(tx, cast, k, r, o, e))
            made[kind] += [key] if number > half // 10 and not ending else []
            tell(number + 1, half, kind)
        clock.move(days=-245)
    clock.move(days=245)
    return list(zip(made["needs"], made["achievements"], strict=False))


def _rows(region: Region, kind: str) -> Iterator[dict[str, Any]]:
    for row in region[kind].drop(TRACE).iter_rows(named=True):
        whole = {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in row.items()}
        yield {n: v for n, v in whole.items() if v not in (None, "", [])}


def _list(tx: Tx, cast: Cast, kind: str, row: dict[str, Any], party: str, ending: str) -> str:
    """One listing, taken as far as it is to come."""
    owner, _, _ = (_now(tx, w) for w in cast.people[party])
    names = ("reviewer", "reviewer2", "operator2", "operator3")
    first, second, boss, other = (_now(tx, cast.officials[n]) for n in names)
    actor = tx.value(people.sa.select(people.parties.c.actor).where(people.parties.c.id == party))
    data = row | {"owner" if kind == "achievements" else "actor": actor}
    key = take(tx, owner, "listing", None, "draft", {"kind": kind, "row": row["id"], "data": data})
    alike = {d.listing: "虚构说明：并非同一项" for d in search.duplicates(tx, owner, kind, data, key)}
    steps: Sequence[tuple[str, Who, str, dict[str, Any]]] = (
        ("draft", owner, "submit", {"duplicates": alike}),
        ("first_review", first, "pass", {}),
        ("second_review", second, "publish", {}),
    )
    for stop, who, event, given in steps:
        if ending == stop:
            return key
        if ending == "returned" and event == "pass":
            take(tx, first, "listing", key, "return", {"why": "incomplete", "words": "虚构意见：请补充指标"})
            return key
        take(tx, who, "listing", key, event, given)
    if ending == "revised":
        take(tx, owner, "listing", key, "revise", {"data": data | {"title": data["title"] + "（修订）"}})
    if ending == "withdrawn":
        take(tx, owner, "listing", key, "withdraw", {"why": "changed"})
    if ending == "suspended":
        for one in (boss, other):
            take(tx, one, "listing", key, "suspend", {"why": "untrue", "words": "虚构投诉"})
    return key


def _now(tx: Tx, who: Who) -> Who:
    from sanwang.exchange.identity import person

    return person(tx, str(who.user))
