"""The life of a rule: drafted, tested on the record, run in the shadow, approved by two others, paused, retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, given
from sanwang.exchange.deadlines import calendar
from sanwang.exchange.oversight.facts import facts, sealed
from sanwang.exchange.oversight.judging import judged
from sanwang.exchange.oversight.rules import Rule, pack, rule
from sanwang.exchange.oversight.watching import as_row, run
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.oversight import watch_rules

SHADOW = "20wd"
"""How long a rule runs in the shadow before it may go live."""


@opener("rule")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a draft: the rule read and checked. Raises OptionError for what is wrong with it."""
    made = rule(step.data["rule"])
    last = sa.select(sa.func.max(watch_rules.c.edition)).where(watch_rules.c.code == made.code)
    written = made.written()
    return {"code": made.code, "edition": (tx.value(last) or 0) + 1, "rule": written, "author": step.who.user,
            "text_digest": given.digest(written)}  # fmt: skip


@guard("not_rule_author")
def not_rule_author(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Neither of the two who let it go live wrote it."""
    return {} if step.who.user == step.row["author"] else None


@guard("shadow_long")
def shadow_long(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It has run in the shadow long enough to be judged."""
    ends = clock.after(step.row["shadow_at"], SHADOW, calendar(tx))
    return {"on": clock.day_of(ends).isoformat()} if tx.now <= ends else None


@effect("backtest")
def backtest(tx: Tx, step: Step) -> None:
    """What it says of every event sealed so far; anyone with the events finds the same digest."""
    frame = facts(sealed(tx))
    alerts = run(frame, [rule(step.row["rule"])])
    link = int(frame["link"].max() or 0)  # pyright: ignore[reportArgumentType]
    found = {"link": link, "alerts": len(alerts), "digest": given.digest([as_row(a) for a in alerts])}
    step.changes["backtest"] = found


@effect("to_shadow")
def to_shadow(tx: Tx, step: Step) -> None:
    """From now on it speaks, and nobody is asked because of it."""
    step.changes["shadow_at"] = tx.now


@effect("approve_rule")
def approve_rule(tx: Tx, step: Step) -> None:
    """The second of the two who approved it; the first stands among the consents. How often it was right is kept."""
    known = judged(tx, step.row["code"], step.row["edition"])
    step.changes["backtest"] = step.row["backtest"] | {"judged": known.of, "right": known.right}
    step.changes["approved_by"] = step.who.user


@effect("keep_words")
def keep_words(tx: Tx, step: Step) -> None:
    """Why."""
    step.changes["words"] = step.data["words"]


@dataclass(frozen=True)
class OnDuty:
    """A rule that runs: its edition (0 for a shipped one), and whether it is live or in the shadow."""

    rule: Rule
    edition: int
    mode: str


def on_duty(tx: Tx) -> list[OnDuty]:
    """What runs on the sealed events. The newest edition that went live takes the place of the shipped rule of its
    code, silent while it is paused; editions in the shadow run beside it."""
    asked = sa.select(watch_rules.c.code, watch_rules.c.edition, watch_rules.c.state, watch_rules.c.rule)
    rows = tx.all(
        asked.where(watch_rules.c.state.in_(("shadow", "live", "paused"))).order_by(
            watch_rules.c.code, watch_rules.c.edition
        )
    )
    own = {r["code"]: r for r in rows if r["state"] != "shadow"}
    live = [OnDuty(r, 0, "live") for r in pack() if r.code not in own]
    live += [OnDuty(rule(r["rule"]), r["edition"], "live") for r in own.values() if r["state"] == "live"]
    return live + [OnDuty(rule(r["rule"]), r["edition"], "shadow") for r in rows if r["state"] == "shadow"]


def standing(tx: Tx, *states: str) -> list[Rule]:
    """Rules of an exchange's own in some states (live, shadow), by code and edition."""
    asked = sa.select(watch_rules.c.rule).where(watch_rules.c.state.in_(states))
    rows = tx.all(asked.order_by(watch_rules.c.code, watch_rules.c.edition))
    return [rule(row["rule"]) for row in rows]


def running(tx: Tx) -> list[Rule]:
    """The shipped rules, with the exchange's own that run (shadow or live) in place of those of the same code."""
    own = {r.code: r for r in standing(tx, "shadow", "live")}
    return [own.pop(r.code, r) for r in pack()] + list(own.values())
