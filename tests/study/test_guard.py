from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from sanwang.study.cells import guarded, read_guarded, unguarded

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(
    st.lists(
        st.one_of(TEXT, TEXT.map(lambda t: "=" + t), TEXT.map(lambda t: "@" + t)), min_size=1, max_size=8
    )
)
def test_no_cell_begins_a_formula_and_every_cell_comes_back(texts: list[str]):
    safe = guarded(pl.DataFrame({"a": texts}))["a"].to_list()
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in safe)
    assert [unguarded(cell) for cell in safe] == [unguarded(t) for t in texts] or all(
        unguarded(cell) == text for cell, text in zip(safe, texts, strict=True) if not text.startswith("'")
    )


def test_headings_and_lists_are_guarded_too():
    safe = guarded(pl.DataFrame({"=evil": ["a"], "l": [["=1", "b"]]}))
    assert safe.columns == ["'=evil", "l"] and safe["l"][0] == "'=1;b"


def test_a_guarded_csv_is_read_as_it_was(tmp_path: Path):
    frame = pl.DataFrame({"firm": ["=HYPERLINK(1)", "甲", "-乙"], "n": [1, 2, 3]})
    (tmp_path / "f.csv").write_text(guarded(frame).write_csv(), encoding="utf-8-sig")
    assert read_guarded(tmp_path / "f.csv", {"firm": pl.String, "n": pl.Int64}).equals(frame)
