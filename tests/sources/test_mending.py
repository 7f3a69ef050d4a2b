"""Cells mended in place: read as they now stand, the file untouched, what it said kept, and given back when emptied."""

import pytest

from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.sources import importing
from sanwang.sources.excel import read_workbook

CSV = "名称,需求内容,预算（万元）,数量\n电解液,零下四十度可用,三百万左右吧,1\n涂层,海上风电塔筒用,80,2\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "需求.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def money(current):
    return current.read.frames["needs"]["budget"].to_list()


def again(file, current, texts):
    return importing.begin([file], current.shapes, importing.mend(current, texts))


def test_a_mended_cell_is_read_and_the_file_stays(file):
    first = importing.begin([file])
    before = file.read_bytes()
    second = again(file, first, {(0, 2, "budget"): "320万元", (0, 3, "预算（万元）"): "90"})
    assert money(second) == [320 * 10**6, 90 * 10**6]
    assert file.read_bytes() == before
    ids = [r.read.frames["needs"]["id"].to_list() for r in (first, second)]
    assert ids[0] == ids[1]  # the same record, so that importing the file again does not double it


def test_an_emptied_cell_is_given_back(file):
    first = importing.begin([file])
    second = again(file, first, {(0, 3, "budget"): "90"})
    third = again(file, second, {(0, 3, "budget"): ""})
    assert third.mends == ()
    assert money(third) == money(first)


def test_what_is_said_already_is_no_mend(file):
    first = importing.begin([file])
    assert importing.mend(first, {(0, 3, "budget"): " 80 "}) == ()


@pytest.mark.parametrize("cell", [(0, 1, "budget"), (0, 99, "budget"), (0, 2, "trl_min"), (5, 2, "budget")])
def test_only_cells_of_records_can_be_mended(file, cell):
    with pytest.raises(OptionError):
        importing.mend(importing.begin([file]), {cell: "1"})


def test_what_the_file_said_is_written_beside_the_mended_cell(file, tmp_path):
    mended = again(file, importing.begin([file]), {(0, 3, "budget"): "90"})
    importing.write(mended, tmp_path / "区", format="xlsx")
    rows = [cells for _, cells in read_workbook(tmp_path / "区" / "needs.xlsx")[0].rows]
    place = next(i for i, h in enumerate(rows[0]) if h and "预算" in h and "原文" in h)
    assert str(rows[2][place]) == "80"
    region = Region.open(tmp_path / "区")  # and it stays so when the workspace is opened again
    assert region["needs"]["budget"].to_list()[1] == 90 * 10**6
    text = region.readings.filter(field="budget", row=3)["text"].to_list()
    assert text == ["80"]


def test_a_blank_that_was_filled_in_says_that_the_file_was_blank(tmp_path):
    path = tmp_path / "需求.csv"
    path.write_text("名称,需求内容,预算（万元）\n电解液,零下四十度可用,\n涂层,塔筒用,80\n", encoding="utf-8")
    mended = again(path, importing.begin([path]), {(0, 2, "budget"): "30"})
    assert money(mended) == [30 * 10**6, 80 * 10**6]
    told = mended.read.readings.filter(field="budget", row=2)
    assert told.select("text", "rule").rows() == [("（空）", "mended")]


def test_every_problem_of_a_cell_finds_its_cell(file):
    current = importing.begin([file])
    problems = [p for p in current.read.problems if p.column == "budget" and p.row]
    [spot] = set(importing.spots(current, problems))
    assert (spot.table, spot.row, spot.field, spot.text) == (0, 2, "budget", "三百万左右吧")


def test_how_sure_a_guess_is_never_goes_beyond_certain(file):
    [table] = importing.begin([file]).tables
    assert all(0 <= c.confidence <= 1 for c in table.columns)
    assert max(c.confidence for c in table.columns) == 1.0
