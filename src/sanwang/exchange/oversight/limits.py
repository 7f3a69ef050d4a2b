"""The limits of a sandbox test: what is allowed at most, where it stands, what happens when it is near.

People, money a person and money in all are never passed: the step that would is refused, in its own transaction, with
the test's row held. Complaints and losses cannot be refused: the one that reaches the limit pauses the test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sanwang.exchange import notices
from sanwang.exchange.process import spoken
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.sandbox import pilots
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import shown

WARNED = 80
"""From so many per cent of a limit on, people are told."""

LEAST_PEOPLE = 20
"""Complaints are counted over so many people at least: one complaint of the first person is no rate."""

MONEY = ("most_person", "most_total", "most_loss")
LIMITS = ("most_people", "most_person", "most_total", "most_complaints", "most_loss")
PAUSING = ("most_complaints", "most_loss")
"""Limits that pause the test; a step that would pass another is refused."""


@dataclass(frozen=True)
class Stand:
    """A limit: its name, what it stands at, what it may be at most (people, fen, or complaints a 10,000 people)."""

    limit: str
    at: int
    most: int

    @property
    def reached(self) -> bool:
        """Whether it is used up."""
        return self.at >= self.most

    @property
    def near(self) -> bool:
        """Whether it is used up to the part from which people are told."""
        return self.at * 100 >= self.most * WARNED

    def called(self, lang: str) -> str:
        """Its name, without what a form adds."""
        return spoken("fields", self.limit, lang).split("（")[0].split(" (")[0]

    def shown(self, lang: str) -> str:
        """It in words: 测试人数上限 40/50."""
        return (
            f"{self.called(lang)} {amount(self.limit, self.at, lang)} / {amount(self.limit, self.most, lang)}"
        )


def amount(limit: str, number: int, lang: str) -> str:
    """A number of a limit as people read it."""
    return shown(number, "CNY", lang) if limit in MONEY else str(number)


def stands(row: Row, most_used: int = 0) -> list[Stand]:
    """Where every limit of a test stands; ``most_used`` is what the account that used most has used."""
    rate = complaint_rate(row["complaints"], row["people"])
    at = (row["people"], most_used, row["total"], rate, row["loss"])
    return [Stand(name, n, row[name]) for name, n in zip(LIMITS, at, strict=True)]


def complaint_rate(complaints: int, people: int) -> int:
    """Complaints a 10,000 people, of twenty people at least; rounded up, so that a limit is never passed unseen."""
    return -(-complaints * 10_000 // max(people, LEAST_PEOPLE))


def breached(row: Row) -> list[Stand]:
    """Limits reached that pause a test."""
    return [s for s in stands(row) if s.limit in PAUSING and s.reached and s.at > 0]


def told_if_near(tx: Tx, row: Row, most_used: int = 0) -> None:
    """Tell the applicant and the overseers, once a limit and value of it, that it is nearly used up."""
    for one in stands(row, most_used):
        if one.near and one.at > 0:
            words = {"key": "near_limit", "said": one.shown("zh"), "said_en": one.shown("en")}
            cause = f"near:{one.limit}:{one.most}"
            notices.tell(tx, concerned(tx, row), "limit", "pilot", row["id"], cause, words)


def concerned(tx: Tx, row: Row) -> list[str]:
    """Users of the applicant and overseers of its place."""
    return [*notices.inside(tx, [row["applicant"]]), *notices.overseers(tx, row["place"])]


def pause_if_breached(tx: Tx, row: Row) -> None:
    """Pause a running test, in this transaction, that reached a limit of complaints or loss."""
    from sanwang.exchange.taking import take

    found = breached(row)
    if found and row["state"] == "running":
        take(tx, EXCHANGE, "pilot", row["id"], "breach", {"limit_name": found[0].limit})


def said_of(found: list[Stand]) -> tuple[str, str]:
    """Limits in words, in Chinese and English."""
    return "；".join(s.shown("zh") for s in found), "; ".join(s.shown("en") for s in found)


@guard("pilot_limit_sound")
def pilot_limit_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A limit that there is, in its own unit, and not below what was used already."""
    for zh, en in _wrong(step.row, step.data):
        return {"wanted": (zh, en)}
    return None


def _wrong(row: Row, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name = data["limit_name"]
    if name not in LIMITS:
        yield f"须为 {'、'.join(LIMITS)}", f"one of {', '.join(LIMITS)}"
        return
    given = _given(data)
    if given is None:
        yield (
            "金额限额请填金额，其他填整数（只填一项）",
            "an amount of money for money, else a whole number: one of them",
        )
    elif (
        name in ("most_people", "most_total") and given < row["people" if name == "most_people" else "total"]
    ):
        yield ("低于已发生的数值", "below what was used already")


def _given(data: Mapping[str, Any]) -> int | None:
    """The value of a limit given in its own unit, or None."""
    right, other = ("amount", "most") if data["limit_name"] in MONEY else ("most", "amount")
    return data.get(right) if data.get(other) is None else None


@effect("set_limit")
def set_limit(tx: Tx, step: Step) -> None:
    """The limit two overseers agreed to holds from now on; one that is reached by it pauses a running test."""
    changed = {step.data["limit_name"]: _given(step.data)}
    tx.execute(pilots.update().where(pilots.c.id == step.subject), changed)
    pause_if_breached(tx, dict(step.row) | changed)


@guard("cause_gone")
def cause_gone(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """No limit that pauses is still reached: else the limit, or what was told, has to change first."""
    found = breached(step.row)
    return {"wanted": said_of(found)} if found else None
