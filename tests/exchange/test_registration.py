"""The registration sheet: filled from the deal, checked, filed with the signed text, judged by the office."""

import pytest
from tests_market import contracted, market

from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.registration import filled, form, problems

BY_HAND = {"field": "新材料", "ip": "技术秘密", "plan": "计划外"}


@pytest.fixture
def m(store, clock):
    return market(store, clock)


@pytest.fixture
def sheet(m):
    contracted(m)
    return m.x.mine(m["university_member"], "registration")[0]["id"]


def filed(m, sheet):
    m.x.take(m["university_member"], "registration", sheet, "fill", sheet=BY_HAND)
    m.x.take(m["university_member"], "registration", sheet, "check")
    paper = m.x.keep_document(m["university_member"], m.party["university"], "合同.pdf", b"signed")
    m.x.take(m["university_member"], "registration", sheet, "file", document=paper)


def test_the_deal_fills_all_but_three_fields(m, sheet):
    rows = {label: value for label, value, _ in m.x.sheet(m["university_member"], sheet)}
    assert rows["合同成交额（元）"] == "600000.00"
    assert rows["合同类别"] == "许可"
    assert rows["表式"].endswith("［待核实：仅见摘录或报道］")
    with pytest.raises(Refused) as told:
        m.x.take(m["university_member"], "registration", sheet, "check")
    assert told.value.said("zh").count("缺") == 3
    empty = [f.field for f in form() if f.need and not rows[f.zh]]
    assert empty == ["field", "ip", "plan"]


def test_what_the_deal_says_cannot_be_written_over(m, sheet):
    with pytest.raises(OptionError, match="total"):
        m.x.take(m["university_member"], "registration", sheet, "fill", sheet={"total": 1})


def test_filed_and_registered(m, sheet):
    with pytest.raises(NotFound):
        m.x.show(m["registrar"], "registration", sheet)
    filed(m, sheet)
    assert m.x.show(m["registrar"], "registration", sheet)["state"] == "filed"
    with pytest.raises(Refused, match=r"600,000\.00 CNY"):
        m.x.take(
            m["registrar"], "registration", sheet, "register", number="2026110001", technology=60_000_001
        )
    m.x.take(m["registrar"], "registration", sheet, "register", number="2026110001", technology=50_000_000)
    rows = {label: value for label, value, _ in m.x.sheet(m["university_member"], sheet)}
    assert rows["合同登记编号"] == "2026110001"
    m.x.seal()
    assert m.x.verify() == []


def test_only_the_seller_files_and_only_the_office_judges(m, sheet):
    with pytest.raises(Refused, match="files"):
        m.x.take(m["firm_member"], "registration", sheet, "fill", sheet=BY_HAND)
    filed(m, sheet)
    with pytest.raises(Refused, match="registrar"):
        m.x.take(m["university_member"], "registration", sheet, "register", number="1", technology=1)


def test_what_lacks_is_asked_for_and_lapses(m, sheet, clock):
    filed(m, sheet)
    m.x.take(m["registrar"], "registration", sheet, "ask", why="lacks", words="缺技术附件")
    clock.move(days=40)
    m.x.work()
    assert m.x.show(m["university_member"], "registration", sheet)["state"] == "refused"
    m.x.take(m["university_member"], "registration", sheet, "again")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"technology": 70_000_000}, "more than the contract total"),
        ({"buyer_code": "911100000000000000"}, "fails its check"),
        ({"from_on": "2028-01-01"}, "ends before it begins"),
        ({"type": "other"}, "is not sound"),
        ({"buyer_place": "999999"}, "is not sound"),
        ({"ip": "秘密"}, "is not sound"),
        ({"total": "600000"}, "is not sound"),
    ],
)
def test_each_error_is_told(m, sheet, changed, said):
    with m.x.store.read() as tx:
        deal = m.x.mine(m["university_member"], "deal")[0]["id"]
        whole = filled(tx, deal, BY_HAND)
    assert problems(whole) == []
    assert any(said in en for _, en in problems(whole | changed))
