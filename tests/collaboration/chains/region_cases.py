"""A region of two small chains to test on; every organisation is fictional."""

import polars as pl

from sanwang.region import Region


def small_region(**more):
    """A chain membrane → stack → truck, with firms in two provinces, three achievements, one base, one need."""
    tables = {
        "actors": pl.DataFrame(
            {
                "id": ["U1", "F1", "F2", "F3", "F4", "B1"],
                "name": ["京大学", "膜厂", "堆厂", "车厂", "外省膜厂", "中试所"],
                "kind": ["university", "firm", "firm", "firm", "firm", "institute"],
                "place": ["110108", "130600", "120116", "130200", "320500", "120116"],
            }
        ),
        "chains": pl.DataFrame({"id": ["H"], "name": ["氢能"], "source": ["测试"]}),
        "links": pl.DataFrame(
            {
                "id": ["H1", "H2", "H3", "H4"],
                "chain": ["H"] * 4,
                "name": ["质子膜", "电堆", "重卡", "储氢瓶"],
                "tier": ["upstream", "midstream", "downstream", "upstream"],
                "inputs": [None, ["H1"], ["H2", "H4"], None],
                "demand": [None, None, 100.0, None],
                "keywords": [["质子膜", "树脂"], ["电堆", "双极板"], ["重卡"], ["储氢瓶", "内胆"]],
                "ipc": [["C08J"], ["H01M"], ["B60L"], ["F17C"]],
                "industries": [["C26"], ["C38"], ["C36"], ["C33"]],
            },
            schema_overrides={"inputs": pl.List(pl.String)},
        ),
        "members": pl.DataFrame(
            {
                "link": ["H1", "H2", "H3", "H1"],
                "actor": ["F4", "F2", "F3", "F1"],
                "role": ["core", "lead", "core", "supporting"],
                "product": ["膜", "堆", "车", "膜"],
                "capacity": [300.0, 80.0, 120.0, 40.0],
            }
        ),
        "achievements": pl.DataFrame(
            {
                "id": ["R1", "R2", "R3"],
                "title": ["储氢瓶内胆成型", "一种双极板", "无关的东西"],
                "abstract": ["", "", ""],
                "owner": ["U1", "U1", "U1"],
                "trl": [5, 8, 9],
                "ipc": [["F17C 1/00"], ["H01M 8/02"], ["A01B 1/00"]],
                "ask": [1_000_000, None, None],
            }
        ),
        "bases": pl.DataFrame({"id": ["P1"], "actor": ["B1"], "name": ["电堆中试线"], "fields": [["H01M"]]}),
        "needs": pl.DataFrame({"id": ["N1"], "title": ["电堆漏气"], "text": ["双极板翘"], "actor": ["F3"]}),
    }
    return Region.of("测试", frames=tables | more)
