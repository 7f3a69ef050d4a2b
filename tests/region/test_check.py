import polars as pl
import pytest

from sanwang.errors import DataError, OptionError
from sanwang.region import Region


def found(region):
    return {(p.code, p.kind, p.column, p.value) for p in region.check().errors}


def test_keys_references_and_required_fields():
    region = Region.of(
        actors=pl.DataFrame({"id": ["a", "a"], "name": ["x", None], "place": ["110000", "999999"]}),
        needs=pl.DataFrame(
            {"id": ["n", None], "title": ["t", "t"], "text": [" ", "足够长的说明文字"], "actor": ["a", "b"]}
        ),
        products=pl.DataFrame({"id": ["p"], "kind": ["loan"], "ticket_min": [2], "ticket_max": [1]}),
    )
    assert found(region) == {
        ("duplicate_key", "actors", "id", "a"),
        ("required", "actors", "name", ""),
        ("place", "actors", "place", "999999"),
        ("required", "needs", "text", " "),
        ("required", "needs", "id", ""),
        ("order", "products", "ticket_min", "2"),
    }
    with pytest.raises(DataError, match="6 errors"):
        region.check().raise_if_errors()


def test_absent_tables_are_not_held_against_their_users():
    region = Region.of(
        needs=pl.DataFrame({"id": ["n"], "title": ["t"], "text": ["足够长的说明文字"], "actor": ["b"]})
    )
    assert not region.check().errors


def test_lists_refer_item_by_item():
    region = Region.of(
        chains=pl.DataFrame({"id": ["c"], "name": ["链"]}),
        links=pl.DataFrame({"id": ["l"], "chain": ["c"], "name": ["环"], "inputs": [["l", "x"]]}),
    )
    assert found(region) == {("dangling", "links", "inputs", "x")}


def test_rows_without_a_name_are_left_out(tmp_path):
    (tmp_path / "actors.csv").write_text("id,name,uscc\na,,123\nb,乙,\n", encoding="utf-8")
    (tmp_path / "achievements.csv").write_text("id,title,owner\n1,t,a\n2,t,b\n", encoding="utf-8")
    region = Region.open(tmp_path).without_errors()
    assert region["actors"]["id"].to_list() == ["b"]
    assert region["achievements"]["owner"].to_list() == ["a", "b"]


def test_a_bad_optional_cell_costs_the_cell_and_not_the_row():
    region = Region.of(
        actors=pl.DataFrame({"id": ["a"], "name": ["x"], "place": ["999999"]}),
        chains=pl.DataFrame({"id": ["c"], "name": ["链"]}),
        links=pl.DataFrame({"id": ["l"], "chain": ["c"], "name": ["环"], "inputs": [["l", "x"]]}),
    ).without_errors()
    assert region["actors"]["place"].to_list() == [None]
    assert region["links"]["inputs"].to_list() == [["l"]]
    assert not region.check().errors


def test_places_of_a_list_are_known_to_the_gazetteer():
    from sanwang.region.geography import gazetteer

    region = Region.of(
        products=pl.DataFrame({"id": ["p"], "kind": ["loan"], "places": [["120000", "130000"]]})
    )
    assert gazetteer(region)["place"].to_list() == ["120000", "130000"]


def test_messages_exist_in_both_languages(tmp_path):
    (tmp_path / "actors.csv").write_text(
        "id,name,uscc,place,kind\na,甲,911100008021004330,鼓楼区,神仙\n", encoding="utf-8"
    )
    for problem in Region.open(tmp_path).check().problems:
        assert problem.message("zh") != problem.message("en")
        assert "{" not in problem.message("zh") + problem.message("en")


def test_a_region_is_the_same_for_the_same_content():
    frame = pl.DataFrame({"id": ["n"], "title": ["t"], "text": ["说明"]})
    assert Region.of(needs=frame).digest == Region.of(needs=frame).digest
    assert Region.of(needs=frame).digest != Region.of(needs=frame.with_columns(title=pl.lit("u"))).digest
    with pytest.raises(OptionError):
        Region.of(wishes=frame)
