import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.schema import KINDS
from sanwang.sources import cells
from sanwang.sources.sheets import cell_text


@pytest.mark.parametrize(
    ("raw", "fen"),
    [
        ("12.5万", 12_500_000),
        ("3000元", 300_000),
        ("1,200,000", 120_000_000),
        ("１２．５万元", 12_500_000),
        ("￥3,000.50", 300_050),
        ("1.2亿", 12_000_000_000),
        ("人民币 20 万元整", 20_000_000),
        (120000, 12_000_000),
        (0.1 + 0.2, 30),
        ("0", 0),
    ],
)
def test_amounts_as_people_write_them(raw, fen):
    assert cells.money_of(raw) == (fen, None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("五十万", "money"),
        ("50-100万", "money"),
        ("abc", "money"),
        ("0.005元", "money_fraction"),
        ("1e400", "money"),
        ("99999999999亿", "money_size"),
        ("面议", "money_open"),
        (True, "money"),
    ],
)
def test_what_is_no_amount_is_told(raw, code):
    value, fault = cells.money_of(raw)
    assert value is None
    assert fault.code == code


def test_the_heading_s_unit_counts_unless_the_cell_names_its_own():
    assert cells.money_of("38.5", scale=10_000) == (38_500_000, None)
    assert cells.money_of("38.5元", scale=10_000) == (3_850, None)


@given(st.integers(min_value=0, max_value=2**53 - 1))
def test_written_amounts_read_back(fen):
    field = KINDS["needs"].fields["budget"]
    assert cells.money_of(cell_text(field, fen)) == (fen, None)


@pytest.mark.parametrize(
    "raw",
    ["2027-12-31", "2027/12/31", "2027.12.31", "2027年12月31日", "20271231", "２０２７-１２-３１", 46752],
)
def test_dates_as_people_write_them(raw):
    assert cells.date_of(raw) == (dt.date(2027, 12, 31), None)


def test_a_month_alone_is_its_last_day_and_told():
    value, fault = cells.date_of("2028年2月")
    assert value == dt.date(2028, 2, 29)
    assert fault.severity == "warning"


@pytest.mark.parametrize("raw", ["2027-02-30", "2027-13-01", "明年", "31/12/2027", ""])
def test_what_is_no_date_is_told(raw):
    assert cells.date_of(raw)[1].code == "date"


@pytest.mark.parametrize(
    ("raw", "level"), [("TRL6", 6), ("6级", 6), ("第六级", 6), (6.0, 6), ("６", 6), ("TRL-6", 6)]
)
def test_readiness_levels(raw, level):
    assert cells.trl_of(raw) == (level, None)


@pytest.mark.parametrize("raw", [0, 10, 6.5, "TRL12", "较成熟", -3])
def test_impossible_readiness_levels(raw):
    assert cells.trl_of(raw)[1].code == "trl"


@pytest.mark.parametrize(("raw", "share"), [("3.65%", 0.0365), ("5‰", 0.005), (0.04, 0.04), ("４％", 0.04)])
def test_shares(raw, share):
    assert cells.share_of(raw)[0] == pytest.approx(share)


def test_identifiers_keep_leading_zeros_and_lose_the_point_of_a_number():
    assert cells.id_of("000123") == ("000123", None)
    assert cells.id_of(123.0) == ("123", None)
    assert cells.id_of("Ｒ００１") == ("R001", None)


def test_text_keeps_breaks_and_emoji_and_loses_control_characters():
    assert cells.text_of("第一行\r\n第二行 🚀") == ("第一行\n第二行 🚀", None)
    value, fault = cells.text_of("坏\x07字符")
    assert value == "坏字符"
    assert fault.code == "text_control"


@given(
    st.lists(
        st.text(alphabet="甲乙a1;、,， \\", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4
    )
)
def test_lists_read_back_as_written(items):
    field = KINDS["achievements"].fields["keywords"]
    clean = [i for i in items if not i.endswith("\\") and "\\;" not in i]
    if clean:
        assert cells.split_list(field, str(cell_text(field, clean))) == clean


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes()))
def test_no_cell_crashes_any_parser(raw):
    for kind in KINDS.values():
        for field in kind.fields.values():
            if field.item != "place":
                _, fault = cells.parser(field, lambda t: (t, None))(raw)
                assert fault is None or fault.code
