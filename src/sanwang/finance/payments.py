"""What remains to be paid after a set-off, as an ISO 20022 credit transfer initiation (pain.001.001.09)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

import polars as pl

from sanwang.errors import DataError
from sanwang.finance.setoff import Settlement

SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
UNKNOWN = "NOTPROVIDED"
"""What stands for an account or agent that nobody stated."""


def payments(
    settled: Settlement,
    on: dt.date,
    names: Mapping[str, str] | None = None,
    accounts: Mapping[str, str] | None = None,
    initiator: str = "Sanwang",
    currency: str = "CNY",
) -> str:
    """The message: one payment block a debtor and currency, one transfer a creditor, for execution on a date.

    Disputed debts are not paid. ``currency`` stands for amounts that state none. The same settlement and date give the
    same text: identifiers are hashes, the creation time is midnight of ``on``. Raises DataError where nothing remains
    or a currency is no three-letter code.
    """
    rows = (
        settled.invoices.filter((pl.col("after") > 0) & ~pl.col("disputed"))
        .with_columns(pl.col("currency").replace("", currency))
        .group_by("debtor", "creditor", "currency")
        .agg(pl.col("after").sum(), pl.len().alias("invoices"))
        .sort("debtor", "currency", "creditor")
    )
    if rows.is_empty():
        raise DataError("nothing remains to be paid / 没有剩余应付")
    if wrong := [c for c in rows["currency"].unique().to_list() if not re.fullmatch(r"[A-Z]{3}", c)]:
        raise DataError(f"currency {wrong[0]!r} is no ISO 4217 code / 币种应为三位代码")
    digest = hashlib.sha256(rows.write_csv().encode()).hexdigest()
    ET.register_namespace("", SPACE)
    root = ET.Element(f"{{{SPACE}}}Document")
    body = _add(root, "CstmrCdtTrfInitn")
    head = _add(body, "GrpHdr")
    _add(head, "MsgId", f"SW-{on:%Y%m%d}-{digest[:16]}")
    _add(head, "CreDtTm", f"{on.isoformat()}T00:00:00")
    _add(head, "NbOfTxs", str(rows.height))
    _add(head, "CtrlSum", _amount(int(rows["after"].sum())))
    _add(_add(head, "InitgPty"), "Nm", initiator[:140])
    named, held = names or {}, accounts or {}
    for number, ((debtor, unit), part) in enumerate(_by_debtor(rows), 1):
        block = _add(body, "PmtInf")
        _add(block, "PmtInfId", f"{digest[:16]}-{number}")
        _add(block, "PmtMtd", "TRF")
        _add(block, "NbOfTxs", str(part.height))
        _add(block, "CtrlSum", _amount(int(part["after"].sum())))
        _add(_add(block, "ReqdExctnDt"), "Dt", on.isoformat())
        _party(block, "Dbtr", debtor, named)
        _account(block, "DbtrAcct", held.get(debtor))
        _agent(block, "DbtrAgt")
        for k, row in enumerate(part.to_dicts(), 1):
            transfer = _add(block, "CdtTrfTxInf")
            _add(_add(transfer, "PmtId"), "EndToEndId", f"{digest[:12]}-{number}-{k}")
            _add(_add(transfer, "Amt"), "InstdAmt", _amount(row["after"])).set("Ccy", unit)
            _agent(transfer, "CdtrAgt")
            _party(transfer, "Cdtr", row["creditor"], named)
            _account(transfer, "CdtrAcct", held.get(row["creditor"]))
            _add(
                _add(transfer, "RmtInf"), "Ustrd", f"轧差后余额，{row['invoices']} 笔 / balance after set-off"
            )
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _by_debtor(rows: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    for key, part in rows.group_by("debtor", "currency", maintain_order=True):
        yield (str(key[0]), str(key[1])), part


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{SPACE}}}{name}")
    child.text = text
    return child


def _amount(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _party(parent: ET.Element, name: str, firm: str, names: Mapping[str, str]) -> None:
    party = _add(parent, name)
    _add(party, "Nm", names.get(firm, firm)[:140])
    _add(_add(_add(_add(party, "Id"), "OrgId"), "Othr"), "Id", firm[:35])


def _account(parent: ET.Element, name: str, account: str | None) -> None:
    _add(_add(_add(_add(parent, name), "Id"), "Othr"), "Id", (account or UNKNOWN)[:34])


def _agent(parent: ET.Element, name: str) -> None:
    _add(_add(_add(_add(parent, name), "FinInstnId"), "Othr"), "Id", UNKNOWN)


_HEAD = ("MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty")
_BLOCK = ("PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt")
_TRANSFER = ("PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf")


def check_payments(text: str) -> list[str]:
    """What is wrong with a message: elements missing or out of order, counts and sums that do not agree, amounts with
    more than two decimals, identifiers that are too long. Empty where it is sound. (The schema itself is not shipped.)
    """
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own text, read back
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    mark = f"{{{SPACE}}}"
    body = root.find(f"{mark}CstmrCdtTrfInitn")
    if root.tag != f"{mark}Document" or body is None or len(body) < 2:
        return ["not a pain.001.001.09 document"]
    faults: list[str] = []
    _order(body[0], _HEAD, mark, faults)
    total, count = 0, 0
    for block in body.findall(f"{mark}PmtInf"):
        transfers = block.findall(f"{mark}CdtTrfTxInf")
        _order(block, (*_BLOCK, *(["CdtTrfTxInf"] * len(transfers))), mark, faults)
        own = 0
        for transfer in transfers:
            _order(transfer, _TRANSFER, mark, faults)
            amount = transfer.findtext(f"{mark}Amt/{mark}InstdAmt") or ""
            if not re.fullmatch(r"\d{1,16}\.\d{2}", amount):
                faults.append(f"amount {amount!r}")
            else:
                own += int(amount.replace(".", ""))
            if len(transfer.findtext(f"{mark}PmtId/{mark}EndToEndId") or "") > 35:
                faults.append("EndToEndId is longer than 35")
        _agrees(block, len(transfers), own, mark, faults)
        total, count = total + own, count + len(transfers)
    _agrees(body[0], count, total, mark, faults)
    return faults


def _order(element: ET.Element, wanted: tuple[str, ...], mark: str, faults: list[str]) -> None:
    found = tuple(child.tag.removeprefix(mark) for child in element)
    if found != wanted:
        faults.append(f"{element.tag.removeprefix(mark)}: {found} instead of {wanted}")


def _agrees(element: ET.Element, count: int, total: int, mark: str, faults: list[str]) -> None:
    if element.findtext(f"{mark}NbOfTxs") != str(count) or element.findtext(f"{mark}CtrlSum") != _amount(
        total
    ):
        faults.append(f"{element.tag.removeprefix(mark)}: count or sum does not agree")
