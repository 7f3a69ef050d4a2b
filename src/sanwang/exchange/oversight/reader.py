"""The rules as a reader of the record: alerts stored once, and cases opened because of them.

What the rules say is computed while nothing is held; the reader's place and everything it brings are written in one
transaction, only where the place is still the one that was read from and the same rules run. So a second worker, or one
that died on the way, brings nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from sanwang.exchange import events, given
from sanwang.exchange.oversight import watching
from sanwang.exchange.oversight.cases import open_case
from sanwang.exchange.oversight.facts import Known, facts, sealed
from sanwang.exchange.oversight.life import OnDuty, on_duty
from sanwang.exchange.oversight.rules import Rule
from sanwang.exchange.oversight.snoozing import standing
from sanwang.exchange.oversight.watching import Alert, as_row
from sanwang.exchange.store import Store, Tx
from sanwang.exchange.tables.casework import rule_texts, watch_alerts
from sanwang.exchange.tables.record import cursors
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import EXCHANGE

READER = "rules"

Spoken = tuple[OnDuty, Alert]


@dataclass
class Memory:
    """Facts read so far in this process, so that a round reads only what is new; never the truth, the record is."""

    link: int = 0
    digest: str = events.BEGINNING
    known: Known = field(default_factory=Known)
    frame: pl.DataFrame = field(default_factory=lambda: facts(()))
    whole: bool = True

    def forward(self, tx: Tx) -> pl.DataFrame:
        """The facts of the whole record, read from where it stood; from the beginning where that is no more."""
        link, digest = events.last(tx)
        its = (
            tx.value(sa.select(record.c.digest).where(record.c.link == self.link))
            if self.link
            else self.digest
        )
        if its != self.digest or not self.whole:
            self.known, self.frame, self.link = Known(), facts(()), 0
        if link > self.link:
            self.whole = False  # until everything is read: what breaks off half-way is read anew
            fresh = facts(sealed(tx, link, self.link), self.known)
            self.frame = pl.concat([self.frame, fresh]) if len(fresh) else self.frame
            self.link, self.digest, self.whole = link, digest, True
        return self.frame


@dataclass(frozen=True)
class Round:
    """What one round would bring: from which place to which, by which rules, which alerts."""

    since: int
    until: int
    rules: Sequence[OnDuty]
    spoken: Sequence[Spoken]


def run(store: Store, memory: Memory) -> tuple[int, int]:
    """One round over what was sealed since the last; returns how many alerts were stored and cases opened."""
    while True:
        with store.read() as tx:
            found = look(tx, memory)
        if found.since == found.until:
            return 0, 0
        done = store.run(lambda tx, found=found: keep(tx, found))
        if done is not None:
            return done


def look(tx: Tx, memory: Memory) -> Round:
    """What the rules on duty say of the events that the reader has not seen; writes nothing."""
    since, rules = _place(tx), on_duty(tx)
    until, _ = events.last(tx)
    if until == since:
        return Round(since, until, rules, ())
    frame = memory.forward(tx)
    spoken = [(duty, alert) for duty in rules for alert in watching.run(frame, [duty.rule], since)]
    return Round(since, until, rules, sorted(spoken, key=lambda s: (s[1].link, s[0].rule.code, s[0].edition)))


def _place(tx: Tx, *, hold: bool = False) -> int:
    asked = sa.select(cursors.c.link).where(cursors.c.reader == READER)
    return int(tx.value(asked.with_for_update() if hold else asked) or 0)


def keep(tx: Tx, found: Round) -> tuple[int, int] | None:
    """Store a round with the reader's place; None where another was faster or other rules run by now."""
    if _place(tx, hold=True) != found.since or on_duty(tx) != list(found.rules):
        return None
    stored = opened = 0
    for duty, alert in found.spoken:
        new, case = _store(tx, duty, alert)
        stored, opened = stored + new, opened + case
    tx.execute(cursors.update().where(cursors.c.reader == READER), {"link": found.until, "at": tx.now})
    return stored, opened


def _store(tx: Tx, duty: OnDuty, alert: Alert) -> tuple[bool, bool]:
    """One alert, unless it is there; whether it is new, and whether it opened a case."""
    from sanwang.exchange.taking import take

    its = {"code": duty.rule.code, "edition": duty.edition, "link": alert.link, "event": alert.event}
    if tx.value(sa.select(watch_alerts.c.id).where(*(watch_alerts.c[n] == x for n, x in its.items()))):
        return False, False
    kind, subject = subject_of(alert)
    live = duty.mode == "live"
    snooze = standing(tx, duty.rule.code, kind, subject) if live else None
    case = open_case(tx, duty.rule.code, kind, subject) if live and not snooze else None
    made, row = tx.id(), as_row(alert)
    tx.insert(
        watch_alerts, id=made, **its, rule_digest=_text(tx, duty.rule), mode=duty.mode, severity=duty.rule.severity,
        known_at=alert.at, stored_at=tx.now, subject_kind=kind, subject=subject, deal=alert.deal or None,
        about=alert.about, parties=row["parties"], values=row["values"], behind=row["behind"],
        zh=words(alert, "zh"), en=words(alert, "en"), snooze=snooze, case=case,
    )  # fmt: skip
    if live and not snooze and case is None:
        take(tx, EXCHANGE, "case", None, "open", {"alert": made})
        return True, True
    return True, False


def words(alert: Alert, lang: str) -> dict[str, str]:
    """An alert in one language: which rule, why, on which article, what would have cleared it, what an answer costs."""
    its = alert.rule
    return {"rule": its.label(lang), "said": alert.said(lang), "basis": its.basis(lang), "cleared": alert.cleared(lang),
            "cost": its.cost_zh if lang == "zh" else its.cost_en}  # fmt: skip


def subject_of(alert: Alert) -> tuple[str, str]:
    """What a case about an alert is about: one case for all the payouts of a party, all the findings in a deal."""
    kind = alert.rule.on
    if kind in _BY_PARTY and alert.parties:
        return "party", alert.parties[0]
    if alert.deal:
        return "deal", alert.deal
    return ("voucher" if kind in ("flow", "invoice", "pass") else kind), alert.about


_BY_PARTY = ("payout", "voucher", "listed")
"""Kinds of fact that come in rows by one party: the debtor of vouchers, the owner of listings, who is paid out."""


def _text(tx: Tx, its: Rule) -> str:
    """The digest of a rule as it ran, its text kept."""
    written = its.written()
    digest = given.digest(written)
    if tx.value(sa.select(rule_texts.c.digest).where(rule_texts.c.digest == digest)) is None:
        tx.insert(rule_texts, digest=digest, rule=written)
    return digest
