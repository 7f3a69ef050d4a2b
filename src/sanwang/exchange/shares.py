"""Inventors' shares of a deal: proposed by the institution, agreed by every inventor, put in force by two people.

A distribution is one text with a digest; every change is a new one that all agree to anew. Once money was received
under one it stays: what was promised to a person is not taken back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import access, clock, notices
from sanwang.exchange.deals import SIGNED, count_on
from sanwang.exchange.events import Fault
from sanwang.exchange.given import digest
from sanwang.exchange.ledger.accounts import Account, found
from sanwang.exchange.ledger.effects import count_in, inventors_part
from sanwang.exchange.people import place_of
from sanwang.exchange.proof import CHECKS
from sanwang.exchange.rules.reading import Rule, in_force, known
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import deals, milestones
from sanwang.exchange.tables.people import users
from sanwang.exchange.tables.shares import share_lines, shares
from sanwang.exchange.tables.vouchers import vouchers
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both, smallest

Words = tuple[str, str]

OPEN = ("proposed", "agreed")
WHOLE = 10_000
"""Basis points of a whole."""


@dataclass(frozen=True)
class Line:
    """A person's part: basis points of the inventors' part, or a sum in the deal's smallest unit; who agrees to it."""

    name: str
    bp: int | None
    amount: int | None
    login: str
    acting: str


def lines_of(written: Sequence[str], currency: str) -> list[Line] | Words:
    """Lines as people write them (``name | 60% | login | paper of who acts``), or what is wrong with the first."""
    made: list[Line] = []
    for number, text in enumerate(written, 1):
        cells = [c.strip() for c in re.split(r"[|｜]", text)]
        if not 3 <= len(cells) <= 4 or not cells[0] or not cells[2]:
            return (
                f"第 {number} 行须为“姓名 | 份额 | 登录名 | 代理依据（本人办理的不填）”",
                f"line {number} is “name | part | login | paper of who acts, if another does”",
            )
        bp, amount = _part(cells[1], currency)
        if not (bp or amount):
            return (
                f"第 {number} 行份额须写明单位：60%、6000bp，或 {currency} 金额如 1200.00 {currency}",
                f"line {number}: the part with its unit: 60%, 6000bp, or a sum such as 1200.00 {currency}",
            )
        made.append(Line(cells[0], bp, amount, cells[2], cells[3] if len(cells) == 4 else ""))
    if len({line.name for line in made}) < len(made):
        return "同一姓名出现两次", "a name stands twice"
    return made


def _part(text: str, currency: str) -> tuple[int | None, int | None]:
    """Basis points, or a sum; neither where the unit is not said or the number is finer than it."""
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d{1,2})?)\s*[%％]", text):
        return smallest(match[1], "CNY"), None
    if match := re.fullmatch(r"(\d{1,5})\s*(?:bp|基点)", text):
        return int(match[1]), None
    unit = r"元|CNY" if currency == "CNY" else re.escape(currency)
    if match := re.fullmatch(rf"([\d,]+(?:\.\d+)?)\s*(?:{unit})", text):
        return None, smallest(match[1].replace(",", ""), currency)
    return None, None


@opener("share")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a proposal: the deal's seller is the institution. Raises NotFound for a deal that is not seen."""
    deal = access.seen(tx, step.who, "deal", step.data["deal"])
    floor, rule = standard(tx, deal, step.data["state_unit"])
    costs = step.data.get("costs") or 0
    last = tx.value(sa.select(sa.func.max(shares.c.edition)).where(shares.c.deal == deal["id"])) or 0
    return {
        "number": "", "deal": deal["id"], "institution": deal["seller"], "edition": last + 1, "rule": rule,
        "floor_bp": min(floor, WHOLE), "given_bp": step.data["given_bp"], "costs_said": costs, "costs": costs,
        "text_digest": "", "proposed_by": step.who.user,
    }  # fmt: skip


def standard(tx: Tx, deal: Row, state_unit: bool) -> tuple[int, dict[str, Any]]:
    """The least part in basis points on this day, and the rules that say so.

    The standard binds institutes and universities that the state set up, for the kinds of contract that the rule names;
    others it only tells what holds where nothing was agreed.
    """
    on, place = clock.day_of(tx.now), place_of(tx, deal["seller"]) or ""
    binding, floor = in_force("share.binding", on, place), in_force("share.floor", on, place)
    binds = state_unit and deal["type"] in binding.value
    shown = [binding, floor, *filter(None, [known("share.recommended", on, place)])]
    rule = {
        "binds": binds,
        "state_unit": state_unit,
        "type": deal["type"],
        "rules": [_kept(r) for r in shown],
    }
    return (floor.value if binds else 0), rule


def _kept(rule: Rule) -> dict[str, Any]:
    return {"name": rule.name, "value": rule.value, "said": rule.said("zh"), "said_en": rule.said("en"),
            "article": rule.article, "source": rule.source, "read": rule.read}  # fmt: skip


@guard("share_sound")
def share_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A signed deal, a part that reaches the standard, lines that make the whole exactly, people who can agree."""
    wrong = _wrong(tx, step)
    return {"wanted": wrong} if wrong else None


def _wrong(tx: Tx, step: Step) -> Words | None:
    row, deal = step.row, tx.the(deals, step.row["deal"])
    if deal["state"] not in SIGNED:
        return "交易尚未签约", "the deal is not signed"
    if not row["floor_bp"] <= row["given_bp"] <= WHOLE or not row["given_bp"]:
        said = row["rule"]["rules"][1]
        return (
            f"应给予 {max(1, row['floor_bp'])} 至 {WHOLE} 基点：{said['said']}",
            f"{max(1, row['floor_bp'])} to {WHOLE} basis points are wanted: {said['said_en']}",
        )
    if row["costs"] and row["costs"] >= deal["price"]:
        return "成本须小于价款", "the costs must be below the price"
    if open_ := tx.value(
        sa.select(shares.c.number).where(shares.c.deal == deal["id"], shares.c.state.in_(OPEN))
    ):
        return f"已有待定的分配方案 {open_}", f"a distribution is proposed already: {open_}"
    lines = lines_of(step.data["share_lines"], deal["currency"])
    if isinstance(lines, tuple):
        return lines
    return _sums(lines, row, deal) or _people(tx, lines)


def _sums(lines: list[Line], row: Row, deal: Row) -> Words | None:
    sums = [line.amount for line in lines if line.amount is not None]
    if sums and len(sums) < len(lines):
        return "份额须全部为比例或全部为金额", "parts are all of a whole or all sums"
    if sums:
        wanted = inventors_part(deal["price"] - row["costs"], row)
        zh, en = both(wanted, deal["currency"])
        given = both(sum(sums), deal["currency"])
        return (
            None
            if sum(sums) == wanted
            else (f"金额合计 {given[0]}，应为 {zh}", f"sums make {given[1]}, not {en}")
        )
    whole = sum(line.bp or 0 for line in lines)
    return (
        None
        if whole == WHOLE
        else (f"比例合计 {whole} 基点，应为 {WHOLE}", f"parts make {whole} basis points, not {WHOLE}")
    )


def _people(tx: Tx, lines: list[Line]) -> Words | None:
    for line in lines:
        user = _user(tx, line.login)
        if user is None:
            return (
                f"没有登录名 {line.login}：请为 {line.name} 开通",
                f"nobody signs in as {line.login} for {line.name}",
            )
        if user["name"] != line.name and not line.acting:
            return (
                f"{line.login} 不是 {line.name} 本人：须写明代理依据",
                f"{line.login} is not {line.name}: say on what paper they act for them",
            )
    return None


def _user(tx: Tx, login: str) -> Row | None:
    its = (users.c.login_folded == login.casefold(), users.c.state == "active")
    return tx.one(sa.select(users.c.id, users.c.name).where(*its))


@guard("share_unpaid")
def share_unpaid(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A distribution in force is changed only before the first payment under it."""
    standing = _standing(tx, step.row["deal"])
    return {"number": standing["number"]} if standing and (standing["counted"] or standing["due"]) else None


def _standing(tx: Tx, deal: str) -> Row | None:
    """The distribution of a deal that is in force, held."""
    its = (shares.c.deal == deal, shares.c.state == "active")
    return tx.one(sa.select(shares).where(*its).with_for_update())


@guard("share_as_read")
def share_as_read(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """What is agreed to is the text that stands."""
    return None if step.data["digest"] == step.row["text_digest"] else {"digest": step.row["text_digest"]}


@guard("line_waits")
def line_waits(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A line of the person's waits for a word."""
    return None if _mine(tx, step) else {}


@guard("no_line")
def no_line(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who puts it in force for the institution gets nothing out of it and acts for nobody in it."""
    its = (share_lines.c.share == step.subject, share_lines.c.user == step.who.user)
    return None if tx.value(sa.select(share_lines.c.id).where(*its).limit(1)) is None else {}


def _mine(tx: Tx, step: Step) -> list[str]:
    its = (share_lines.c.share == step.subject, share_lines.c.agreed_at.is_(None))
    asked = sa.select(share_lines.c.id).where(*its, share_lines.c.user == step.who.user)
    return [r["id"] for r in tx.all(asked)]


@effect("keep_lines")
def keep_lines(tx: Tx, step: Step) -> None:
    """Its number, its lines and the digest of the whole; the inventors are told."""
    row, deal, year = step.row, tx.the(deals, step.row["deal"]), clock.day_of(tx.now).year
    lines = lines_of(step.data["share_lines"], deal["currency"])
    assert isinstance(lines, list), "the guard saw it"
    for no, line in enumerate(lines, 1):
        user = _user(tx, line.login)
        assert user is not None, "the guard saw it"
        tx.insert(share_lines, id=tx.id(), share=step.subject, no=no, name=line.name, bp=line.bp, amount=line.amount,
                  user=user["id"], acting=line.acting or None)  # fmt: skip
    number = f"I-{year}-{count_on(tx, f'shares:{year}'):05d}"
    step.changes |= {
        "number": number,
        "text_digest": digest(text_of(dict(row) | {"number": number}, of(tx, step.subject))),
    }
    words = {"key": "turn", "event": step.take, "state": "proposed"}
    told = [r["user"] for r in of(tx, step.subject)]
    notices.tell(tx, told, "turn", "share", step.subject, step.event, words)


def text_of(row: Row, lines: Sequence[Row]) -> dict[str, Any]:
    """Everything that is agreed to, in the form that is digested."""
    said = ("number", "deal", "institution", "edition", "rule", "floor_bp", "given_bp", "costs_said")
    its = ("no", "name", "bp", "amount", "user", "acting")
    return {n: row[n] for n in said} | {"lines": [{n: line[n] for n in its} for line in lines]}


def of(tx: Tx, share: str) -> list[Row]:
    """The lines of a distribution in their order. For who was shown the distribution."""
    return tx.all(sa.select(share_lines).where(share_lines.c.share == share).order_by(share_lines.c.no))


@effect("agree_lines")
def agree_lines(tx: Tx, step: Step) -> None:
    """The person's lines are agreed to; with the last one the institution can put it in force."""
    from sanwang.exchange.taking import take

    kept = {"agreed_at": tx.now, "agreed_digest": step.data["digest"]}
    tx.execute(share_lines.update().where(share_lines.c.id.in_(_mine(tx, step))), kept)
    if all(line["agreed_at"] for line in of(tx, step.subject)):
        take(tx, EXCHANGE, "share", step.subject, "all_agree")


@effect("share_in_force")
def share_in_force(tx: Tx, step: Step) -> None:
    """It takes the place of the one before; what the deal brought in before the first one counts at once."""
    from sanwang.exchange.taking import take

    before = (shares.c.deal == step.row["deal"], shares.c.state == "active", shares.c.id != step.subject)
    for row in tx.all(sa.select(shares.c.id).where(*before)):
        take(tx, EXCHANGE, "share", row["id"], "replace")
    fresh = tx.locked(shares, step.subject)
    came = received(tx, step.row["deal"])
    if fresh is not None and came:
        count_in(tx, step, fresh, came, tx.the(deals, step.row["deal"])["currency"])


def received(tx: Tx, deal: str) -> int:
    """What a deal brought its seller: paid on milestones, and paid or set off on vouchers for them."""
    its = (milestones.c.deal == deal, milestones.c.by_voucher == 0)
    paid = tx.value(sa.select(sa.func.coalesce(sa.func.sum(milestones.c.paid), 0)).where(*its))
    joined = sa.join(vouchers, milestones, vouchers.c.milestone == milestones.c.id)
    asked = sa.select(sa.func.coalesce(sa.func.sum(vouchers.c.shared), 0)).select_from(joined)
    return int(paid) + int(tx.value(asked.where(milestones.c.deal == deal)))


def beside(tx: Tx, process: str, row: Row) -> dict[str, Any]:
    """What is shown beside a distribution: its lines, each with what was set aside so far, and who has agreed."""
    if process != "share" or "given_bp" not in row:
        return {}
    unit = tx.the(deals, row["deal"])["currency"]
    lines = of(tx, row["id"])
    people = tx.all(
        sa.select(users.c.id, users.c.name).where(users.c.id.in_({line["user"] for line in lines}))
    )
    names, said = {r["id"]: r["name"] for r in people}, ("no", "name", "bp", "amount", "acting", "agreed_at")
    made = [
        {n: line[n] for n in said}
        | {"agrees": names.get(line["user"]), "set_aside": _set_aside(tx, line["id"], unit)}
        for line in lines
    ]
    return {"lines": made}


def _set_aside(tx: Tx, line: str, unit: str) -> int:
    row = found(tx, Account("inventor", deal=line, unit=unit))
    return int(row["cr"]) if row else 0


def verify(tx: Tx) -> list[Fault]:
    """Text and digest agree, everybody agreed to it, and what was set aside with what is due is the part of what came.

    Rows without a digest are older than the process and only kept.
    """
    faults: list[Fault] = []
    standing: set[str] = set()
    asked = sa.select(shares).where(shares.c.text_digest.is_not(None)).order_by(shares.c.id)
    for row in tx.all(asked):
        lines, unit = of(tx, row["id"]), tx.the(deals, row["deal"])["currency"]
        name = f"share {row['number']}"
        if digest(text_of(row, lines)) != row["text_digest"]:
            faults.append(Fault(name, "its text is not what was proposed", "内容与所提不符"))
        in_force_ = row["state"] in ("active", "replaced")
        if in_force_ and any(line["agreed_digest"] != row["text_digest"] for line in lines):
            faults.append(Fault(name, "is in force and not agreed to by everybody", "未经全体同意而生效"))
        if row["state"] == "active" and row["deal"] in standing:
            faults.append(Fault(name, "is in force beside another", "同一交易不止一份分配方案生效"))
        standing |= {row["deal"]} if row["state"] == "active" else set()
        aside = sum(_set_aside(tx, line["id"], unit) for line in lines)
        if aside + row["due"] != inventors_part(row["counted"], row):
            faults.append(Fault(name, "what was set aside is not the inventors' part", "已提留与应得不符"))
        came = received(tx, row["deal"])
        if row["state"] == "active" and row["counted"] != max(0, came - (row["costs_said"] - row["costs"])):
            faults.append(Fault(name, "what was counted is not what came in", "计入金额与收款不符"))
    return faults


CHECKS.append(verify)
