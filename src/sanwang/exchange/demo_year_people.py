"""The parties and people of the fictional year, and the count of what happened in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sanwang.exchange import people
from sanwang.exchange.identity import hashed
from sanwang.exchange.store import Tx
from sanwang.exchange.who import EXCHANGE, Who
from sanwang.standards.uscc import complete

PLACES = ("110108", "120116", "130600", "130200", "110111")


@dataclass
class Year:
    """The parties of the year and what happened: how many steps of each kind, and refusals by their reason."""

    firms: list[str] = field(default_factory=list[str])
    banks: list[str] = field(default_factory=list[str])
    people: dict[str, tuple[Who, Who]] = field(default_factory=dict[str, tuple[Who, Who]])
    operators: tuple[Who, Who] = (Who(), Who())
    taken: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])


def people_of_the_year(tx: Tx, password: str, firms: int, financiers: int) -> Year:
    """Firms and financiers with two people each, and two operators."""
    made, secret = Year(), hashed(password)
    for number in range(1, firms + financiers + 1):
        bank = number > firms
        name = f"虚构{'资金方' if bank else '企业'}{number - firms if bank else number:03d}"
        party = people.add_party(
            tx, EXCHANGE, f"{'B' if bank else 'F'}{number:04d}", name, place=PLACES[number % len(PLACES)],
            uscc=complete("91110000", f"{number + 5000:08d}"), fictional=True,
        )  # fmt: skip
        people.verify_party(tx, EXCHANGE, party)
        (made.banks if bank else made.firms).append(party)
        made.people[party] = (
            _person(tx, f"signer{number:03d}", secret, party, ("member", "signer", "payer"), bank),
            _person(tx, f"second{number:03d}", secret, party, ("signer", "releaser"), bank),
        )
    made.operators = (_operator(tx, 1, secret), _operator(tx, 2, secret))
    return made


def one_more(tx: Tx, actor: str, name: str) -> tuple[str, tuple[Who, Who]]:
    """One more verified firm with two people who sign in with nothing; returns it and them."""
    party = people.add_party(
        tx, EXCHANGE, actor, name, place=PLACES[0], foreign_id=f"XX-{actor}", fictional=True
    )
    people.verify_party(tx, EXCHANGE, party)
    one = _person(tx, f"signer{actor}", "x", party, ("member", "signer", "payer"), bank=False)
    two = _person(tx, f"second{actor}", "x", party, ("signer", "releaser"), bank=False)
    return party, (one, two)


def _person(tx: Tx, login: str, secret: str, party: str, roles: Sequence[str], bank: bool) -> Who:
    user = people.add_user(tx, EXCHANGE, login, f"虚构{login}", "", kept=secret)
    for role in (*roles, *(("financier",) if bank else ())):
        people.grant(tx, EXCHANGE, user, role, "party", party)
    return Who(user)


def _operator(tx: Tx, number: int, secret: str) -> Who:
    user = people.add_user(tx, EXCHANGE, f"yearoperator{number}", f"虚构运营{number}", "", kept=secret)
    people.grant(tx, EXCHANGE, user, "operator")
    return Who(user)
