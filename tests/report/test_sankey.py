import re

import polars as pl
from report_case import ROWS, small_plan, small_region

from sanwang.planning.studies.named import name_routes
from sanwang.report.sankey import sankey


def test_every_column_counts_every_route():
    rows = [(f"L{i}", *ROWS[i % 2][1:]) for i in range(9)]
    drawn = sankey(name_routes(small_region(), small_plan(rows), "zh"), "zh")
    nodes = re.findall(r'data-node="(\d):([^"]*)".*?<tspan>(\d+)</tspan>', drawn)
    for column in range(4):
        assert sum(int(n) for j, _, n in nodes if int(j) == column) == 9
    assert {label for j, label, _ in nodes if j == "1"} == {"天津市", "不经中试"}


def test_many_cities_of_a_column_are_put_together():
    codes = [
        "130100",
        "130200",
        "130300",
        "130400",
        "130500",
        "130600",
        "130700",
        "130800",
        "130900",
        "131000",
    ]
    codes += ["131100", "110000", "120000", "140100", "370100"]
    rows = [(f"L{i}", *ROWS[0][1:-1], code) for i, code in enumerate(codes)]
    actors = pl.DataFrame({"id": [f"A{c}" for c in codes], "name": codes, "place": codes})
    region = small_region(actors=actors)
    drawn = sankey(name_routes(region, small_plan(rows), "zh"), "zh")
    last = re.findall(r'data-node="3:([^"]*)"', drawn)
    assert len(last) == 12 and "其他 4 地" in last


def test_node_heights_are_proportional_to_routes():
    rows = [(f"L{i}", *ROWS[0 if i < 6 else 1][1:]) for i in range(8)]
    drawn = sankey(name_routes(small_region(), small_plan(rows), "zh"), "zh")
    heights = dict(re.findall(r'data-node="0:([^"]*)".*?height="([\d.]+)"', drawn))
    assert abs(float(heights["北京市"]) / float(heights["石家庄市"]) - 3) < 0.05
