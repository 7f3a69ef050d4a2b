"""Who takes part in a sandbox test, what they use, what is observed of them and what they lose; never a name.

An account is a party's id, where the party takes part itself, or a pseudonym of which the applicant alone knows the
person. Whether it is in the test or drawn for comparison follows from the identifier of its enrolment, which nobody
chooses and everybody can recompute.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.events import Fault
from sanwang.exchange.oversight import limits, sandbox
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.people import parties
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.tables.sandbox import complaints, pilot_accounts, pilot_observations, pilots

PSEUDONYM = re.compile(r"[A-Za-z0-9_-]{4,36}")


def drawn(enrolment: str, comparison: int) -> str:
    """The part of an account, from the id of its enrolment: ``comparison`` of a hundred go to the comparison."""
    return (
        "comparison" if int(hashlib.sha256(enrolment.encode()).hexdigest(), 16) % 100 < comparison else "test"
    )


def account_of(tx: Tx, pilot: str, account: str) -> Row | None:
    """An account of a test."""
    its = sa.and_(pilot_accounts.c.pilot == pilot, pilot_accounts.c.account == account)
    return tx.one(sa.select(pilot_accounts).where(its))


@guard("enrolment_sound")
def enrolment_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A new account, which agreed to the very text of consent; a party takes part by its own signer."""
    for fault in _faults(tx, step):
        return {"wanted": fault}
    return None


def _faults(tx: Tx, step: Step) -> Iterator[tuple[str, str]]:
    if step.take == "join":
        if not step.who.for_party(step.data["party"], "signer"):
            yield "须由本单位有签字权的人办理", "wants a person who may sign for the party"
        if step.data["party"] in (step.row["applicant"], step.row["partner"]):
            yield "申请方不参加自己的测试", "the applicant does not take part itself"
    elif not PSEUDONYM.fullmatch(step.data["account"]):
        yield (
            "参加人以化名登记（4 至 36 位字母、数字、_ 或 -）",
            "a pseudonym of 4 to 36 letters, digits, _ or -",
        )
    elif tx.value(sa.select(parties.c.id).where(parties.c.id == step.data["account"])):
        yield "平台成员单位须自行参加", "a party of the exchange takes part by itself"
    if step.data["digest"] != step.row["consent_digest"]:
        yield (
            f"同意书已变更：摘要应为 {step.row['consent_digest']}",
            f"the consent is another: {step.row['consent_digest']}",
        )
    if clock.day_of(tx.now).isoformat() < step.row["from_on"]:
        yield f"测试自 {step.row['from_on']} 开始", f"the test begins on {step.row['from_on']}"
    if account_of(tx, step.subject, _account(step)) is not None:
        yield "已登记", "takes part already"


def _account(step: Step) -> str:
    return step.data["party" if step.take == "join" else "account"]


@guard("people_left")
def people_left(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The test has room for one more; who is drawn for comparison is known only when it is in."""
    return None if step.row["people"] < step.row["most_people"] else {"most": step.row["most_people"]}


@effect("enrol")
def enrol(tx: Tx, step: Step) -> None:
    """It takes part, in the test or for comparison."""
    part, account = drawn(step.event, step.row["comparison"]), _account(step)
    tx.insert(
        pilot_accounts, pilot=step.subject, account=account, party=step.data.get("party"), part=part, used=0,
        event=step.event,
    )  # fmt: skip
    if part == "test":
        _counts(tx, step.row, people=1)


def _counts(tx: Tx, row: Row, most_used: int = 0, **more: int) -> None:
    """Add to what a test has used, tell who has to know, and pause it where a limit that pauses is reached."""
    fresh = {name: row[name] + n for name, n in more.items()}
    tx.execute(pilots.update().where(pilots.c.id == row["id"]), fresh)
    now = dict(row) | fresh
    limits.told_if_near(tx, now, most_used)
    limits.pause_if_breached(tx, now)


@guard("account_there")
def account_there(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """It takes part; who is no person of the applicant speaks for their own party only."""
    row = account_of(tx, step.subject, step.data["account"])
    own = step.party is not None or step.who.agent != "person" or step.take != "quit"
    may = row is not None and row["left_at"] is None and (own or row["party"] in step.who.parties)
    return None if may else {}


@effect("quit_pilot")
def quit_pilot(tx: Tx, step: Step) -> None:
    """It takes part no more; what it used still counts."""
    its = sa.and_(pilot_accounts.c.pilot == step.subject, pilot_accounts.c.account == step.data["account"])
    tx.execute(pilot_accounts.update().where(its), {"left_at": tx.now})


@guard("within_pilot")
def within_pilot(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Within the money a person and in all; the test's row is held, so that two uses cannot both be last."""
    row, money = step.row, step.data["amount"]
    account = account_of(tx, step.subject, step.data["account"])
    if account is None or account["left_at"] is not None or account["part"] != "test":
        return {"wanted": ("该参加人不在测试组", "that account is not in the test")}
    if not row["from_on"] <= clock.day_of(tx.now).isoformat() <= row["until_on"]:
        return {"wanted": ("不在测试期内", "outside the days of the test")}
    after = limits.stands(dict(row) | {"total": row["total"] + money}, account["used"] + money)
    over = [s for s in after if s.limit in ("most_person", "most_total") and s.at > s.most]
    return {"wanted": limits.said_of(over)} if over else None


@effect("count_use")
def count_use(tx: Tx, step: Step) -> None:
    """It counts, for the account and in all."""
    its = sa.and_(pilot_accounts.c.pilot == step.subject, pilot_accounts.c.account == step.data["account"])
    money = step.data["amount"]
    tx.execute(pilot_accounts.update().where(its).values(used=pilot_accounts.c.used + money))
    most = tx.value(sa.select(pilot_accounts.c.used).where(its))
    _counts(tx, step.row, most_used=most, total=money)


@effect("count_loss")
def count_loss(tx: Tx, step: Step) -> None:
    """A loss counts in full, above the limit too: it happened."""
    _counts(tx, step.row, loss=step.data["amount"])


@guard("observation_sound")
def observation_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Of somebody who takes part, of a measure there is, once."""
    no, value = step.data["measure_no"], step.data["observed"]
    every = sandbox.measures(step.row)
    if account_of(tx, step.subject, step.data["account"]) is None:
        return {"wanted": ("没有该参加人", "nobody takes part under that account")}
    if not 1 <= no <= len(every):
        return {"wanted": (f"成效指标序号为 1 至 {len(every)}", f"measures are numbered 1 to {len(every)}")}
    if every[no - 1].kind == "share" and value > 1:
        return {"wanted": ("该指标为比例：填 1 或 0", "a share is observed as 1 or 0")}
    its = (pilot_observations.c.pilot == step.subject, pilot_observations.c.account == step.data["account"])
    again = tx.value(sa.select(pilot_observations.c.event).where(*its, pilot_observations.c.measure == no))
    return {"wanted": ("已有观察值", "it was observed before")} if again else None


@effect("observe")
def observe(tx: Tx, step: Step) -> None:
    """Kept, and never changed."""
    data = step.data
    tx.insert(pilot_observations, pilot=step.subject, account=data["account"], measure=data["measure_no"],
              value=data["observed"], event=step.event)  # fmt: skip


def verify(tx: Tx) -> list[Fault]:
    """What a test stands at follows from its events; who is in the test from the identifiers of the enrolments."""
    return [fault for row in tx.all(sa.select(pilots)) for fault in _recomputed(tx, row)]


def _recomputed(tx: Tx, row: Row) -> Iterator[Fault]:
    accounts = tx.all(sa.select(pilot_accounts).where(pilot_accounts.c.pilot == row["id"]))
    asked = sa.select(record.c.take, record.c.data, record.c.from_state, record.c.to_state)
    told = tx.all(asked.where(record.c.process == "pilot", record.c.subject == row["id"]))
    uses = [r["data"] for r in told if r["take"] == "use"]
    its = (complaints.c.pilot == row["id"], complaints.c.saying == "complaint")
    counted = {
        "people": sum(drawn(a["event"], row["comparison"]) == "test" for a in accounts),
        "total": sum(u["amount"] for u in uses),
        "loss": sum(r["data"]["amount"] for r in told if r["take"] == "loss"),
        "complaints": tx.value(sa.select(sa.func.count()).select_from(complaints).where(*its)),
    }
    if any(row[n] != x for n, x in counted.items()):
        yield Fault(f"pilot {row['id']}", "stands otherwise than its events say", "计数与事件记录不符")
    used: dict[str, int] = {}
    for use in uses:
        used[use["account"]] = used.get(use["account"], 0) + use["amount"]
    if any(a["used"] != used.get(a["account"], 0) for a in accounts):
        yield Fault(
            f"pilot {row['id']}", "accounts used otherwise than events say", "参加人用额与事件记录不符"
        )
    if any(a["part"] != drawn(a["event"], row["comparison"]) for a in accounts):
        yield Fault(
            f"pilot {row['id']}", "an account was not drawn into its part", "参加人分组与抽取结果不符"
        )


CHECKS.append(verify)
