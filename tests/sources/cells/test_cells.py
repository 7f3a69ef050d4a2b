import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.schema import KINDS
from sanwang.sources.cells import reader, split_list
from sanwang.sources.cells.dates import date, year
from sanwang.sources.cells.figures import DAYS, real, share, span
from sanwang.sources.cells.parse import Unit, id_of, text_of, trl_read, uscc_read
from sanwang.sources.cells.people import emails, masked, person, phones
from sanwang.sources.cells.wording import choice
from sanwang.sources.places import place_list, place_parser
from sanwang.sources.sheets import cell_text

MONTH = DAYS["个月"]


@pytest.mark.parametrize(
    "raw",
    ["2027-12-31", "2027/12/31", "2027.12.31", "2027年12月31日", "20271231", "２０２７-１２-３１", 46752, "2027年底", "31/12/2027", "2027年下半年",
     "Q4 2027", "end of 2027", "31 Dec 2027", "27年底", "二〇二七年底"],
)  # fmt: skip
def test_the_last_day_of_2027_in_many_ways(raw):
    assert date(raw).value == dt.date(2027, 12, 31)


def test_a_month_alone_is_its_last_day_and_told():
    read = date("2028年2月")
    assert (read.value, read.fault.code, read.fault.severity) == (
        dt.date(2028, 2, 29),
        "date_month",
        "warning",
    )


def test_a_span_of_dates_is_its_last_day_with_the_first_kept():
    read = date("2026-03-01 至 2026-06-30")
    assert (read.low, read.value) == (dt.date(2026, 3, 1), dt.date(2026, 6, 30))


@pytest.mark.parametrize(
    ("raw", "code"),
    [("2027-02-30", "date"), ("2027-13-01", "date"), ("明年3月", "date_vague"), ("一年内", "date_vague"), ("年底", "date_vague"),
     ("03/04/2026", "date_order"), ("尽快", "cell_open"), ("甲", "date")],
)  # fmt: skip
def test_what_is_no_date_is_unknown_and_says_why(raw, code):
    read = date(raw)
    assert read.value is None
    assert read.fault.code == code


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2024", 2024),
        ("2024年6月", 2024),
        ("22年", 2022),
        ("二〇〇三年", 2003),
        ("1996-03", 1996),
        (2023.0, 2023),
        ("2021-2023", 2023),
    ],
)
def test_years(raw, expected):
    assert year(raw).value == expected


@pytest.mark.parametrize(
    ("raw", "low", "value", "high"),
    [("TRL6", None, 6, None), ("第六级", None, 6, None), ("６", None, 6, None), ("6-7级", 6, 6, 7), ("TRL5以上", 5, 5, 9), ("中试", 5, 6, 7),
     ("已量产", 8, 8, 9), ("小试→中试", 4, 5, 7), ("概念验证（TRL3）", None, 3, None), ("pilot", 5, 6, 7)],
)  # fmt: skip
def test_readiness_levels_in_figures_and_words(raw, low, value, high):
    read = trl_read(raw)
    assert (read.low, read.value, read.high) == (low, value, high)


@pytest.mark.parametrize("raw", [0, 10, 6.5, "TRL12", "甲乙", -3])
def test_impossible_readiness_levels(raw):
    assert trl_read(raw).fault.code == "trl"


def test_a_level_that_a_spreadsheet_made_a_date_is_lost_and_told():
    assert trl_read(dt.datetime(2026, 6, 7)).fault.code == "trl_date"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("3.65%", 0.0365),
        ("5‰", 0.005),
        (0.04, 0.04),
        ("４％", 0.04),
        ("5个百分点", 0.05),
        ("月息3.5‰", 0.042),
        ("三成", 0.3),
        (4.35, 0.0435),
    ],
)
def test_shares(raw, expected):
    assert share(raw).value == pytest.approx(expected)


def test_a_floating_rate_has_no_value():
    assert share("LPR+50BP").fault.code == "share_floating"
    assert share("5", percent=True).value == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("raw", "months"),
    [
        ("3年", 36),
        ("180天", 6),
        ("半年", 6),
        ("一年半", 18),
        ("8-10个月", 9),
        ("12 weeks", 3),
        ("最长5年", 60),
        ("18个月", 18),
    ],
)
def test_spans_of_time_in_months(raw, months):
    assert span(raw, MONTH, MONTH).value == months


def test_a_bare_span_without_a_unit_is_asked_about():
    assert span("8", MONTH, None).asks == "unit"
    assert span("8", MONTH, DAYS["周"]).value == 2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("12项", 12), ("约20", 20), ("5万卡时", 50_000), ("6项/年", 6), ("1,800", 1800), ("1人（兼职）", 1)],
)
def test_counts_with_their_counters(raw, expected):
    assert real(raw).value == expected


def test_identifiers_keep_leading_zeros_lose_unseen_characters_and_a_number_s_point():
    assert id_of("000123") == ("000123", None)
    assert id_of(123.0) == ("123", None)
    assert id_of("Ｒ００１") == ("R001", None)
    assert id_of("N1\u200b") == ("N1", None)


def test_a_code_that_became_a_number_is_lost_and_told():
    assert uscc_read("9.11306E+17").fault.code == "digits_lost"
    assert uscc_read(9.11306e17).value is None


def test_text_keeps_breaks_and_emoji_and_loses_control_characters():
    assert text_of("第一行\r\n第二行 🚀") == ("第一行\n第二行 🚀", None)
    value, fault = text_of("坏\x07字符")
    assert value == "坏字符"
    assert fault.code == "text_control"


@pytest.mark.parametrize(
    ("raw", "found", "name"),
    [
        ("小韩☎️１３８０００００５０１", ("13800000501",), "小韩"),
        ("阿舟①13800000507 ②022-55550507", ("13800000507", "022-55550507"), "阿舟"),
        ("(0311)55550121", ("(0311)55550121",), None),
        ("王工 0312—5550506转12", ("0312-5550506转12",), "王工"),
        ("张三", (), "张三"),
    ],
)
def test_phones_and_names_in_one_cell(raw, found, name):
    assert phones(raw) == found
    assert person(raw) == name


def test_personal_data_on_a_screen_is_masked():
    assert emails("写信 a.b@example.com") == ("a.b@example.com",)
    assert masked("13800000501") == "138****0501"
    assert masked("ab@example.com") == "a***@example.com"
    assert masked("郝建章") == "郝**"


@pytest.mark.parametrize(
    ("vocabulary", "raw", "code"),
    [("product_kind", "质押贷款", "loan"), ("obligation_status", "有异议，在对账", "disputed"), ("obligation_status", "未付（已开票）", "open"),
     ("obligation_status", "已付清", "settled"), ("openness", "不公开", "nda"), ("openness", "机密", "nda"), ("contract_type", "LICENCE", "licence")],
)  # fmt: skip
def test_words_of_closed_lists_as_people_write_them(vocabulary, raw, code):
    assert choice(vocabulary, raw).value == code


def test_a_word_that_is_not_understood_never_gives_anything_away():
    read = choice("openness", "看着办")
    assert (read.value, read.rule, read.asks) == ("nda", "choice_strict", "choice")
    assert choice("obligation_status", "说好抵运费").value == "unclear"
    assert choice("firm_size", "还行").value is None


def test_places_by_zone_by_group_and_by_what_stands_in_front():
    parse = place_parser(None)
    assert parse("亦庄")[0] == "110115"
    assert parse("天津泰达")[0] == "120116"
    assert parse("石家庄市高新区")[0] == "130100"
    assert parse("Nanshan, Shenzhen")[0] == "440305"
    assert parse("朝阳")[1].code == "place_ambiguous"
    assert "裕华" not in str(parse("石家庄市裕花区")[0])
    assert place_list(parse)("京津冀及山东")[0] == ["110000", "120000", "130000", "370000"]


@given(
    st.lists(
        st.text(alphabet="甲乙a1;、,， \\", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4
    )
)
def test_lists_read_back_as_written(items):
    field = KINDS["achievements"].fields["keywords"]
    clean = [i for i in items if not i.endswith("\\") and "\\;" not in i]
    if clean:
        assert split_list(field, str(cell_text(field, clean))) == clean


@settings(deadline=None)
@given(
    st.one_of(
        st.text(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
    )
)
def test_no_cell_crashes_any_reader(raw):
    units = (Unit(), Unit(yuan=None, days=None, percent=True), Unit(yuan=10_000, days=MONTH, times=12))
    for kind in KINDS.values():
        for field in kind.fields.values():
            for unit in units if field.item in ("money", "share", "int") else units[:1]:
                found = reader(field, lambda text: (text, None), unit)(raw)
                assert found.fault is None or found.fault.code
