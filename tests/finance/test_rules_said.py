"""Rules of products in one language."""

import polars as pl

from sanwang.finance.studies.products import rules_said


def test_what_stands_in_both_languages_is_told_in_the_readers():
    rows = pl.DataFrame(
        {"rule": ["单笔上限 / largest ticket", "京津冀"], "asked": ["≤200万元", ""], "has": ["未知 / unknown", "x"],
         "gap": ["", None]}
    )  # fmt: skip
    assert rules_said(rows, "zh").rows() == [
        ("单笔上限", "≤200万元", "未知", ""),
        ("京津冀", "", "x", None),
    ]
    assert rules_said(rows, "en")["rule"].to_list() == ["largest ticket", "京津冀"]
