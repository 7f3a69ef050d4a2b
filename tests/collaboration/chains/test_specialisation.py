import econcomplex
import numpy as np
import polars as pl
import pytest
from region_cases import small_region

from sanwang.collaboration.chains.chain import chains_of
from sanwang.collaboration.chains.placing import place
from sanwang.collaboration.chains.specialisation import counted, quotient, specialisation, triangle
from sanwang.errors import DataError, OptionError


def counts(*rows):
    return pl.DataFrame(
        rows, schema={"place": pl.String, "activity": pl.String, "count": pl.Float64}, orient="row"
    )


def test_quotients_are_shares_over_shares():
    matrix = np.array([[8.0, 2.0], [2.0, 8.0]])
    assert quotient(matrix) == pytest.approx(np.array([[1.6, 0.4], [0.4, 1.6]]))
    assert quotient(np.array([[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(np.array([[1.0, 0.0], [0.0, 0.0]]))


def test_a_few_items_prove_nothing_and_many_do():
    few = specialisation(counts(("甲", "氢", 3), ("甲", "药", 1), ("乙", "氢", 1), ("乙", "药", 3)))
    many = specialisation(counts(("甲", "氢", 300), ("甲", "药", 100), ("乙", "氢", 100), ("乙", "药", 300)))
    assert not few.cells["specialised"].any()
    row = many.cells.filter((pl.col("place") == "甲") & (pl.col("activity") == "氢")).row(0, named=True)
    assert row["specialised"] and row["low"] < row["lq"] == 1.5 < row["high"]


def test_intervals_cover_the_truth_nine_times_in_ten():
    draw = np.random.default_rng(1)
    truth = np.array([[0.3, 0.1], [0.1, 0.5]])
    real = quotient(truth)
    hits = []
    for seed in range(60):
        sample = draw.multinomial(400, truth.ravel()).astype(float)
        table = counts(*zip("aabb", "xyxy", sample, strict=True))
        cells = specialisation(table, draws=200, seed=seed).cells
        hits += [
            low <= r <= high for low, high, r in zip(cells["low"], cells["high"], real.ravel(), strict=True)
        ]
    assert 0.8 < np.mean(hits) < 0.98


def test_density_and_complexity_are_econcomplexs():
    sample = econcomplex.make_sample_data(12, 8)
    table = pl.DataFrame({"place": list(sample["loc"].astype(str)), "activity": list(sample["act"].astype(str)),
                          "count": [float(v) for v in sample["val"]]})  # fmt: skip
    found = specialisation(table, draws=20)
    wide = table.pivot("activity", index="place", values="count").fill_null(0).sort("place")
    matrix = wide.select(sorted(set(table["activity"]))).to_numpy()
    density = econcomplex.relatedness_density(matrix) / 100
    assert found.cells["density"].to_numpy() == pytest.approx(np.asarray(density).ravel())
    assert found.places["eci"].null_count() == 0 and found.activities["pci"].null_count() == 0


def test_the_next_step_is_what_is_near_and_not_there_yet():
    rows = [
        ("甲", "a", 5),
        ("甲", "b", 5),
        ("乙", "a", 5),
        ("乙", "b", 5),
        ("乙", "c", 5),
        ("丙", "d", 9),
        ("丙", "c", 1),
    ]
    found = specialisation(counts(*rows), draws=20)
    assert found.next_steps("甲")["activity"].to_list()[0] == "c"


def test_one_place_or_one_activity_is_told():
    with pytest.raises(DataError, match="两个地点"):
        specialisation(counts(("甲", "氢", 3), ("甲", "药", 1)))


def test_items_are_counted_where_their_owners_stand():
    region = small_region()
    placing = place(region, chains_of(region))
    rows = counted(region, placing, "achievements", "link")
    assert set(rows.rows()) == {("北京市", "H4", 1.0), ("北京市", "H2", 1.0)}
    with pytest.raises(OptionError, match="measure"):
        counted(region, placing, "stars")


def test_roles_are_measured_from_what_stands_where():
    region = small_region()
    chains = chains_of(region)
    roles = triangle(region, place(region, chains), chains, draws=50)["H"].cells
    largest = roles.sort("lq", descending=True).group_by("place", maintain_order=True).first()
    named = dict(largest.select("place", "activity").rows())
    assert (
        named["北京市"] == "origin" and named["河北省"] == "application" and named["天津市"] == "conversion"
    )
