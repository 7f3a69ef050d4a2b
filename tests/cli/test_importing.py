import json

import polars as pl
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.region import Region

TEXT = (
    "难题,厂家,细说,预算(万元),谁,号\n漏油,甲厂,密封圈在高温下老化漏油，三个月一换,50-80,老崔,13800000001\n"
)


def run(*args):
    return CliRunner().invoke(app, ["import", *map(str, args)])


def test_the_guess_as_json_and_the_workspace(tmp_path):
    (tmp_path / "四月.csv").write_text(TEXT, encoding="utf-8")
    done = run(tmp_path / "四月.csv", "--yes", "-o", tmp_path / "w", "--json")
    assert json.loads(done.stdout) == {
        "sheets": [
            {
                "file": "四月.csv",
                "sheet": None,
                "table": "needs",
                "header_row": 1,
                "columns": {
                    "难题": "title",
                    "厂家": "actor",
                    "细说": "text",
                    "预算(万元)": "budget",
                    "谁": "contact",
                    "号": "phone",
                },
                "rows": 1,
                "ask": [],
            }
        ]
    }
    region = Region.open(tmp_path / "w")
    row = region["needs"].row(0, named=True)
    assert (row["budget_low"], row["budget"], row["budget_high"]) == (50_000_000, 65_000_000, 80_000_000)
    trace = region.trace("needs", row["id"])
    assert (trace.file, trace.row) == ("四月.csv", 2)
    assert trace.cells.filter(field="budget")["text"].to_list() == ["50-80"]


def test_personal_data_is_masked_on_the_screen_and_in_no_csv_unless_asked(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    shown = run(tmp_path / "a.csv", "--yes", "-o", tmp_path / "w", "--format", "csv")
    assert "13800000001" not in shown.output and "老崔" not in shown.output
    assert "phone" not in [
        c
        for c in Region.open(tmp_path / "w")["needs"].columns
        if Region.open(tmp_path / "w")["needs"][c].null_count() == 0
    ]
    assert "13800000001" not in (tmp_path / "w" / "needs.csv").read_text(encoding="utf-8")
    run(tmp_path / "a.csv", "--yes", "-o", tmp_path / "v", "--format", "csv", "--personal")
    assert "13800000001" in (tmp_path / "v" / "needs.csv").read_text(encoding="utf-8")


def test_next_month_s_file_joins_and_the_same_rows_are_not_taken_twice(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.csv").write_text(
        TEXT + "异响,乙厂,主轴异响停机才能查出,8,小贾,13800000002\n", encoding="utf-8"
    )
    run(tmp_path / "a.csv", "--yes", "-o", tmp_path / "w")
    assert run(tmp_path / "b.csv", "--yes", "-o", tmp_path / "w").exit_code != 0
    assert run(tmp_path / "b.csv", "--yes", "-o", tmp_path / "w", "--add").exit_code == 0
    needs = Region.open(tmp_path / "w")["needs"]
    assert needs["title"].to_list() == ["漏油", "异响"]
    assert needs.select(pl.col("budget")).to_series().to_list() == [65_000_000, 8_000_000]
