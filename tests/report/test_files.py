import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from report_case import ROUTES, ROWS, empty_plan, small_matches, small_plan, small_region

from sanwang.errors import DataError, InputError, OptionError
from sanwang.region import Region
from sanwang.report import write_report
from sanwang.report.picture import write_picture

NAMES = ["plan.xlsx", "plan.html", "routes.csv", "routes.parquet", "plan.json"]


def test_all_files_are_written_and_nothing_else(tmp_path: Path):
    files = write_report(small_region(), small_matches(), small_plan(), tmp_path / "out")
    assert [f.name for f in files] == NAMES
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(NAMES)


def test_parquet_gives_back_the_plan_s_routes(tmp_path: Path):
    write_report(small_region(), small_matches(), small_plan(), tmp_path)
    assert pl.read_parquet(tmp_path / "routes.parquet").equals(small_plan().routes)
    assert "虚构" in pl.read_parquet_metadata(tmp_path / "routes.parquet")["notice"]


def test_csv_opens_in_excel_and_says_it_is_fictional(tmp_path: Path):
    write_report(small_region(), small_matches(), small_plan(), tmp_path)
    raw = (tmp_path / "routes.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert list(rows[0]) == [*ROUTES, "notice"]
    assert sum(int(row["worth"]) for row in rows) == small_plan().worth
    assert all("虚构" in row["notice"] for row in rows)


def test_csv_of_real_data_has_just_the_columns(tmp_path: Path, real_region: Region):
    write_report(real_region, small_matches(), small_plan(), tmp_path)
    assert pl.read_csv(tmp_path / "routes.csv").columns == list(ROUTES)


def test_an_id_that_looks_like_a_formula_is_inert_in_csv(tmp_path: Path):
    rows = [("=1+1", *ROWS[0][1:])]
    write_report(small_region(), small_matches(), small_plan(rows), tmp_path)
    assert (tmp_path / "routes.csv").read_text("utf-8-sig").splitlines()[1].startswith("'=1+1,")
    assert pl.read_parquet(tmp_path / "routes.parquet")["route"][0] == "=1+1"


def test_plan_json_is_what_a_verifier_needs(tmp_path: Path):
    write_report(small_region(), small_matches(), small_plan(), tmp_path)
    said = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert said["worth"] == small_plan().worth and said["bound"] == small_plan().bound
    assert said["digest"] == small_region().digest and said["seconds"] == 1.25
    assert said["options"] == small_plan().options
    assert "虚构" in said["notice"]


def test_all_but_the_seconds_is_the_same_twice(tmp_path: Path):
    for name, seconds in (("a", 1.0), ("b", 2.0)):
        write_report(small_region(), small_matches(), small_plan(seconds=seconds), tmp_path / name)
    for name in NAMES[:-1]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_empty_plan_is_reported(tmp_path: Path):
    files = write_report(small_region(), small_matches(), empty_plan(), tmp_path, lang="en")
    assert pl.read_parquet(files[3]).schema == pl.Schema(ROUTES)


def test_bad_language_writes_nothing(tmp_path: Path):
    with pytest.raises(OptionError):
        write_report(small_region(), small_matches(), small_plan(), tmp_path / "out", lang="fr")
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="taken"):
        write_report(small_region(), small_matches(), small_plan(), tmp_path / "taken")


def test_a_picture_is_one_svg_marked_fictional(tmp_path: Path):
    from xml.dom import minidom

    path = write_picture(small_region(), small_plan(), tmp_path / "plan.svg")
    assert minidom.parse(str(path)).documentElement.tagName == "svg"
    assert "虚构" in path.read_text("utf-8")


def test_there_is_no_picture_of_nothing(tmp_path: Path):
    with pytest.raises(DataError):
        write_picture(small_region(), empty_plan(), tmp_path / "plan.svg")
