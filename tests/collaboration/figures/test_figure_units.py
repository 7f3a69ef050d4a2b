import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanwang.collaboration.figures.units import SPELLINGS, in_unit, measured, registry, same_dimension


@pytest.mark.parametrize("name", sorted(set(SPELLINGS.values())))
def test_every_unit_of_the_table_is_known_to_the_registry(name):
    registry().Unit(name)


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "there"),
    [
        (1, "g/cm3", "kg/m3", 1000),
        (2, "小时", "min", 120),
        (20, "℃", "K", 293.15),
        (1, "W/(m·K)", "mW/(m·K)", 1000),
        (1, "立方米/小时", "L/min", 1000 / 60),
        (3, "克每升", "mg/mL", 3),
    ],
)
def test_units_are_converted_as_quotients_and_products(value, unit, wanted, there):
    assert in_unit(value, unit, wanted) == pytest.approx(there)


@pytest.mark.parametrize(
    ("a", "b"), [("台", "条"), ("HRC", "HB"), ("dB", "%"), ("元", "美元"), ("MPa", "mm"), ("°", "%")]
)
def test_scales_and_counts_are_measured_in_themselves_only(a, b):
    assert same_dimension(a, a) and not same_dimension(a, b)


def test_what_is_no_unit_is_told():
    assert measured("闪") is None and not same_dimension("闪", "m")


@given(st.floats(-1e6, 1e6))
def test_a_value_survives_the_way_to_another_unit_and_back(value):
    there = in_unit(value, "mm", "米")
    assert there is not None and in_unit(there, "米", "mm") == pytest.approx(value)
