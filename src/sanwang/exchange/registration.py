"""The registration sheet (技术合同登记表): filled from the deal, checked, handed out as a workbook and csv.

The office's official form was not to be had: the sheet is the exchange's own compilation and says so.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import access, clock, standing
from sanwang.exchange.errors import NotFound
from sanwang.exchange.rules.reading import in_force
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.deals import TYPES, contracts, deals, documents
from sanwang.exchange.tables.market import listings
from sanwang.exchange.tables.people import parties
from sanwang.exchange.who import Who
from sanwang.schema import word_for
from sanwang.standards.currencies import both, decimal
from sanwang.standards.places import place as gb2260
from sanwang.standards.uscc import check_uscc

IP_KINDS = ("专利", "技术秘密", "软件著作权", "植物新品种", "集成电路布图", "未涉及")
PLAN_KINDS = ("国家计划", "省级计划", "计划外")
ABROAD = "000000"


@dataclass(frozen=True)
class SheetField:
    """One field of the sheet."""

    field: str
    type: str
    need: str
    zh: str
    en: str
    source: str
    about: str


@cache
def form() -> tuple[SheetField, ...]:
    """The fields of the sheet, in order."""
    text = (files("sanwang.exchange") / "rules" / "registration_form.csv").read_text(encoding="utf-8")
    return tuple(
        SheetField(**{k if k != "from" else "source": v for k, v in row.items()})
        for row in csv.DictReader(text.splitlines())
    )


@opener("registration")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a new sheet: of the regime in force today, at the seller's place."""
    contract = _contract(tx, step.data["deal"])
    rule = in_force("registration.regime", clock.day_of(tx.now))
    buyer, seller = _sides(tx, step.data["deal"])
    return {
        "deal": step.data["deal"],
        "form": rule.value,
        "data": {},
        "technology": contract["technology"],
        "place": seller["place"] or buyer["place"],
        "until_on": contract["until_on"],
    }


def _contract(tx: Tx, deal: str) -> Row:
    found = tx.one(sa.select(contracts).where(contracts.c.deal == deal))
    if found is None:
        raise NotFound
    return found


def _sides(tx: Tx, deal: str) -> tuple[Row, Row]:
    row = standing.deal_of(tx, {"deal": deal})
    found = {
        p["id"]: p for p in tx.all(sa.select(parties).where(parties.c.id.in_([row["buyer"], row["seller"]])))
    }
    return found[row["buyer"]], found[row["seller"]]


def filled(tx: Tx, deal: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The sheet: what the deal says, then what was filled in by hand."""
    contract = _contract(tx, deal)
    buyer, seller = _sides(tx, deal)
    joined = sa.join(listings, deals, sa.or_(listings.c.id == deals.c.result, listings.c.id == deals.c.need))
    about = tx.one(sa.select(listings.c.industries).select_from(joined).where(deals.c.id == deal))
    rule = in_force("registration.regime", date.fromisoformat(contract["signed_on"]))
    values: dict[str, Any] = {
        "form": rule.said("zh"),
        "contract.payment": "分期" if len(contract["clauses"]["milestones"]) > 1 else "一次总付",
        "listing.industries": ";".join((about["industries"] if about else None) or []) or None,
    }
    values |= {f"contract.{k}": contract[k] for k in contract}
    for side, party in (("buyer", buyer), ("seller", seller)):
        values[f"{side}.name"] = party["name"]
        values[f"{side}.uscc"] = party["uscc"] or party["foreign_id"]
        values[f"{side}.place"] = party["place"] or (ABROAD if party["foreign_id"] else None)
    return {f.field: values.get(f.source) if f.source else None for f in form()} | dict(own)


def problems(sheet: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a sheet, in Chinese and English; empty where it can be filed."""
    found: list[tuple[str, str]] = []
    for f in form():
        value = sheet.get(f.field)
        if value in (None, ""):
            if f.need:
                found.append((f"缺{f.zh}", f"{f.en} is missing"))
        elif not _sound(f, value):
            found.append((f"{f.zh}“{value}”有误", f"{f.en} {value!r} is not sound"))
    return found + list(_together(sheet))


def _sound(f: SheetField, value: Any) -> bool:  # noqa: ANN401 - a cell
    if f.type == "money":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not isinstance(value, str) or len(value) > 2000:
        return False
    lists = {"contract_type": TYPES, "ip_kind": IP_KINDS, "plan_kind": PLAN_KINDS}
    if f.type in lists:
        return value in lists[f.type]
    if f.type == "place":
        return value == ABROAD or gb2260(value) is not None
    if f.type == "date":
        return clock.iso_day(value) is not None
    return True


def _together(sheet: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    total, technology = sheet.get("total"), sheet.get("technology")
    if isinstance(total, int) and isinstance(technology, int) and technology > total:
        yield "技术交易额大于合同成交额", "the technology amount is more than the contract total"
    for side in ("buyer", "seller"):
        code = str(sheet.get(f"{side}_code") or "")
        if sheet.get(f"{side}_place") != ABROAD and code and not check_uscc(code).ok:
            yield f"{side} 统一社会信用代码校验不符：{code}", f"{side}'s code fails its check: {code}"
    days = [str(sheet.get(n) or "") for n in ("from_on", "until_on")]
    if all(days) and days[0] > days[1]:
        yield "合同终止早于起始", "the term ends before it begins"


@guard("sheet_complete")
def sheet_complete(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The sheet has no error."""
    found = problems(filled(tx, step.row["deal"], step.row["data"] or {}))
    return {"problems": tuple("; ".join(p[n] for p in found) for n in (0, 1))} if found else None


@guard("signed_text")
def signed_text(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The text that both signed is attached."""
    known = sa.select(documents.c.id).where(
        documents.c.id == step.data["document"], documents.c.party.in_(sorted(step.who.parties))
    )
    return None if tx.value(known) else {}


@guard("technology_within_total")
def technology_within_total(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The technology amount is no more than the contract total."""
    total = _contract(tx, step.row["deal"])["total"]
    return None if step.data["technology"] <= total else {"total": both(total)}


@effect("fill_sheet")
def fill_sheet(tx: Tx, step: Step) -> None:
    """Fill what the deal says; nothing is filled by hand yet."""
    step.changes["data"] = {}


@effect("edit_sheet")
def edit_sheet(tx: Tx, step: Step) -> None:
    """Keep what is filled in by hand; what the deal says cannot be written over."""
    known = {f.field for f in form() if not f.source or not f.need} - {"number"}
    if strange := sorted(set(step.data["sheet"]) - known):
        names = ", ".join(strange)
        raise OptionError(
            f"the sheet has no field {names}; {', '.join(sorted(known))}", f"登记表没有栏目 {names}"
        )
    step.changes["data"] = dict(step.row["data"] or {}) | step.data["sheet"]


@effect("filed")
def filed(tx: Tx, step: Step) -> None:
    """When it was given in."""
    step.changes["filed_at"] = tx.now


@effect("registered")
def registered(tx: Tx, step: Step) -> None:
    """The number and the amount that the office gave."""
    step.changes |= {
        "number": step.data["number"],
        "technology": step.data["technology"],
        "decided_at": tx.now,
        "why": "certificate entered by the filer" if step.take == "certified" else None,
    }


def sheet(tx: Tx, who: Who, registration: str, lang: str = "zh") -> list[tuple[str, str, str]]:
    """Label, value and remark of every field, for a person who may see the sheet; money in yuan."""
    row = access.seen(tx, who, "registration", registration)
    values = filled(tx, row["deal"], row["data"] or {}) | ({"number": row["number"]} if row["number"] else {})
    zh = lang == "zh"
    return [
        (f.zh if zh else f.en, _shown(f, values.get(f.field), lang), f.about if zh else "") for f in form()
    ]


def _shown(f: SheetField, value: Any, lang: str) -> str:  # noqa: ANN401 - a cell
    if value is None:
        return ""
    if f.type == "money":
        return decimal(value, "CNY")
    return word_for("contract_type", value, lang) if f.type == "contract_type" else str(value)


def digest_of(content: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()
