"""先用后转: use first, pay later. Fee, test, last day, data, liability and what silence means are agreed before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, cast

from sanwang.exchange import clock, standing
from sanwang.exchange.relaxed import held, used
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.deals import readings
from sanwang.exchange.who import EXCHANGE

WANTED = (
    ("test", "试用指标", "test"),
    ("data", "试用数据归属", "data"),
    ("liability", "损害责任", "liability"),
)


def lacking(given: object) -> Iterator[tuple[str, str]]:
    """What the terms of a trial lack, in Chinese and English."""
    if not isinstance(given, Mapping):
        yield "先用后转须写明试用条款", "a use-first deal wants the terms of its trial"
        return
    terms = cast("Mapping[str, Any]", given)
    for name, zh, en in WANTED:
        if not str(terms.get(name) or "").strip():
            yield f"试用条款缺{zh}", f"the trial lacks its {en}"
    fee = terms.get("fee")
    if not isinstance(fee, int) or isinstance(fee, bool) or fee < 0:
        yield "试用条款缺转正费用", "the trial lacks the fee if it is kept"
    if terms.get("silence") not in ("convert", "return"):
        yield "须写明沉默视为 convert 或 return", "say whether silence means convert or return"
    if clock.iso_day(terms.get("until_on")) is None:
        yield "试用条款缺截止日", "the trial lacks its last day"


@opener("trial")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a trial, from the terms signed."""
    item = step.data["item"]
    named = {k: item[k] for k in ("fee", "test", "until_on", "data", "liability", "silence")}
    return named | {"deal": step.data["deal"], "extensions": 0}


def agree(tx: Tx, deal: str, item: Mapping[str, Any]) -> None:
    """Open the trial of a deal that was signed."""
    from sanwang.exchange.taking import take

    take(tx, EXCHANGE, "trial", None, "agree", {"deal": deal, "item": dict(item)})


@guard("extension_left")
def extension_left(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A trial is extended so many times at most."""
    most = held(tx, "trial_extensions", *_sides(tx, step)).value
    return None if step.row["extensions"] < most else {"most": most}


def _sides(tx: Tx, step: Step) -> tuple[str, str]:
    deal = standing.deal_of(tx, step.row)
    return deal["buyer"], deal["seller"]


@guard("later_end")
def later_end(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The new end is later, and not too late."""
    since = clock.day_of(step.row["delivered_at"] or tx.now)
    longest = held(tx, "trial_longest", *_sides(tx, step)).value
    most = (since + timedelta(days=longest)).isoformat()
    sound = step.row["until_on"] < step.data["until_on"] <= most
    return None if sound else {"on": step.row["until_on"], "most": most}


@guard("silence_converts")
def silence_converts(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The contract says that silence keeps it."""
    return None if step.row["silence"] == "convert" else {}


@effect("write_reading")
def write_reading(tx: Tx, step: Step) -> None:
    """Keep a reading of the agreed measure."""
    tx.insert(
        readings, id=tx.id(), trial=step.subject, measure=step.data["measure"], value=step.data["value"],
        met=int(step.data["met"]), by=step.who.user, at=tx.now,
    )  # fmt: skip


@effect("extend_trial")
def extend_trial(tx: Tx, step: Step) -> None:
    """Both agreed to a later end."""
    row, sides = step.row, _sides(tx, step)
    length = date.fromisoformat(step.data["until_on"]) - clock.day_of(row["delivered_at"] or tx.now)
    used(tx, held(tx, "trial_extensions", *sides), row["extensions"] + 1, row["fee"])
    used(tx, held(tx, "trial_longest", *sides), length.days, row["fee"])
    step.changes |= {"until_on": step.data["until_on"], "extensions": row["extensions"] + 1}
