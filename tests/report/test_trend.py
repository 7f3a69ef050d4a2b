"""Lines over years: they break where figures come about otherwise."""

from sanwang.report.trend import trend


def test_a_line_breaks_where_figures_come_about_otherwise_and_derived_ones_are_dashed():
    points = [(2021, 4.1), (2022, 4.2), (2023, 4.3), (2024, 4.2)]
    kinds = {"甲": ["derived", "derived", "published", "published"]}
    drawn = str(trend("强度", "%", {"甲": points}, kinds, "虚线为推算"))
    assert drawn.count("<polyline") == 2 and drawn.count("stroke-dasharray") == 1 and "虚线为推算" in drawn
    assert str(trend("强度", "%", {"甲": points})).count("<polyline") == 1
