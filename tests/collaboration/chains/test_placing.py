import polars as pl
from region_cases import small_region

from sanwang.collaboration.chains.chain import chains_of
from sanwang.collaboration.chains.placing import place


def placements(item, **tables):
    region = small_region(**tables)
    found = place(region, chains_of(region))
    rows = found.frame.filter((pl.col("item") == item) & (pl.col("kind") != "makers"))
    return {r["link"]: r for r in rows.to_dicts()}, found


def correction(*rows):
    return pl.DataFrame(rows, schema=["link", "item", "by", "verdict", "date"], orient="row").with_columns(
        pl.col("date").str.to_date()
    )


def test_words_and_classes_place_a_row_and_say_so():
    found, whole = placements("R1")
    assert set(found) == {"H4"} and found["H4"]["how"] == "computed"
    assert "题名有“储氢瓶、内胆”" in found["H4"]["reason"] and "IPC F17C" in found["H4"]["reason"]
    assert ("achievements", "R3") in whole.unplaced.select("kind", "item").rows()


def test_every_score_lies_between_0_and_1_and_more_signs_never_lower_it():
    found, _ = placements("R1")
    bare, _ = placements("R1", achievements=pl.DataFrame({"id": ["R1"], "title": ["储氢瓶内胆成型"]}))
    assert 0 < bare["H4"]["score"] < found["H4"]["score"] < 1


def test_a_member_stands_where_the_table_says():
    found, _ = placements("F2")
    assert found["H2"]["how"] == "recorded" and found["H2"]["score"] == 1


def test_a_persons_correction_wins():
    fixed = correction(("H4", "R1", "甲", "no", "2026-01-01"), ("H1", "R1", "甲", "yes", "2026-01-01"))
    found, _ = placements("R1", placements=fixed)
    assert set(found) == {"H1"} and found["H1"]["reason"] == "人工确定：甲"


def test_the_later_correction_holds():
    fixed = correction(("H4", "R1", "甲", "no", "2026-01-01"), ("H4", "R1", "乙", "yes", "2026-02-01"))
    found, _ = placements("R1", placements=fixed)
    assert found["H4"]["how"] == "corrected" and "乙" in found["H4"]["reason"]


def test_contradictory_corrections_are_told_and_neither_is_used():
    fixed = correction(("H4", "R1", "甲", "no", "2026-01-01"), ("H4", "R1", "乙", "yes", "2026-01-01"))
    found, whole = placements("R1", placements=fixed)
    assert found["H4"]["how"] == "computed"
    assert "互相矛盾" in whole.contradictions[0] and "甲" in whole.contradictions[0]
