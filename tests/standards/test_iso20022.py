"""Statements as banks write them: booked entries, bundles, missing references; and what is refused whole."""

import datetime as dt

import pytest

from sanwang.errors import InputError
from sanwang.standards.iso20022 import (
    CreditTransfer,
    Party,
    Status,
    initiation,
    kind_of,
    read_statement,
    read_status,
    references,
)

ENTRY = """<Ntry><Amt Ccy="CNY">600.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-12-01</Dt></BookgDt><AcctSvcrRef>K1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>SW1</EndToEndId></Refs><RmtInf><Ustrd>货款</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def statement(*entries, version="02"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>
<Stmt><Id>S1</Id>{"".join(entries)}</Stmt></BkToCstmrStmt></Document>"""


@pytest.mark.parametrize("version, status", [("02", "BOOK"), ("08", "<Cd>BOOK</Cd>")])
def test_a_booked_entry(version, status):
    [line] = read_statement(statement(ENTRY.format(status=status), version=version))
    assert (line.statement, line.no, line.way, line.amount, line.currency) == ("S1", 1, "out", 60_000, "CNY")
    assert (line.booked_on, line.reference, line.bank_reference) == (dt.date(2026, 12, 1), "SW1", "K1")
    assert line.words == "货款"


def test_what_is_only_pending_is_passed_over():
    assert read_statement(statement(ENTRY.format(status="PDNG"))) == []


def test_a_bundle_gives_a_line_each_where_every_part_states_its_amount():
    part = '<TxDtls><Refs><EndToEndId>R{0}</EndToEndId></Refs><Amt Ccy="CNY">{1}</Amt></TxDtls>'
    bundle = ('<Ntry><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt>'
              "</BookgDt><NtryDtls>{}</NtryDtls></Ntry>")  # fmt: skip
    whole = bundle.format(part.format(1, "4.00") + part.format(2, "6.00"))
    assert [(x.no, x.reference, x.amount) for x in read_statement(statement(whole))] == [
        (1, "R1", 400),
        (2, "R2", 600),
    ]
    lacking = bundle.format(part.format(1, "4.00") + part.format(2, "5.00"))
    [line] = read_statement(statement(lacking))
    assert (line.amount, line.reference) == (1000, None)


def test_a_reference_that_nobody_gave_is_none():
    [line] = read_statement(statement(ENTRY.format(status="BOOK").replace("SW1", "NOTPROVIDED")))
    assert line.reference is None


def test_yen_have_no_decimals():
    [line] = read_statement(statement(ENTRY.format(status="BOOK").replace('"CNY">600.00', '"JPY">600')))
    assert (line.amount, line.currency) == (600, "JPY")


@pytest.mark.parametrize(
    "text",
    [
        "not xml",
        "<Document/>",
        statement(ENTRY.format(status="BOOK")).replace("600.00", "600.001"),
        statement(ENTRY.format(status="BOOK")).replace("600.00", "-600.00"),
        statement(ENTRY.format(status="BOOK")).replace("CNY", "yuan"),
        statement(ENTRY.format(status="BOOK")).replace("DBIT", "DEBIT"),
        statement(ENTRY.format(status="BOOK")).replace("2026-12-01", "soon"),
        statement(ENTRY.format(status="BOOK")).replace("<Id>S1</Id>", ""),
        '<!DOCTYPE d [<!ENTITY a "b">]>' + statement(ENTRY.format(status="BOOK")).partition("?>")[2],
    ],
)
def test_what_cannot_be_read_is_refused_whole(text):
    with pytest.raises(InputError):
        read_statement(text)


def test_the_sum_of_a_message_is_exact():
    ways = [CreditTransfer(Party("a", "甲"), Party("b", "乙"), "0.10", "CNY", f"R{n}", "w") for n in range(3)]
    text = initiation(ways, "M", "B", dt.date(2026, 12, 1), "2026-12-01T00:00:00")
    assert text.count("<CtrlSum>0.30</CtrlSum>") == 2


def report(inside, group=""):
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R</MsgId>
</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>{inside}</CstmrPmtStsRpt></Document>"""


REFUSED = """<TxInfAndSts><OrgnlEndToEndId>SW1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>
<AddtlInf>账户已销户</AddtlInf></StsRsnInf></TxInfAndSts>"""


def test_a_status_report_speaks_of_an_order_a_block_or_the_whole_message():
    block = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts>"
    part = block.format("<PmtInfSts>PART</PmtInfSts>" + REFUSED)
    assert read_status(report(part, "<GrpSts>PART</GrpSts>")) == [
        Status("M1", "B1", "SW1", "RJCT", None, "AC04 账户已销户")
    ]
    whole = read_status(report(block.format("<PmtInfSts>RJCT</PmtInfSts>")))
    assert whole == [Status("M1", "B1", None, "RJCT", None, "")]
    assert read_status(report("", "<GrpSts>ACTC</GrpSts>")) == [Status("M1", None, None, "ACTC", None, "")]


def test_a_message_is_known_by_what_is_in_it_and_references_by_their_block():
    assert kind_of(report("")) == "status" and kind_of(statement()) == "statement"
    parties = [(Party(f"P{n}", "甲"), f"R{n}") for n in (1, 1, 2)]
    orders = [
        CreditTransfer(p, Party("Q", "乙"), "1.00", "CNY", f"{r}{i}", "") for i, (p, r) in enumerate(parties)
    ]
    text = initiation(orders, "M1", "B", dt.date(2026, 12, 1), "2026-12-01T00:00:00")
    assert references(text) == ["R10", "R11", "R22"]
    assert references(text, "B-1") == ["R10", "R11"] and references(text, "B-9") == []


def test_a_notification_is_read_like_a_statement_and_known_by_its_name():
    text = statement(ENTRY.format(status="BOOK")).replace("Stmt", "Ntfctn").replace("camt.053", "camt.054")
    [line] = read_statement(text)
    assert (line.statement, line.amount) == ("camt.054 S1", 60_000)
