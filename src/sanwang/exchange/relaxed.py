"""The exchange's own rules as they hold for those who take part in a sandbox test that relaxes them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.rules.reading import figure
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.sandbox import pilot_accounts, pilots
from sanwang.exchange.who import EXCHANGE

EASED = ("trial_extensions", "trial_longest", "two_above")
"""Rules of the exchange's own that a test may relax; a law's is relaxed by its authority alone."""


@dataclass(frozen=True)
class Held:
    """A rule's value for some parties: the ordinary one, the one that holds, and by which test and account."""

    ordinary: int
    value: int
    pilot: str = ""
    account: str = ""

    def counts(self, needed: int) -> bool:
        """Whether something that needs a value is only allowed by the test."""
        return bool(self.pilot) and needed > self.ordinary


def held(tx: Tx, name: str, *parties: str) -> Held:
    """A rule for something between parties: the highest value of a running test that one of them takes part in."""
    ordinary, today = int(figure(name)), clock.day_of(tx.now).isoformat()
    joined = sa.join(pilots, pilot_accounts, pilots.c.id == pilot_accounts.c.pilot)
    takes_part = sa.and_(
        pilots.c.eases == name, pilots.c.state == "running", pilots.c.from_on <= today, pilots.c.until_on >= today,
        pilot_accounts.c.party.in_(sorted(parties)), pilot_accounts.c.part == "test",
        pilot_accounts.c.left_at.is_(None), pilots.c.eased_to > ordinary,
    )  # fmt: skip
    asked = (
        sa.select(pilots.c.id, pilots.c.eased_to, pilot_accounts.c.account)
        .select_from(joined)
        .where(takes_part)
    )
    best = tx.one(asked.order_by(pilots.c.eased_to.desc(), pilots.c.id).limit(1))
    return Held(ordinary, best["eased_to"], best["id"], best["account"]) if best else Held(ordinary, ordinary)


def used(tx: Tx, rule: Held, needed: int, amount: int) -> None:
    """Count something towards the limits of the test that alone allows it; raises Refused where one would be passed."""
    from sanwang.exchange.taking import take

    if rule.counts(needed):
        take(tx, EXCHANGE, "pilot", rule.pilot, "use", {"account": rule.account, "amount": amount})
