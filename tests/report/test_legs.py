from report_case import ROWS, small_plan, small_region

from sanwang.planning.studies.named import name_routes
from sanwang.report.legs import legs, stops


def test_a_route_without_a_pilot_goes_straight_to_the_maker():
    found, missing = legs(name_routes(small_region(), small_plan(), "zh"))
    assert missing == 0
    assert sorted(found.select("stage", "start", "end", "routes").iter_rows()) == [
        ("apply", "130200", "110000", 1),
        ("apply", "130200", "130100", 1),
        ("make", "120000", "130200", 1),
        ("make", "130100", "130200", 1),
        ("pilot", "110000", "120000", 1),
    ]


def test_every_leg_of_every_route_is_counted_once():
    rows = [(f"L{i}", *ROWS[i % 2][1:]) for i in range(7)]
    found, _ = legs(name_routes(small_region(), small_plan(rows), "zh"))
    assert found["routes"].sum() == 4 * 3 + 3 * 2


def test_a_leg_without_a_known_place_is_missing_not_guessed():
    row = (*ROWS[0][:-1], None)
    found, missing = legs(name_routes(small_region(), small_plan([row]), "zh"))
    assert (found.height, missing) == (2, 1)


def test_a_route_counts_once_in_a_city():
    assert {s.name: s.routes for s in stops(name_routes(small_region(), small_plan(), "zh"))} == {
        "北京市": 2,
        "天津市": 1,
        "唐山市": 2,
        "石家庄市": 2,
    }
