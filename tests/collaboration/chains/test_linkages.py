from pathlib import Path

import polars as pl
import pytest

from sanwang.collaboration.chains.linkages import linkages
from sanwang.errors import DataError, InputError, OptionError
from sanwang.sources.industry_graph import read_triples, read_upstream, upstream_of

REAL = Path(__file__).resolve().parents[3] / "../shared/data/chains"


def edges(*rows):
    return pl.DataFrame(rows, schema=["upstream", "downstream", "count"], orient="row")


def test_who_feeds_many_comes_first_and_a_ring_is_marked():
    found = linkages(
        edges(("煤", "钢", 1), ("钢", "车", 3), ("钢", "船", 1), ("车", "废钢", 1), ("废钢", "钢", 1))
    )
    rows = {r["industry"]: r for r in found.to_dicts()}
    assert found["industry"][0] == "钢" and rows["煤"]["cycle"] is None
    assert rows["钢"]["cycle"] == rows["车"]["cycle"] == rows["废钢"]["cycle"] is not None
    assert found["forward"].mean() == pytest.approx(1) and found["backward"].mean() == pytest.approx(1)


def test_on_a_line_each_step_passes_on_a_half():
    found = linkages(edges(("a", "b", 2), ("b", "c", 7)), passed=0.5)
    raw = {"a": 1.75, "b": 1.5, "c": 1.0}
    mean = sum(raw.values()) / 3
    assert dict(found.select("industry", "forward").rows()) == pytest.approx(
        {k: v / mean for k, v in raw.items()}
    )


def test_no_edges_and_a_share_out_of_bounds_are_told():
    with pytest.raises(DataError, match="没有边"):
        linkages(edges().cast({"upstream": pl.String, "downstream": pl.String, "count": pl.Int64}))
    with pytest.raises(OptionError):
        linkages(edges(("a", "b", 1)), passed=1.0)


def test_what_is_left_out_is_counted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "head,relation,tail,date\n煤,上游于,钢,2025-01-01\n煤,上游于,钢,2025-02-01\n钢,上游于,钢,2025-01-01\n"
        "车,上游于,钢,不详\n钢,上游于,车,2025-01-01\n,上游于,车,2025-01-01\n",
        encoding="utf-8",
    )
    triples, left = read_triples(path)
    assert left == {"blank": 1, "no_date": 1, "itself": 1, "repeated": 1}
    graph = upstream_of(triples)
    assert graph.edges.rows() == [("煤", "钢", 1)] and graph.left_out == {"both_directions": 2}


def test_a_bad_line_is_named(tmp_path):
    path = tmp_path / "up.json"
    path.write_text('{"industry": "钢", "ups": {"煤": 2, "钢": 1}}\n{"industry": "车"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="第2行"):
        read_upstream(path)


@pytest.mark.skipif(not REAL.exists(), reason="the real industry graph is not beside this checkout")
def test_the_real_industry_graph():
    triples, left = read_triples(REAL / "ickg25_triples.csv")
    assert triples.height == 68_203 and left["itself"] == 34
    news = linkages(upstream_of(triples).edges)
    assert {"铜", "钢铁行业"} <= set(news["industry"].head(10))
    graph = read_upstream(REAL / "industry_up.json", REAL / "company_industry.json")
    assert graph.edges.height == 4156 and graph.firms.height == 4430
    assert {"焦炭Ⅲ", "动力煤"} <= set(linkages(graph.edges)["industry"].head(10))
