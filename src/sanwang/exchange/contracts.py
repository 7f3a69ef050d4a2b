"""Contracts of the five types: what terms must say, signing by both sides, and what comes into force with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import sqlalchemy as sa

from sanwang.exchange import clock, outcomes, stating
from sanwang.exchange.milestones import open_all
from sanwang.exchange.people import place_of
from sanwang.exchange.rules.reading import applying, figure
from sanwang.exchange.steps import Step, effect, guard
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import TYPES, contracts, milestones
from sanwang.exchange.trial import agree, lacking
from sanwang.exchange.who import EXCHANGE
from sanwang.standards.currencies import both, shown

Words = tuple[str, str]

KINDS_OF_EVIDENCE = ("report", "delivery_note", "test_report", "invoice", "log", "title_change")


def missing(terms: Mapping[str, Any]) -> list[Words]:
    """What terms lack or get wrong, in Chinese and English; empty where a contract can be made of them."""
    found = list(_head(terms)) + list(_milestones(terms))
    return found + (list(lacking(terms.get("trial"))) if terms.get("mode") == "use_first" else [])


def _head(terms: Mapping[str, Any]) -> Iterator[Words]:
    if terms.get("type") not in TYPES:
        yield "合同类型须为开发、转让、许可、咨询、服务之一", f"type must be one of {', '.join(TYPES)}"
    if terms.get("mode") not in ("standard", "use_first"):
        yield "mode 须为 standard 或 use_first", "mode must be standard or use_first"
    if terms.get("currency") != "CNY":
        yield "目前只记人民币合同（CNY）", "contracts are kept in CNY for now"
    for name, zh, en in (("title", "项目名称", "title"), ("ip", "成果归属", "who owns the results")):
        if not str(terms.get(name) or "").strip():
            yield f"缺{zh}", f"{en} is missing"
    price, technology = terms.get("price"), terms.get("technology")
    if not _fen(price):
        yield "价款须为金额，不得为负", "the price must be an amount, not negative"
    elif not _fen(technology) or cast("int", technology) > cast("int", price):
        yield "技术交易额须为金额，不得超过价款", "the technology amount must be an amount, at most the price"
    start, end = clock.iso_day(terms.get("from_on")), clock.iso_day(terms.get("until_on"))
    if start is None or end is None or start > end:
        yield "合同期有误", "the term is not two dates in order"


def _fen(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _milestones(terms: Mapping[str, Any]) -> Iterator[Words]:
    given = terms.get("milestones")
    rows = cast("list[Any]", given) if isinstance(given, list) else []
    if not 1 <= len(rows) <= 50:
        yield "须有 1 至 50 个里程碑", "one to fifty milestones are wanted"
        return
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or not _sound(cast("Mapping[str, Any]", row)):
            yield f"第 {number} 个里程碑不完整", f"milestone {number} is incomplete"
            return
    total = sum(int(row["amount"]) for row in rows)
    if _fen(terms.get("price")) and total != terms["price"]:
        yield (
            f"里程碑合计 {shown(total, lang='zh')} 与价款 {shown(terms['price'], lang='zh')} 不等",
            f"milestones make {shown(total)}, the price is {shown(terms['price'])}",
        )


def _sound(row: Mapping[str, Any]) -> bool:
    wanted, points = row.get("wanted"), row.get("acceptance")
    return (
        bool(str(row.get("title") or "").strip())
        and _fen(row.get("amount"))
        and _fen(row.get("retained", 0))
        and row.get("retained", 0) <= row["amount"]
        and row.get("by_voucher", False) in (True, False)
        and not (row.get("by_voucher") and row.get("retained"))
        and _fen(row.get("retention_days", 0))
        and _fen(row.get("review_days", 15))
        and clock.iso_day(row.get("due_on")) is not None
        and isinstance(wanted, list)
        and all(kind in KINDS_OF_EVIDENCE for kind in cast("list[object]", wanted))
        and isinstance(points, list)
        and len(cast("list[object]", points)) > 0
    )


def draft(tx: Tx, deal: str, terms: Mapping[str, Any], digest: str) -> None:
    """Keep the terms of an accepted offer as the contract to be signed."""
    tx.insert(
        contracts, deal=deal, title=terms["title"], type=terms["type"], from_on=terms["from_on"],
        until_on=terms["until_on"], total=terms["price"], technology=terms["technology"], royalty=terms.get("royalty"),
        ip=terms["ip"], clauses=dict(terms.get("clauses") or {}) | {"milestones": terms["milestones"],
        "trial": terms.get("trial")}, text_digest=digest, version=1,
    )  # fmt: skip


def of(tx: Tx, deal: str) -> Row:
    """The contract of a deal."""
    found = tx.one(sa.select(contracts).where(contracts.c.deal == deal).with_for_update())
    assert found is not None, deal
    return found


@guard("nobody_signed")
def nobody_signed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The first signature."""
    row = of(tx, step.subject)
    return {} if row["buyer_signed"] or row["seller_signed"] else None


@guard("other_signed")
def other_signed(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The other side signed before, by another person."""
    row = of(tx, step.subject)
    other, own = _sides(step)
    return None if row[other] and row[other] != step.who.user and not row[own] else {}


def _sides(step: Step) -> tuple[str, str]:
    buyer = step.party == step.row["buyer"]
    return ("seller_signed", "buyer_signed") if buyer else ("buyer_signed", "seller_signed")


@guard("milestones_add_up")
def milestones_add_up(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Σ milestones = the contract's total."""
    row = of(tx, step.subject)
    total = sum(int(m["amount"]) for m in row["clauses"]["milestones"])
    return None if total == row["total"] else {"sum": both(total), "total": both(row["total"])}


@guard("border_gate")
def border_gate(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Technology that leaves the customs territory: prohibited stops, restricted wants a licence, free is said so."""
    if not crosses(step.row):
        return None
    said, licence = step.data.get("export_class"), step.data.get("licence_number")
    if said == "free" or (said == "restricted" and licence):
        return None
    if said == "restricted":
        return {"wanted": ("限制类须有出口许可证号", "restricted technology wants the number of its licence")}
    if said == "prohibited":
        return {"wanted": ("禁止类不得出口", "prohibited technology may not leave")}
    classes = ", ".join(figure("border.classes"))
    return {"wanted": (f"须由当事人申报 export_class：{classes}", f"declare export_class: {classes}")}


def crosses(deal: Row) -> bool:
    """Whether the sides lie in different customs territories; a side without a place counts as another one."""
    sides = territory(deal["origin"]), territory(deal["destination"])
    return sides[0] != sides[1] or "?" in sides


MAINLAND = "mainland"


def territory(place: str | None) -> str:
    """The customs territory of a place; ``?`` where none is known."""
    if not place:
        return "?"
    return place[:2] if place[:2] in ("71", "81", "82") else MAINLAND


@effect("sign")
def sign(tx: Tx, step: Step) -> None:
    """A person who may signs for a side."""
    row = of(tx, step.subject)
    name = _sides(step)[1]
    signed = {name: step.who.user, "version": row["version"] + 1}
    tx.execute(contracts.update().where(contracts.c.deal == step.subject), signed)


@effect("contract_in_force")
def contract_in_force(tx: Tx, step: Step) -> None:
    """Both have signed: rules of the day are fixed; milestones, registration and a trial are opened."""
    from sanwang.exchange.taking import take

    on = clock.day_of(tx.now)
    row = of(tx, step.subject)
    seller = place_of(tx, step.row["seller"])
    fixed = [{"name": r.name, "said": r.said("zh"), "said_en": r.said("en"), "verified": r.verified}
             for r in applying(row["type"], on, seller or "")]  # fmt: skip
    tx.execute(
        contracts.update().where(contracts.c.deal == step.subject),
        {"signed_on": on.isoformat(), "rules": fixed},
    )
    outcomes.of_result(tx, step, step.row, "contracted", row["total"])
    stating.terms(tx, step.row, row)
    open_all(tx, step.subject, row["clauses"]["milestones"])
    take(tx, EXCHANGE, "registration", None, "draft", {"deal": step.subject})
    if step.row["mode"] == "use_first":
        agree(tx, step.subject, row["clauses"]["trial"])
    elif not tx.value(sa.select(sa.func.sum(milestones.c.amount)).where(milestones.c.deal == step.subject)):
        take(tx, EXCHANGE, "deal", step.subject, "start")
