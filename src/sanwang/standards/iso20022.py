"""Messages of ISO 20022 between a firm and its bank: credit transfers to be made, what became of them, what was booked.

Written: pain.001.001.09 (customer credit transfer initiation); direct debits are in ``direct_debit``.
Read: camt.053 (bank to customer statement), camt.054
(debit and credit notification) and pain.002 (payment status report), every version from .02 on, by the names of their
elements; banks differ in what they fill in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Never, Protocol

from sanwang.errors import InputError
from sanwang.standards.currencies import is_currency, smallest

INITIATION = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

UNKNOWN = "NOTPROVIDED"
"""What stands for an account or agent that nobody stated."""


@dataclass(frozen=True)
class Party:
    """One side of a transfer: its identifier with the sender, its name, its account and bank where known.

    ``agent`` is a BIC or the twelve digits of CNAPS.
    """

    id: str
    name: str
    account: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Border:
    """What a transfer across the border states: the payee's country (ISO 3166-1), purpose, balance-of-payments code."""

    country: str
    purpose: str
    code: str


@dataclass(frozen=True)
class CreditTransfer:
    """One transfer to be made. ``amount`` is a plain decimal in the currency's own scale; ``reference`` ≤ 35 signs."""

    debtor: Party
    creditor: Party
    amount: str
    currency: str
    reference: str
    words: str
    border: Border | None = None


class Counted(Protocol):
    """What has an amount, as a plain decimal."""

    @property
    def amount(self) -> str:
        """The amount."""
        ...


NOTICE = "camt.054 "
"""What the name of a notification begins with, where a statement's name is its number: a booking that is notified
during the day stands in the day's statement again."""


@dataclass(frozen=True)
class StatementLine:
    """One booked entry of a statement or notification, the amount in the currency's smallest part."""

    statement: str
    no: int
    booked_on: dt.date
    way: str
    amount: int
    currency: str
    reference: str | None
    bank_reference: str | None
    words: str | None


@dataclass(frozen=True)
class Status:
    """What a bank says of an order, by our reference; without one, of all orders of the message or of its block.

    ``code`` is the status as the bank writes it (ACSC, PDNG, RJCT), ``reason`` its reason and words.
    """

    message: str
    block: str | None
    reference: str | None
    code: str
    bank_reference: str | None
    reason: str


def initiation(
    transfers: Sequence[CreditTransfer],
    message: str,
    blocks: str,
    on: dt.date,
    created: str,
    initiator: str = "Sanwang",
) -> str:
    """The message: one payment block a run of the same debtor and currency, for execution on a date.

    ``message`` identifies it, ``blocks`` begins each block's identifier, ``created`` is an ISO date and time.
    """
    ET.register_namespace("", INITIATION)
    root = ET.Element(f"{{{INITIATION}}}Document")
    body = add(root, "CstmrCdtTrfInitn")
    head = add(body, "GrpHdr")
    add(head, "MsgId", message[:35])
    add(head, "CreDtTm", created)
    counts(head, transfers)
    add(add(head, "InitgPty"), "Nm", initiator[:140])
    runs = groupby(transfers, key=lambda t: (t.debtor, t.currency))
    for number, ((debtor, _), part) in enumerate(runs, 1):
        _block(body, f"{blocks}-{number}", debtor, list(part), on)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _block(
    body: ET.Element, name: str, debtor: Party, transfers: Sequence[CreditTransfer], on: dt.date
) -> None:
    block = add(body, "PmtInf")
    add(block, "PmtInfId", name)
    add(block, "PmtMtd", "TRF")
    counts(block, transfers)
    add(add(block, "ReqdExctnDt"), "Dt", on.isoformat())
    party(block, "Dbtr", debtor)
    agent(block, "DbtrAgt", debtor.agent)
    for one in transfers:
        made = add(block, "CdtTrfTxInf")
        add(add(made, "PmtId"), "EndToEndId", one.reference)
        add(add(made, "Amt"), "InstdAmt", one.amount).set("Ccy", one.currency)
        agent(made, "CdtrAgt", one.creditor.agent)
        party(made, "Cdtr", one.creditor)
        if one.border is not None:
            _reported(made, one.border)
        add(add(made, "RmtInf"), "Ustrd", one.words[:140])


def _reported(made: ET.Element, border: Border) -> None:
    """Purpose, and what is reported of a transfer across the border. Raises InputError where a code is missing or long.

    A code is never shortened: another code would be reported.
    """
    if wrong := unreportable(border):
        raise InputError(*wrong)
    add(add(made, "Purp"), "Prtry", border.purpose)
    report = add(made, "RgltryRptg")
    add(report, "DbtCdtRptgInd", "DEBT")
    details = add(report, "Dtls")
    add(details, "Ctry", border.country)
    add(details, "Cd", border.code)


def unreportable(border: Border) -> tuple[str, str] | None:
    """Why a message cannot carry what is stated, in English and Chinese; None where it can (pain.001.001.09)."""
    if not re.fullmatch(r"[A-Z]{2}", border.country):
        return "the payee's country is two letters of ISO 3166-1", "收款人国家或地区须为两位字母代码"
    if not 1 <= len(border.purpose) <= 35:
        return "a purpose code of 1 to 35 signs is wanted", "须有 1 至 35 位的用途代码"
    if not 1 <= len(border.code) <= 10:
        return "a balance-of-payments code of 1 to 10 signs is wanted", "须有 1 至 10 位的国际收支交易编码"
    return None


def counts(parent: ET.Element, transfers: Sequence[Counted]) -> None:
    """How many, and their sum."""
    add(parent, "NbOfTxs", str(len(transfers)))
    add(parent, "CtrlSum", str(sum((Decimal(t.amount) for t in transfers), Decimal(0))))


def party(parent: ET.Element, name: str, who: Party) -> None:
    """A party and its account."""
    made = add(parent, name)
    add(made, "Nm", who.name[:140])
    add(add(add(add(made, "Id"), "OrgId"), "Othr"), "Id", shortened(who.id, 35))
    add(add(add(add(parent, f"{name}Acct"), "Id"), "Othr"), "Id", (who.account or UNKNOWN)[:34])


def agent(parent: ET.Element, name: str, code: str | None) -> None:
    """A bank by BIC, number of CNAPS, or a name."""
    bank = add(add(parent, name), "FinInstnId")
    if code is not None and re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", code):
        add(bank, "BICFI", code)
    elif code is not None and re.fullmatch(r"\d{12}", code):
        member = add(bank, "ClrSysMmbId")
        add(add(member, "ClrSysId"), "Cd", "CNAPS")
        add(member, "MmbId", code)
    else:
        add(add(bank, "Othr"), "Id", shortened(code or UNKNOWN, 35))


def shortened(text: str, most: int) -> str:
    """A text of at most ``most`` signs: a longer one keeps its beginning and ends in its digest, so that two differ."""
    if len(text) <= most:
        return text
    return f"{text[: most - 13]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    """A child in its parent's namespace, with a text that XML can hold."""
    child = ET.SubElement(parent, f"{parent.tag.partition('}')[0]}}}{name}")
    child.text = None if text is None else _NOT_XML.sub("\ufffd", text)
    return child


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 forbids; each is shown as the sign for one that cannot be shown."""


def read_statement(text: str) -> list[StatementLine]:
    """The booked entries of a camt.053 or camt.054 message, in their order, numbered within their statement.

    An entry that bundles several transfers gives a line each where every one states its amount, else one line. Entries
    that are not booked are passed over. Raises InputError where the text is no such message, declares entities, or an
    entry's amount, currency or day cannot be read: a statement is taken whole or not at all.
    """
    found = [e for e in _message(text).iter() if _local(e) in ("Stmt", "Ntfctn")]
    if not found:
        raise InputError(
            "the message is no statement (camt.053, camt.054)", "该报文不是 camt.053 或 camt.054"
        )
    return [line for statement in found for line in _lines(statement)]


def kind_of(text: str) -> str:
    """``status`` for pain.002, ``statement`` for anything else. Raises InputError where the text is no XML."""
    return "status" if any(_local(e) == "CstmrPmtStsRpt" for e in _message(text)) else "statement"


def read_status(text: str) -> list[Status]:
    """What a pain.002 message says of the orders of one message of ours: of each, of blocks, of the message.

    A part that speaks of its orders one by one is not told as a whole too. Raises InputError where the text is no such
    message or names no message of ours.
    """
    root = next((e for e in _message(text) if _local(e) == "CstmrPmtStsRpt"), None)
    if root is None:
        raise InputError("the message is no pain.002 status report", "该报文不是 pain.002 状态回执")
    whole = _find(root, "OrgnlGrpInfAndSts")
    name = _text(root, "OrgnlGrpInfAndSts", "OrgnlMsgId")
    if whole is None or name is None:
        _wrong("a status report names no message", "状态回执未注明原报文编号")
    found: list[Status] = []
    for block in (e for e in root if _local(e) == "OrgnlPmtInfAndSts"):
        said = _text(block, "OrgnlPmtInfId")
        each = [e for e in block if _local(e) == "TxInfAndSts"]
        found += [_status(name, said, e, "TxSts") for e in each if _text(e, "OrgnlEndToEndId")]
        if not each and _text(block, "PmtInfSts"):
            found.append(_status(name, said, block, "PmtInfSts"))
    if not found and _text(whole, "GrpSts"):
        found.append(_status(name, None, whole, "GrpSts"))
    return found


def _status(message: str, block: str | None, element: ET.Element, status: str) -> Status:
    reasons = [e for e in element if _local(e) == "StsRsnInf"]
    words = [_text(r, *path) for r in reasons for path in (("Rsn", "Cd"), ("Rsn", "Prtry"), ("AddtlInf",))]
    return Status(
        message, block, _text(element, "OrgnlEndToEndId"), _text(element, status) or "",
        _text(element, "AcctSvcrRef"), " ".join(w for w in words if w),
    )  # fmt: skip


def references(text: str, block: str | None = None) -> list[str]:
    """The references of the orders of an initiation, or of one block of it."""
    blocks = (e for e in _message(text).iter() if _local(e) == "PmtInf")
    chosen = [e for e in blocks if block is None or _text(e, "PmtInfId") == block]
    ids = (_text(e, "PmtId", "EndToEndId") for b in chosen for e in b if _local(e) == "CdtTrfTxInf")
    return [i for i in ids if i]


def _message(text: str) -> ET.Element:
    """The document of a message. Raises InputError where it declares a document type or is no XML."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError("a message declares no document type", "银行报文不应含文档类型声明")
    try:
        return ET.fromstring(text)  # noqa: S314 - entities were refused above
    except ET.ParseError as error:
        raise InputError(f"the message is no XML ({error})", f"银行报文不是有效的 XML（{error}）") from error


def _lines(statement: ET.Element) -> Iterator[StatementLine]:
    name = _text(statement, "Id") or _wrong("a statement has no identifier", "对账单缺少编号")
    name = f"{NOTICE}{name}" if _local(statement) == "Ntfctn" else name
    number = 0
    for entry in (e for e in statement if _local(e) == "Ntry"):
        status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
        if status is not None and status.strip() != "BOOK":
            continue
        for amount, details in _parts(entry):
            number += 1
            yield _line(name, number, entry, amount, details)


def _parts(entry: ET.Element) -> Iterator[tuple[ET.Element, ET.Element]]:
    """The amounts of an entry with where their references stand."""
    whole = _find(entry, "Amt")
    if whole is None:
        _wrong("an entry has no amount", "流水缺少金额")
    details = [d for group in entry if _local(group) == "NtryDtls" for d in group if _local(d) == "TxDtls"]
    ways = (("Amt",), ("AmtDtls", "TxAmt", "Amt"))
    amounts = [next((a for w in ways if (a := _find(d, *w)) is not None), None) for d in details]
    each = [(a, d) for a, d in zip(amounts, details, strict=True) if a is not None]
    sums = sum((Decimal((a.text or "0").strip()) for a, _ in each if _plain(a)), Decimal(0))
    if (
        len(details) > 1
        and len(each) == len(details)
        and _plain(whole)
        and sums == Decimal(str(whole.text).strip())
    ):
        yield from each
    else:
        yield whole, details[0] if len(details) == 1 else entry


def _plain(amount: ET.Element) -> bool:
    return smallest((amount.text or "").strip(), amount.get("Ccy", "")) is not None


def _line(
    name: str, number: int, entry: ET.Element, amount: ET.Element, details: ET.Element
) -> StatementLine:
    currency = amount.get("Ccy", "")
    value = smallest((amount.text or "").strip(), currency)
    if not is_currency(currency) or value is None or value <= 0:
        _wrong(f"entry {number}: {amount.text} {currency} is no amount", f"第 {number} 笔：金额无法识别")
    sign = _text(details, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    way = {"CRDT": "in", "DBIT": "out"}.get((sign or "").strip())
    if way is None:
        _wrong(f"entry {number} is neither credit nor debit", f"第 {number} 笔：未注明借贷方向")
    reference = _text(details, "Refs", "EndToEndId")
    return StatementLine(
        name,
        number,
        _day(entry, number),
        way,
        value,
        currency,
        None if reference in (None, "", UNKNOWN) else reference,
        _text(details, "Refs", "AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        _text(details, "RmtInf", "Ustrd") or _text(entry, "AddtlNtryInf"),
    )


def _day(entry: ET.Element, number: int) -> dt.date:
    said = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm") or _text(entry, "ValDt", "Dt")
    try:
        return dt.date.fromisoformat((said or "")[:10])
    except ValueError:
        _wrong(f"entry {number} has no day of booking", f"第 {number} 笔：缺少入账日期")


def _wrong(en: str, zh: str) -> Never:
    raise InputError(en, zh)


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _find(element: ET.Element, *path: str) -> ET.Element | None:
    for name in path:
        inner = next((e for e in element if _local(e) == name), None)
        if inner is None:
            return None
        element = inner
    return element


def _text(element: ET.Element, *path: str) -> str | None:
    found = _find(element, *path)
    return found.text.strip() if found is not None and found.text and found.text.strip() else None
