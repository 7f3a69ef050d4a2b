import re

from report_case import small_plan, small_region

from sanwang.planning.studies.named import name_routes
from sanwang.report.boundaries import city_middle, outlines
from sanwang.report.map import route_map


def test_outlines_hold_every_prefecture_of_the_provinces():
    frame = outlines({"110000", "120000", "130000"}, 660)
    assert frame is not None
    assert set(frame.provinces) == {"110000", "120000", "130000"}
    assert len(frame.cities) == 13


def test_north_is_up_and_cities_fall_inside_the_drawing():
    frame = outlines({"130000"}, 660)
    assert frame is not None
    (x0, y0), (x1, y1) = frame.place(114.5, 38.0), frame.place(118.0, 41.0)
    assert x0 < x1 and y1 < y0
    for x, y in ((x0, y0), (x1, y1)):
        assert 0 < x < frame.width and 0 < y < frame.height


def test_an_unknown_code_has_no_outline_and_no_middle():
    assert outlines({"990000"}, 660) is None
    assert city_middle("990100") is None


def test_each_leg_between_cities_is_an_arc_of_its_stage():
    drawn = route_map(small_region(), name_routes(small_region(), small_plan(), "zh"), "zh")
    assert drawn is not None
    assert len(re.findall(r'class="leg pilot"', drawn)) == 1
    assert len(re.findall(r'class="leg make"', drawn)) == 2
    assert len(re.findall(r'class="leg apply"', drawn)) == 2
    assert {"北京", "天津", "唐山", "石家庄"} <= set(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))


def test_boundaries_stay_small():
    drawn = route_map(small_region(), name_routes(small_region(), small_plan(), "zh"), "zh")
    assert drawn is not None and len(drawn) < 150_000
