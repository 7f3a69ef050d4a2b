"""A list settled a batch at a time comes to what it comes to in memory."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import sanwang.finance.streamed as module
from sanwang.cli.app import app
from sanwang.errors import DataError, InputError
from sanwang.finance.obligations import check_obligations
from sanwang.finance.setoff import settle
from sanwang.finance.streamed import settle_streamed


def listed(seed, count=60):
    """Firms by name, amounts in fen, due dates in several writings, words of consent and status, two currencies."""
    rng = np.random.default_rng(seed)
    firm = [f"企业{i}" for i in range(7)]
    return pl.DataFrame(
        {
            "id": [f"D{i}" if i % 5 else None for i in range(count)],
            "debtor": rng.choice(firm, count),
            "creditor": rng.choice(firm, count),
            "amount": [str(x) for x in rng.integers(1, 10**6, count)],
            "due": rng.choice(["2026-05-01", "2026/6/30", "", "2025年3月2日"], count),
            "currency": rng.choice(["CNY", "人民币", "USD"], count),
            "status": rng.choice(["", "disputed", "settled", "乱写"], count, p=[0.7, 0.1, 0.1, 0.1]),
            "consent": rng.choice(["是", "否", "也许"], count, p=[0.8, 0.1, 0.1]),
        }
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_the_same_as_in_memory(tmp_path_factory, seed, consenting, disputed):
    folder = tmp_path_factory.mktemp("streamed")
    frame = listed(seed)
    frame.write_parquet(folder / "list.parquet", row_group_size=13)
    asked = {"consenting_only": consenting, "include_disputed": disputed}
    whole = settle(check_obligations(frame), **asked)
    module.ROWS, before = 17, module.ROWS
    try:
        found = settle_streamed(folder / "list.parquet", folder / "out.parquet", **asked)
    finally:
        module.ROWS = before
    assert (found.total, found.cleared, found.bound) == (whole.total, whole.cleared, whole.bound)
    assert found.optimal
    assert list(found.sums) == whole.sums() and sum(s[1] for s in found.sums) == found.total
    assert (found.rows, found.rejected) == (whole.invoices.height, whole.rejected.height)
    assert found.pairs == whole.pairs.height
    out = pl.read_parquet(folder / "out.parquet")
    assert out["row"].to_list() == whole.invoices["row"].to_list()
    assert out.drop("why").equals(whole.invoices.select("row", "amount", "cleared", "after"))
    assert (out["why"].is_null() == whole.invoices["takes_part"]).all()


def test_a_file_that_is_none_is_told(tmp_path):
    (tmp_path / "text.parquet").write_text("debtor,creditor,amount")
    for name in ("text.parquet", "nowhere.parquet"):
        with pytest.raises(InputError, match="cannot be read"):
            settle_streamed(tmp_path / name, tmp_path / "out.parquet")


def test_the_command(tmp_path):
    frame = {"debtor": ["a", "b", "c"], "creditor": ["b", "c", "a"], "amount": ["5", "6", "7"]}
    pl.DataFrame(frame).write_parquet(tmp_path / "list.parquet")
    given = ["settle-large", str(tmp_path / "list.parquet"), "-o", str(tmp_path / "out.parquet"), "--json"]
    told = CliRunner().invoke(app, given)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) | {"seconds": 0} == {
        "total": 18, "cleared": 15, "bound": 15, "rows": 3, "rejected": 0, "firms": 3, "pairs": 3, "seconds": 0,
        "optimal": True, "sums": [["", 18, 15]],
    }  # fmt: skip
    assert pl.read_parquet(tmp_path / "out.parquet")["after"].to_list() == [0, 1, 2]


def test_what_only_the_whole_list_shows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 2)
    plain = {"debtor": ["a", "b", "c"], "creditor": ["b", "c", "a"], "amount": ["5", "6", "7"]}
    for change in (
        {"amount": ["5", "6", "-2"]},
        {"id": ["x", "y", "x"], "creditor": ["b", "c", "b"]},
        {"debtor": ["a", "b", "a"], "creditor": ["b", "c", "b"], "amount": ["5", "6", "5"]},
    ):
        pl.DataFrame(plain | change).write_parquet(tmp_path / "list.parquet")
        with pytest.raises(DataError, match="clean it first"):
            settle_streamed(tmp_path / "list.parquet", tmp_path / "out.parquet")
        assert not (tmp_path / "out.parquet").exists()


def test_currencies_are_never_added_up_in_words(tmp_path):
    rows = {"debtor": ["a", "b"] * 2, "creditor": ["b", "a"] * 2, "amount": ["500", "300", "900", "900"],
            "currency": ["CNY", "CNY", "USD", "USD"]}  # fmt: skip
    pl.DataFrame(rows).write_csv(tmp_path / "list.csv")
    pl.DataFrame(rows).write_parquet(tmp_path / "list.parquet")
    run = CliRunner().invoke
    whole = run(app, ["settle", str(tmp_path / "list.csv"), "--unit", "yuan", "-o", str(tmp_path / "s")])
    parts = run(
        app,
        ["settle-large", str(tmp_path / "list.parquet"), "--unit", "yuan", "-o", str(tmp_path / "o.parquet")],
    )
    for told in (whole.stdout, parts.stdout):
        assert "1,800.00 USD" in "".join(told.split("\n")), told
        assert "2,600" not in told
