"""Snoozes: for some time alerts of a rule about a subject are kept and open no case. They expire and say why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.steps import Step, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.casework import snoozes, watch_alerts

LONGEST = 92
"""Days that a snooze may run; then somebody says again why. The exchange's own, no law."""


@opener("snooze")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a snooze: of an alert's rule, about its subject. Raises NotFound where there is no such alert."""
    alert = tx.the(watch_alerts, step.data["alert"])
    named = {n: alert[n] for n in ("code", "subject_kind", "subject")}
    return named | {"until_on": step.data["until_on"], "words": step.data["words"], "set_by": step.who.user}


@guard("snooze_sound")
def snooze_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """For a while, one at a time, and not by somebody of the parties concerned."""
    row = step.row
    if step.who.parties & set(tx.the(watch_alerts, step.data["alert"])["parties"]):
        return {"wanted": ("属于所涉单位", "you belong to a party concerned")}
    days = (date.fromisoformat(row["until_on"]) - clock.day_of(tx.now)).days
    if not 0 < days <= LONGEST:
        return {"wanted": (f"至多 {LONGEST} 日，且在今日之后", f"it ends after today, within {LONGEST} days")}
    if standing(tx, row["code"], row["subject_kind"], row["subject"]):
        return {"wanted": ("已有生效的静默", "one is in force already")}
    return None


def standing(tx: Tx, code: str, kind: str, subject: str) -> str | None:
    """The snooze in force on this very day, whether or not the clock has ended it yet."""
    its = (snoozes.c.code == code, snoozes.c.subject_kind == kind, snoozes.c.subject == subject)
    today = clock.day_of(tx.now).isoformat()
    return tx.value(
        sa.select(snoozes.c.id).where(*its, snoozes.c.state == "in_force", snoozes.c.until_on >= today)
    )
