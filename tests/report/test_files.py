import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from report_case import ROUTES, ROWS, empty_plan, small_plan, small_result

from sanwang.errors import InputError, OptionError
from sanwang.region import Region


def test_every_table_is_a_csv_beside_page_workbook_and_summary(tmp_path: Path):
    result = small_result()
    files = {p.name for p in result.save(tmp_path / "out")}
    assert {p.name for p in (tmp_path / "out").iterdir()} == files
    assert {"plan.html", "plan.xlsx", "plan.json", "routes.parquet"} < files
    assert {f"{name}.csv" for name in result.tables} < files


def test_only_the_formats_asked_for_are_written(tmp_path: Path):
    small_result().save(tmp_path / "o", ["html", "json"])
    assert not list((tmp_path / "o").glob("*.csv")) and (tmp_path / "o" / "plan.html").exists()


def test_a_name_with_an_ending_is_one_file_of_that_kind(tmp_path: Path):
    (file,) = small_result().save(tmp_path / "方案.xlsx")
    assert file.read_bytes()[:2] == b"PK" and [p.name for p in tmp_path.iterdir()] == ["方案.xlsx"]


def test_parquet_gives_back_the_plan_s_routes(tmp_path: Path):
    small_result().save(tmp_path)
    assert pl.read_parquet(tmp_path / "routes.parquet").equals(small_plan().routes)


def test_csv_opens_in_excel_has_names_beside_ids_and_says_it_is_fictional(tmp_path: Path):
    small_result().save(tmp_path)
    raw = (tmp_path / "routes.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(rows[0])[: len(ROUTES)] == list(ROUTES) and rows[0]["need_name"] == "双极板冲压模具寿命不足"
    assert sum(int(row["worth"]) for row in rows) == small_plan().worth
    assert all("虚构" in row["notice"] for row in rows)


def test_csv_of_real_data_carries_no_notice(tmp_path: Path, real_region: Region):
    small_result(real_region).save(tmp_path)
    assert "notice" not in pl.read_csv(tmp_path / "routes.csv").columns


def test_an_id_that_looks_like_a_formula_is_inert_in_csv(tmp_path: Path):
    small_result(plan=small_plan([("=1+1", *ROWS[0][1:])])).save(tmp_path)
    assert (tmp_path / "routes.csv").read_text("utf-8-sig").splitlines()[1].startswith("'=1+1,")
    assert pl.read_parquet(tmp_path / "routes.parquet")["route"][0] == "=1+1"


def test_the_summary_says_what_everything_was_made_from_and_in_which_unit(tmp_path: Path):
    result = small_result()
    result.save(tmp_path)
    said = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert said["worth"] == small_plan().worth and said["bound"] == small_plan().bound
    assert said["digest"] == result.given.digest and said["study"] == "plan"
    assert said["columns"]["routes"]["worth"]["unit"] == "fen"
    assert "虚构" in said["notice"]


def test_every_file_is_the_same_twice(tmp_path: Path):
    for name, seconds in (("a", 1.0), ("b", 2.0)):
        small_result(plan=small_plan(seconds=seconds)).save(tmp_path / name)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_an_empty_plan_is_saved(tmp_path: Path):
    small_result(plan=empty_plan(), lang="en").save(tmp_path)
    assert pl.read_parquet(tmp_path / "routes.parquet").schema == pl.Schema(ROUTES)


def test_an_unknown_format_writes_nothing(tmp_path: Path):
    with pytest.raises(OptionError, match="'docx'"):
        small_result().save(tmp_path / "out", ["docx"])
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="taken"):
        small_result().save(tmp_path / "taken")


def test_a_workspace_is_never_written_into(tmp_path: Path):
    (tmp_path / "sanwang.toml").write_text('name = "mine"\n', encoding="utf-8")
    with pytest.raises(InputError, match="workspace"):
        small_result().save(tmp_path)
