"""Amounts in the scale of their currency, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.standards.currencies import decimal, shown, smallest


@pytest.mark.parametrize(
    "amount, unit, plain, words",
    [
        (123_450, "CNY", "1234.50", "1,234.50 CNY"),
        (-5, "CNY", "-0.05", "-0.05 CNY"),
        (1200, "JPY", "1200", "1,200 JPY"),
        (1, "KWD", "0.001", "0.001 KWD"),
    ],
)
def test_an_amount_as_it_is_written(amount, unit, plain, words):
    assert (decimal(amount, unit), shown(amount, unit)) == (plain, words)


@given(st.integers(0, 10**17), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_written_reads_the_same(amount, unit):
    assert smallest(decimal(amount, unit), unit) == amount


@pytest.mark.parametrize("text, unit", [("1.5", "JPY"), ("0.001", "CNY"), ("-1", "CNY"), ("1e3", "CNY"), ("", "CNY"),
                                        ("1,000", "CNY")])  # fmt: skip
def test_what_is_no_amount_is_none(text, unit):
    assert smallest(text, unit) is None


def test_more_decimals_that_are_zero_are_no_finer():
    assert smallest("12.500", "CNY") == 1250
