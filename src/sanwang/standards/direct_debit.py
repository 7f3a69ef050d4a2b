"""Direct debits to be collected by a creditor's bank: ISO 20022 pain.008.001.08, customer direct debit initiation.

A debit stands on a mandate that the debtor signed; it is collected on the day it is due and on no other. What would
make a bank refuse or misread the message is refused here: amounts finer than their currency, a day before the mandate,
one mandate first or final twice, references that are the same once they are shortened.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sanwang.errors import DataError
from sanwang.standards.currencies import decimal, is_currency, smallest
from sanwang.standards.iso20022 import Party, add, agent, counts, party, shortened

COLLECTION = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"

DIGITS = 18
"""The schema's limit for an amount and a sum."""

SEQUENCES = ("FRST", "RCUR", "FNAL", "OOFF")
"""First, recurring, final of a mandate that is used again, and the only one of a mandate."""


@dataclass(frozen=True)
class Mandate:
    """A debtor's authority to collect: its identifier with the creditor, and the day it was signed."""

    id: str
    signed_on: dt.date


@dataclass(frozen=True)
class Debit:
    """One debit: ``amount`` is a plain decimal in the currency's own scale, ``due_on`` the day it is collected."""

    creditor: Party
    debtor: Party
    amount: str
    currency: str
    reference: str
    words: str
    due_on: dt.date
    mandate: Mandate
    sequence: str


def collection(
    debits: Sequence[Debit], message: str, blocks: str, created: str, initiator: str = "Sanwang"
) -> str:
    """The message: a block for each creditor, currency, due date and place in the mandate's sequence.

    ``message`` identifies it, ``blocks`` begins each block's identifier, ``created`` is an ISO date and time. Raises
    DataError, with every fault of the debits, where there is one or no debit at all.
    """
    if wrong := (faults(debits) or ([] if debits else ["no debit"])):
        raise DataError("; ".join(wrong), "；".join(wrong))
    ET.register_namespace("", COLLECTION)
    root = ET.Element(f"{{{COLLECTION}}}Document")
    body = add(root, "CstmrDrctDbtInitn")
    head = add(body, "GrpHdr")
    add(head, "MsgId", shortened(message, 35))
    add(head, "CreDtTm", created)
    counts(head, debits)
    add(add(head, "InitgPty"), "Nm", initiator[:140])
    for number, (_, part) in enumerate(groupby(sorted(debits, key=_place), key=_place), 1):
        _block(body, shortened(f"{blocks}-{number}", 35), list(part))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def faults(debits: Sequence[Debit]) -> list[str]:
    """What is wrong with debits, each in a sentence."""
    found = [f"{d.reference}: {fault}" for d in debits for fault in _faults(d)]
    for name, key in (("reference", _reference), ("mandate and sequence", _once)):
        twice = [str(k) for k, n in Counter(key(d) for d in debits).items() if n > 1 and k is not None]
        found += [f"{name} {k} stands twice / 重复" for k in twice]
    if not found and len(sum((Decimal(d.amount) for d in debits), Decimal(0)).as_tuple().digits) > DIGITS:
        found.append(f"the sum has more than {DIGITS} digits / 合计超过 {DIGITS} 位")
    return found


def _faults(debit: Debit) -> list[str]:
    value = smallest(debit.amount, debit.currency) if is_currency(debit.currency) else None
    checks = {
        f"{debit.amount} {debit.currency} is no amount / 金额有误": not value
        or decimal(value, debit.currency) != debit.amount,
        f"{debit.sequence} is none of {', '.join(SEQUENCES)} / 序列类型有误": debit.sequence not in SEQUENCES,
        "due before its mandate was signed / 收款日早于授权日": debit.due_on < debit.mandate.signed_on,
        "it has no mandate / 缺授权编号": not debit.mandate.id.strip(),
        "it has no reference / 缺参考号": not debit.reference.strip(),
    }
    return [said for said, wrong in checks.items() if wrong]


def _reference(debit: Debit) -> str:
    return shortened(debit.reference, 35)


def _once(debit: Debit) -> tuple[str, str, str] | None:
    """A mandate is used first, finally, or alone once; recurring debits are as many as there are."""
    return None if debit.sequence == "RCUR" else (debit.creditor.id, debit.mandate.id, debit.sequence)


def _place(debit: Debit) -> tuple[str, str, dt.date, str]:
    return debit.creditor.id, debit.currency, debit.due_on, debit.sequence


def _block(body: ET.Element, name: str, debits: Sequence[Debit]) -> None:
    first = debits[0]
    block = add(body, "PmtInf")
    add(block, "PmtInfId", name)
    add(block, "PmtMtd", "DD")
    counts(block, debits)
    add(add(block, "PmtTpInf"), "SeqTp", first.sequence)
    add(block, "ReqdColltnDt", first.due_on.isoformat())
    party(block, "Cdtr", first.creditor)
    agent(block, "CdtrAgt", first.creditor.agent)
    for one in debits:
        _debit(add(block, "DrctDbtTxInf"), one)


def _debit(made: ET.Element, one: Debit) -> None:
    add(add(made, "PmtId"), "EndToEndId", shortened(one.reference, 35))
    add(made, "InstdAmt", one.amount).set("Ccy", one.currency)
    mandate = add(add(made, "DrctDbtTx"), "MndtRltdInf")
    add(mandate, "MndtId", shortened(one.mandate.id, 35))
    add(mandate, "DtOfSgntr", one.mandate.signed_on.isoformat())
    agent(made, "DbtrAgt", one.debtor.agent)
    party(made, "Dbtr", one.debtor)
    if one.words:
        add(add(made, "RmtInf"), "Ustrd", one.words[:140])
