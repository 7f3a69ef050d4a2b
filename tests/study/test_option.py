import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.errors import OptionError
from sanwang.study.option import (
    DAY,
    PLACE,
    YEARS,
    Option,
    OptionType,
    choice,
    money,
    real,
    share,
    value_of,
    whole,
)


def read(kind: OptionType, given: object) -> object:
    return value_of("x", Option("", "", kind), given)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("300万", 300_000_000), ("50000元", 5_000_000), ("1.5亿元", 15_000_000_000), ("1,200元", 120_000)],
)
def test_money_is_read_as_people_type_it(text: str, fen: int):
    assert read(money(), text) == fen


@pytest.mark.parametrize("text", ["300", "1,200", "很多", "", 300.0, True, -1, None])
def test_money_without_a_unit_is_asked_about(text: object):
    with pytest.raises(OptionError):
        read(money(), text)


@given(st.integers(0, 10**12))
def test_whole_fen_in_python_stay_what_they_are(fen: int):
    assert read(money(), fen) == fen


@pytest.mark.parametrize(("text", "value"), [("30%", 0.3), ("0.3", 0.3), (1, 1.0), ("0％", 0.0)])
def test_shares(text: object, value: float):
    assert read(share(), text) == value


@pytest.mark.parametrize("bad", [30, "130%", "nan", "", "half", True])
def test_what_is_no_share(bad: object):
    with pytest.raises(OptionError):
        read(share(), bad)


def test_numbers_stay_within_their_bounds():
    assert read(whole(1, 9), "9") == 9 and read(real(0), "0.5") == 0.5
    for kind, bad in ((whole(1, 9), 10), (whole(), 1.5), (real(0), -1), (real(), "nan"), (whole(), True)):
        with pytest.raises(OptionError):
            read(kind, bad)


def test_a_choice_is_never_guessed():
    assert read(choice("today", "unified"), "today") == "today"
    with pytest.raises(OptionError, match="today, unified"):
        read(choice("today", "unified"), "Today")


def test_years_are_consecutive():
    assert read(YEARS, "2026-2028") == range(2026, 2029) and read(YEARS, "2026") == range(2026, 2027)
    for bad in ((2026, 2030), "2030-2026", range(0), range(2026, 2030, 2), "soon"):
        with pytest.raises(OptionError):
            read(YEARS, bad)


@pytest.mark.parametrize(
    ("text", "code"), [("河北", "130000"), ("13", "130000"), ("北京市", "110000"), ("130100", "130100")]
)
def test_places_by_name_or_code(text: str, code: str):
    assert read(PLACE, text) == code


def test_an_unknown_place_is_not_guessed():
    with pytest.raises(OptionError):
        read(PLACE, "火星")


def test_days():
    assert read(DAY, "2026-03-01") == dt.date(2026, 3, 1) == read(DAY, dt.datetime(2026, 3, 1, 9))
    with pytest.raises(OptionError):
        read(DAY, "明天")


def test_several_values_are_a_list():
    several = Option("", "", PLACE, many=True)
    assert value_of("home", several, ["北京", "12"]) == ("110000", "120000")
    with pytest.raises(OptionError, match="list"):
        value_of("home", several, "北京")
