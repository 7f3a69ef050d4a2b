"""What people found feeds back: how often each rule was right to ask, with an interval that is honest for few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import events, given
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight.measure import Share, share
from sanwang.exchange.oversight.seeing import WATCHERS
from sanwang.exchange.steps import Step, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.casework import cases, labels, watch_alerts
from sanwang.exchange.who import Who

NEWEST = 50
"""Alerts of a rule in the shadow that are judged before it goes live: its newest."""

DECIDED = ("cleared", "acted", "appealed", "closed", "overturned")
"""States in which a case's finding counts; one that a second person has not looked at does not."""


@dataclass(frozen=True)
class Judged:
    """A rule's alerts that people judged: how many were right, of how many, and the share with its interval."""

    code: str
    right: int
    of: int
    precision: Share


def judge(tx: Tx, who: Who, alert: str, verdict: bool, words: str) -> None:
    """Say whether a shadow alert was right to ask; the last word of an alert holds. For analysts without an interest.

    Raises NotFound for who may not read alerts, OptionError without a reason, Refused for an alert that has a case:
    there the finding counts.
    """
    if not any(who.has(r) for r in WATCHERS):
        raise NotFound
    row = tx.the(watch_alerts, alert)
    if not words.strip():
        raise OptionError("say why", "请写明理由")
    if row["case"] or row["mode"] != "shadow":
        raise Refused(
            "mode", "the finding of its case counts: only shadow alerts are judged one by one",
            "以案件认定为准：仅影子运行的提示可逐条评判",
        )  # fmt: skip
    if who.parties & set(row["parties"]):
        raise Refused("no_interest", "you belong to a party that it names", "您属于所涉单位")
    said = "true" if verdict else "false"
    tx.insert(
        labels, id=tx.id(), alert=alert, case=None, code=row["code"], edition=row["edition"], verdict=said,
        words=words.strip(), by=who.user, at=tx.now,
    )  # fmt: skip
    events.append(
        tx, process="alert", subject=alert, take="judge", to_state=said, user=who.user,
        data={"words": {"sha256": given.digest(words.strip())}},
    )  # fmt: skip


def verdicts(tx: Tx, code: str, edition: int | None = None) -> list[Row]:
    """The word that holds of each alert of a rule that was judged: of cases once a second person has looked."""
    asked = sa.select(labels, cases.c.state).outerjoin(cases, cases.c.id == labels.c.case)
    asked = asked.where(labels.c.code == code, sa.or_(labels.c.case.is_(None), cases.c.state.in_(DECIDED)))
    if edition is not None:
        asked = asked.where(labels.c.edition == edition)
    newest = {r["alert"]: r for r in tx.all(asked.order_by(labels.c.at, labels.c.id))}
    return list(newest.values())


def judged(tx: Tx, code: str, edition: int | None = None) -> Judged:
    """How often a rule was right to ask, of what was judged."""
    found = verdicts(tx, code, edition)
    right = sum(r["verdict"] == "true" for r in found)
    return Judged(code, right, len(found), share(right, len(found)))


def unjudged(tx: Tx, code: str, edition: int) -> list[Row]:
    """Shadow alerts of an edition that nobody has judged yet, of its newest."""
    known = {r["alert"] for r in verdicts(tx, code, edition)}
    its = (watch_alerts.c.code == code, watch_alerts.c.edition == edition, watch_alerts.c.mode == "shadow")
    asked = sa.select(watch_alerts).where(*its).order_by(watch_alerts.c.link.desc(), watch_alerts.c.id)
    return [r for r in tx.all(asked.limit(NEWEST)) if r["id"] not in known]


@guard("alerts_judged")
def alerts_judged(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Whoever lets a rule go live knows how often it was right: its newest alerts in the shadow are judged."""
    left = len(unjudged(tx, step.row["code"], step.row["edition"]))
    return {"left": left} if left else None
