"""The sandbox register: an application with its safeguards, two who review it, a test under limits, an exit, a finding.

What can be measured is fixed in the application: limits in people and money, measures of success with a group drawn
for comparison, the text that everybody agrees to, the steps of the exit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deadlines import calendar
from sanwang.exchange.deals import count_on
from sanwang.exchange.given import digest
from sanwang.exchange.oversight import limits, success
from sanwang.exchange.relaxed import EASED
from sanwang.exchange.rules.reading import figure
from sanwang.exchange.standing import REGISTERED
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.sandbox import complaints, pilot_accounts, pilot_observations, pilots

GIVEN = (
    "partner", "title", "relaxes", "eases", "eased_to", "audience", "aim", "benefit", "plan", "safeguards",
    "complaint_way", "compensation", "exit_plan", "consent", "measures", "comparison", "from_on", "until_on",
    *limits.LIMITS,
)  # fmt: skip


@opener("pilot")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a draft."""
    place = tx.value(sa.select(parties.c.place).where(parties.c.id == step.data["applicant"]))
    counts = {"people": 0, "total": 0, "complaints": 0, "loss": 0, "exited": []}
    return {"applicant": step.data["applicant"], "place": place, "number": ""} | counts | _given(step.data)


def _given(data: Mapping[str, Any]) -> dict[str, Any]:
    return {n: data.get(n) for n in GIVEN} | {"consent_digest": digest(data["consent"])}


def exit_steps(row: Row) -> list[tuple[int, str]]:
    """Steps of the exit: days after leaving, words. Raises ValueError for a line that is none."""
    found: list[tuple[int, str]] = []
    for line in row["exit_plan"]:
        days, _, said = (p.strip() for p in line.replace("｜", "|").partition("|"))
        if not (days.isdecimal() and len(days) < 5 and said):
            raise ValueError(line)
        found.append((int(days), said))
    return found


def measures(row: Row) -> list[success.Measure]:
    """The measures of success of a test."""
    return [success.read(line) for line in row["measures"]]


@guard("application_sound")
def application_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every part can be measured, and the two institutions are verified."""
    row = dict(step.row) | _given(step.data)
    for fault in _faults(tx, row):
        return {"wanted": fault}
    return None


def _faults(tx: Tx, row: Row) -> Iterator[tuple[str, str]]:
    for name in ("applicant", "partner"):
        state = tx.value(sa.select(parties.c.state).where(parties.c.id == row[name])) if row[name] else None
        if state != "verified" and (name == "applicant" or row[name]):
            yield "申请方与合作机构须为已核验单位", "applicant and partner must be verified parties"
    if row["applicant"] == row["partner"]:
        yield "合作机构须为另一单位", "the partner is another party"
    yield from _easing(row)
    yield from _counted(row)
    if row["from_on"] >= row["until_on"]:
        yield "末日须晚于首日", "the last day comes after the first"
    if any(not str(row[n]).strip() for n in GIVEN if isinstance(row[n], str)):
        yield "各项均须填写", "no part may be empty"


def _easing(row: Row) -> Iterator[tuple[str, str]]:
    if (row["eases"] is None) != (row["eased_to"] is None):
        yield "放宽本平台规则须同时写明规则与值", "name the rule of the exchange and its value, both or none"
    elif row["eases"] is not None and row["eases"] not in EASED:
        yield (
            f"可放宽的本平台规则：{'、'.join(EASED)}",
            f"rules of the exchange that can be relaxed: {', '.join(EASED)}",
        )
    elif row["eases"] is not None and row["eased_to"] <= figure(row["eases"]):
        yield (
            f"须高于现行值 {figure(row['eases'])}",
            f"it must be above what holds now, {figure(row['eases'])}",
        )


def _counted(row: Row) -> Iterator[tuple[str, str]]:
    try:
        if not exit_steps(row):
            raise ValueError("–")
    except ValueError as error:
        yield f"退出方案：{error}：须为“日数 | 步骤”", f"exit: {error}: write days | step"
    try:
        if not measures(row):
            yield "至少一项成效指标", "one measure of success at least"
    except ValueError as error:
        yield error.args
    if not 10 <= row["comparison"] <= 90:
        yield "对照人数须为每百人 10 至 90 人", "10 to 90 of a hundred are drawn for comparison"
    if not (
        row["most_people"]
        and 0 < row["most_person"] <= row["most_total"]
        and row["most_loss"] <= row["most_total"]
    ):
        yield ("人数与金额上限须大于零，每人上限与损失上限不超过总额",
               "people and money are above zero; money a person and loss at most the money in all")  # fmt: skip


@guard("application_timely")
def application_timely(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It has not ended before it begins."""
    today = clock.day_of(tx.now).isoformat()
    early = step.take == "apply" and step.row["from_on"] < today
    return {} if early or step.row["until_on"] <= today else None


@guard("notice_over")
def notice_over(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The public had its time to comment."""
    ends = clock.after(step.row["noticed_at"], figure("sandbox_notice"), calendar(tx))
    return {"on": clock.day_of(ends).isoformat()} if tx.now <= ends else None


@guard("comments_answered")
def comments_answered(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every comment has an answer."""
    return _waiting(tx, step.subject, "comment", ("open",))


@guard("complaints_closed")
def complaints_closed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every complaint ended, its redress paid."""
    return _waiting(tx, step.subject, "complaint", ("open", "answered", "escalated", "owed"))


def _waiting(tx: Tx, pilot: str, saying: str, states: tuple[str, ...]) -> Mapping[str, object] | None:
    its = (complaints.c.pilot == pilot, complaints.c.saying == saying, complaints.c.state.in_(states))
    count = tx.value(sa.select(sa.func.count()).select_from(complaints).where(*its))
    return {"count": count} if count else None


@guard("test_over")
def test_over(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Its last day is past."""
    until = step.row["until_on"]
    return None if clock.end_of(date.fromisoformat(until)) <= tx.now else {"on": until}


@guard("exit_step_open")
def exit_step_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A step of the exit that is not done yet."""
    return None if step.data["exit_no"] in _open_steps(step.row) else {}


@guard("exit_done")
def exit_done(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Every step of the exit is done."""
    left = [f"{n}. {exit_steps(step.row)[n - 1][1]}" for n in _open_steps(step.row)]
    return {"steps": "；".join(left)} if left else None


def _open_steps(row: Row) -> list[int]:
    done = {int(one["step"]) for one in row["exited"]}
    return [n for n in range(1, len(row["exit_plan"]) + 1) if n not in done]


@guard("found")
def found(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The finding is written down, where both can read it, before two decide by it."""
    return None if step.row["finding"] and step.row["state"] == "reported" else {}


@effect("number_pilot")
def number_pilot(tx: Tx, step: Step) -> None:
    """Its number."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"T-{year}-{count_on(tx, f'pilots:{year}'):04d}"


@effect("rewrite_pilot")
def rewrite_pilot(tx: Tx, step: Step) -> None:
    """The application as it is now."""
    step.changes |= _given(step.data)


@effect("begin_notice")
def begin_notice(tx: Tx, step: Step) -> None:
    """On the public register from now on."""
    step.changes["noticed_at"] = tx.now


@effect("admit_pilot")
def admit_pilot(tx: Tx, step: Step) -> None:
    """Two overseers admit it, on a paper."""
    step.changes |= {"authority": step.data["authority"], "paper": step.data["paper"], "finding": None}


@effect("begin_exit")
def begin_exit(tx: Tx, step: Step) -> None:
    """The days of the exit count from now."""
    step.changes["left_at"] = tx.now


@effect("exit_step")
def exit_step(tx: Tx, step: Step) -> None:
    """A step of the exit is done."""
    today = clock.day_of(tx.now).isoformat()
    step.changes["exited"] = [*step.row["exited"], {"step": step.data["exit_no"], "on": today}]


def late_steps(row: Row, today: date) -> list[str]:
    """Steps of the exit that should have been done by a day and are not."""
    if row["left_at"] is None:
        return []
    began = clock.day_of(row["left_at"])
    every = exit_steps(row)
    return [every[n - 1][1] for n in _open_steps(row) if began + timedelta(days=every[n - 1][0]) < today]


@effect("keep_finding")
def keep_finding(tx: Tx, step: Step) -> None:
    """What was found, or why."""
    step.changes["finding"] = step.data["words"]


@effect("keep_results")
def keep_results(tx: Tx, step: Step) -> None:
    """The measures of success as they came out, frozen with the applicant's report."""
    made = [
        {"name": o.measure.name, "unit": o.measure.unit, "observed": list(o.observed), "enrolled": list(o.enrolled),
         "levels": list(o.levels), "difference": list(o.difference) if o.difference else None,
         "least": o.measure.least, "better": o.measure.better, "verdict": o.verdict}
        for o in outcomes(tx, step.row)
    ]  # fmt: skip
    step.changes |= {"results": made, "finding": None}


def outcomes(tx: Tx, row: Row) -> list[success.Outcome]:
    """The measures of success of a test from the observations so far."""
    account, joined = pilot_accounts, sa.join(
        pilot_observations, pilot_accounts,
        sa.and_(pilot_observations.c.pilot == pilot_accounts.c.pilot,
                pilot_observations.c.account == pilot_accounts.c.account),
    )  # fmt: skip
    asked = sa.select(pilot_observations.c.measure, account.c.part, pilot_observations.c.value).select_from(
        joined
    )
    values: dict[tuple[int, str], list[int]] = {}
    for r in tx.all(asked.where(account.c.pilot == row["id"])):
        values.setdefault((r["measure"], r["part"]), []).append(r["value"])
    counted = sa.select(account.c.part, sa.func.count().label("n")).where(account.c.pilot == row["id"])
    enrolled = {r["part"]: int(r["n"]) for r in tx.all(counted.group_by(account.c.part))}
    return [
        success.outcome(m, {p: values.get((no, p), []) for p in ("test", "comparison")},
                        {p: enrolled.get(p, 0) for p in ("test", "comparison")})
        for no, m in enumerate(measures(row), 1)
    ]  # fmt: skip


@effect("tell_pilot")
def tell_pilot(tx: Tx, step: Step) -> None:
    """Tell the applicant and the overseers what happened by itself or to the test."""
    words = {"key": "turn", "event": step.take, "state": step.row["state"]}
    notices.tell(tx, limits.concerned(tx, step.row), "overdue", "pilot", step.subject, step.event, words)


def registered(tx: Tx, number: str | None = None) -> list[Row]:
    """Tests on the public register, newest first; with a number that one."""
    asked = sa.select(pilots).where(pilots.c.state.in_(REGISTERED)).order_by(pilots.c.number.desc())
    return tx.all(asked.where(pilots.c.number == number) if number else asked)
