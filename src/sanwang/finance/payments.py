"""What remains to be paid after a set-off, as an ISO 20022 credit transfer initiation (pain.001.001.09)."""

from __future__ import annotations

import datetime as dt
import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from sanwang.errors import DataError
from sanwang.finance.setoff import Settlement
from sanwang.standards.currencies import decimal, is_currency, smallest
from sanwang.standards.iso20022 import INITIATION, CreditTransfer, Party, initiation


def payments(
    settled: Settlement,
    on: dt.date,
    names: Mapping[str, str] | None = None,
    accounts: Mapping[str, str] | None = None,
    initiator: str = "Sanwang",
    currency: str = "CNY",
    agents: Mapping[str, str] | None = None,
) -> str:
    """The message: one payment block a debtor and currency, one transfer a creditor, for execution on a date.

    Disputed debts are not paid, nor those due after ``on``; one without a due date is payable at once. ``accounts`` and
    ``agents`` (BIC, or twelve digits of CNAPS) are by firm. ``currency`` stands for amounts that state none. The same
    settlement and date give the same text: identifiers are hashes, the creation time is midnight of ``on``. Raises
    DataError where nothing remains or a currency is no three-letter code.
    """
    payable = pl.col("due").is_null() | (pl.col("due") <= on.isoformat())
    rows = (
        settled.invoices.filter((pl.col("after") > 0) & ~pl.col("disputed") & payable)
        .with_columns(pl.col("currency").replace("", currency))
        .group_by("debtor", "creditor", "currency")
        .agg(pl.col("after").sum(), pl.len().alias("invoices"))
        .sort("debtor", "currency", "creditor")
    )
    if rows.is_empty():
        raise DataError("nothing remains to be paid / 没有剩余应付")
    if wrong := [c for c in rows["currency"].unique().to_list() if not is_currency(c)]:
        raise DataError(f"currency {wrong[0]!r} is no ISO 4217 code / 币种应为三位代码")
    digest = hashlib.sha256(rows.write_csv().encode()).hexdigest()
    named, held, banks = names or {}, accounts or {}, agents or {}

    def party(firm: str) -> Party:
        return Party(firm, named.get(firm, firm), held.get(firm), banks.get(firm))

    made = [
        CreditTransfer(
            party(row["debtor"]),
            party(row["creditor"]),
            decimal(row["after"], row["currency"]),
            row["currency"],
            f"{digest[:12]}-{number}-{k}",
            f"轧差后余额，{row['invoices']} 笔 / balance after set-off",
        )
        for number, part in enumerate(rows.partition_by("debtor", "currency", maintain_order=True), 1)
        for k, row in enumerate(part.to_dicts(), 1)
    ]
    return initiation(
        made, f"SW-{on:%Y%m%d}-{digest[:16]}", digest[:16], on, f"{on.isoformat()}T00:00:00", initiator
    )


_HEAD = ("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty")
_BLOCK = ("PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt")
_TRANSFER = ("PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf")


def check_payments(text: str) -> list[str]:
    """What is wrong with a message; empty where it is sound.

    Elements missing or out of order, counts and sums that do not agree, amounts with other decimals than their currency
    has, identifiers that are too long or occur twice. (The schema itself is not shipped.)
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own text, read back
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    mark = f"{{{INITIATION}}}"
    body = root.find(f"{mark}CstmrCdtTrfInitn")
    if root.tag != f"{mark}Document" or body is None or len(body) < 2:
        return ["not a pain.001.001.09 document"]
    faults: list[str] = []
    _order(body[0], _HEAD, mark, faults)
    total, count = Decimal(0), 0
    seen: list[str] = []
    for block in body.findall(f"{mark}PmtInf"):
        transfers = block.findall(f"{mark}CdtTrfTxInf")
        _order(block, (*_BLOCK, *(["CdtTrfTxInf"] * len(transfers))), mark, faults)
        own = sum((_transfer(t, mark, faults) for t in transfers), Decimal(0))
        seen += [t.findtext(f"{mark}PmtId/{mark}EndToEndId") or "" for t in transfers]
        _agrees(block, len(transfers), own, mark, faults)
        total, count = total + own, count + len(transfers)
    faults += [f"EndToEndId {one} occurs twice" for one in dict.fromkeys(seen) if seen.count(one) > 1]
    _agrees(body[0], count, total, mark, faults)
    return faults


def _transfer(transfer: ET.Element, mark: str, faults: list[str]) -> Decimal:
    """The amount of a transfer; zero where it is none in its currency."""
    _order(transfer, _TRANSFER, mark, faults)
    if len(transfer.findtext(f"{mark}PmtId/{mark}EndToEndId") or "") > 35:
        faults.append("EndToEndId is longer than 35")
    found = transfer.find(f"{mark}Amt/{mark}InstdAmt")
    text, code = ("", "") if found is None else (found.text or "", found.get("Ccy", ""))
    value = smallest(text, code)
    if value is None or decimal(value, code) != text:
        faults.append(f"amount {text!r} {code}")
        return Decimal(0)
    return Decimal(text)


def _order(element: ET.Element, wanted: tuple[str, ...], mark: str, faults: list[str]) -> None:
    found = tuple(child.tag.removeprefix(mark) for child in element)
    if found != wanted:
        faults.append(f"{element.tag.removeprefix(mark)}: {found} instead of {wanted}")


def _agrees(element: ET.Element, count: int, total: Decimal, mark: str, faults: list[str]) -> None:
    if element.findtext(f"{mark}NbOfTxs") != str(count) or element.findtext(f"{mark}CtrlSum") != str(total):
        faults.append(f"{element.tag.removeprefix(mark)}: count or sum does not agree")
