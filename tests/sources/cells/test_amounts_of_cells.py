import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.schema import KINDS
from sanwang.sources.cells import money_of
from sanwang.sources.cells.amounts import amount, fen
from sanwang.sources.cells.numerals import han_number
from sanwang.sources.sheets import cell_text

WAN = 10_000


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("12.5万", 12_500_000),
        ("3000元", 300_000),
        ("1,200,000", 120_000_000),
        ("１２．５万元", 12_500_000),
        ("￥3,000.50", 300_050),
        ("1.2亿", 12_000_000_000),
        ("人民币 20 万元整", 20_000_000),
        ("五十万", 50_000_000),
        ("两万五", 2_500_000),
        ("叁万伍仟元整", 3_500_000),
        ("2万5", 2_500_000),
        ("8w", 8_000_000),
        ("RMB 1.2 million", 120_000_000),
        (120000, 12_000_000),
        (0.1 + 0.2, 30),
        ("0", 0),
    ],
)
def test_amounts_as_people_write_them(raw, expected):
    assert money_of(raw) == (expected, None)


@pytest.mark.parametrize(
    ("raw", "low", "value", "high"),
    [
        ("50-80万", 50_000_000, 65_000_000, 80_000_000),
        ("50-80", 50_000_000, 65_000_000, 80_000_000),
        ("5000-1万", 500_000, 750_000, 1_000_000),
        ("1.5w~2w", 1_500_000, 1_750_000, 2_000_000),
        ("不超过300", 0, 300_000_000, 300_000_000),
        ("80万元以内", 0, 80_000_000, 80_000_000),
        ("max. 90", 0, 90_000_000, 90_000_000),
        ("不低于45万", 45_000_000, 45_000_000, None),
    ],
)
def test_a_range_keeps_its_ends_and_the_middle_is_used(raw, low, value, high):
    read = fen(amount(raw), WAN)
    assert (read.low, read.value, read.high) == (low, value, high)
    assert read.rule


@pytest.mark.parametrize("raw", ["1,5万", "12,5", "50,00", "1，5万", "abc", True, "几十万", "三五万"])
def test_a_lax_number_is_no_number(raw):
    value, fault = money_of(raw)
    assert value is None
    assert fault.code == "money"


@pytest.mark.parametrize("raw", ["面议", "另议", "待定", "看情况", "TBD", "negotiable"])
def test_what_is_open_is_unknown_and_told(raw):
    read = fen(amount(raw), WAN)
    assert read.value is None
    assert read.fault.code == "money_open"


@pytest.mark.parametrize(
    ("raw", "currency"), [("100万美元", "USD"), ("USD 50k", "USD"), ("€ 20,000", "EUR"), ("HK$5万", "HKD")]
)
def test_another_currency_is_kept_and_never_converted(raw, currency):
    stated = amount(raw)
    read = fen(stated, WAN)
    assert stated.currency == currency
    assert (read.value, read.asks) == (None, "currency")


def test_a_bare_number_without_a_unit_is_asked_about():
    read = fen(amount("80"), None)
    assert (read.value, read.asks) == (None, "unit")
    assert fen(amount("80万"), None).value == 80_000_000


def test_a_number_that_makes_no_sense_in_its_unit_is_asked_about():
    from decimal import Decimal

    read = fen(amount("450000"), WAN, odd=Decimal(450_000))
    assert (read.value, read.asks, read.fault.code) == (45_000_000, "size", "money_odd")


@pytest.mark.parametrize(
    ("raw", "code"), [("0.005元", "money_fraction"), ("99999999999亿", "money_size"), ("1e400", "money_size")]
)
def test_amounts_that_cannot_be_held_are_told(raw, code):
    assert money_of(raw)[1].code == code


@given(st.integers(min_value=0, max_value=2**53 - 1))
def test_written_amounts_read_back(value):
    field = KINDS["needs"].fields["budget"]
    assert money_of(cell_text(field, value)) == (value, None)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_chinese_numerals_read_back(number):
    assert han_number(in_chinese(number)) == number


def in_chinese(number):
    """The number in Chinese numerals, written out in full (a second, plain implementation)."""

    def below_myriad(n):
        said, gap = "", False
        for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = n // unit % 10
            if digit:
                said += ("零" if gap and said else "") + "零一二三四五六七八九"[digit] + word
                gap = False
            else:
                gap = True
        return said

    high, low = divmod(number, 10_000)
    if not high:
        return below_myriad(low)
    return below_myriad(high) + "万" + (("零" if low < 1000 else "") + below_myriad(low) if low else "")
