"""Any sheet: the tables found, the columns named, the values read, and nothing wrong without a word."""

import json
import os
from pathlib import Path

import pytest
import xlsxwriter
from recognise.made_more import MORE
from recognise.made_workbooks import WORKBOOKS, write

from sanwang.region import Region
from sanwang.sources.importing import begin, corrected, remembered
from sanwang.sources.importing import write as write_import
from sanwang.sources.recognise import meaning

SHEETS = Path(__file__).parents[3] / "shared" / "data" / "sheets_dev"


@pytest.mark.parametrize("made", [*WORKBOOKS, *MORE], ids=[m.file for m in [*WORKBOOKS, *MORE]])
def test_a_workbook_is_read_as_a_person_would(made, tmp_path):
    current = begin([write(made, tmp_path)])
    guess = current.tables[0].as_dict()
    assert (guess["table"], guess["header_row"], guess["rows"]) == (made.table, made.header, made.records)
    wrong = {h: (guess["columns"].get(h), f) for h, f in made.columns.items() if guess["columns"].get(h) != f}
    assert all(h in guess["ask"] for h in wrong), f"wrong without a word: {wrong}"
    assert len(wrong) <= 1
    assert set(made.ask) <= set(guess["ask"])
    frame = current.read.frames.get(made.table)
    for (row, field), value in made.values.items():
        got = frame.filter(frame["_row"] == row)[field].to_list()[0]
        assert got == value, (row, field)


@pytest.mark.skipif(not SHEETS.is_dir(), reason="the set of real-style sheets is not on this machine")
def test_the_set_of_sheets_as_people_have_them():
    headings = right = silent = rows = 0
    for entry in json.loads((SHEETS / "gold.json").read_text(encoding="utf-8")):
        tables = {(t.sheet or None): t.as_dict() for t in begin([SHEETS / entry["file"]]).tables}
        for sheet in entry["sheets"]:
            got = tables[sheet["sheet"]]
            rows += (got["table"], got["rows"]) != (sheet["table"], sheet["rows"])
            for heading, field in sheet["columns"].items():
                headings += 1
                same = got["columns"].get(heading) == field
                right += same
                silent += not same and heading not in got["ask"]
    assert rows == 0
    assert right >= 0.95 * headings
    assert silent == 0


def test_the_shipped_vectors_are_those_of_the_words():
    import numpy as np

    path = Path(meaning.__file__).with_name("vectors.npz")
    with np.load(path) as data:
        assert bytes(data["words"]).hex() == meaning.digest(), "run scripts/recognise/build_vectors.py"


def book(path, rows, **more):
    with xlsxwriter.Workbook(str(path)) as out:
        for name, lines in ({"Sheet1": rows} | more).items():
            sheet = out.add_worksheet(name)
            for i, line in enumerate(lines):
                sheet.write_row(i, 0, line)
    return path


NEEDS = [
    ["难题", "厂家", "细说", "钱"],
    ["漏油", "甲厂", "密封圈在高温下老化漏油，三个月一换", 30],
    ["异响", "乙厂", "主轴异响，停机才能查出是哪一根", 50],
]


def test_a_unit_that_nobody_gave_is_asked_and_the_answer_is_remembered(tmp_path):
    file = book(tmp_path / "四月.xlsx", NEEDS)
    current = begin([file])
    assert current.tables[0].ask == ("钱",)
    assert current.read.frames["needs"]["budget"].to_list() == [None, None]
    answered = corrected(current, current.tables[0], "钱", "budget", "万元")
    assert answered.read.frames["needs"]["budget"].to_list() == [30_000_000, 50_000_000]
    assert answered.tables[0].ask == ()
    write_import(answered, tmp_path / "w")
    following = book(tmp_path / "五月.xlsx", [NEEDS[0], ["开裂", "丙厂", "焊缝开裂，返修三次仍然漏气", 8]])
    again = begin([following], remembered(tmp_path / "w"))
    assert again.tables[0].remembered
    assert again.tables[0].ask == ()
    assert again.read.frames["needs"]["budget"].to_list() == [8_000_000]


def test_a_column_given_by_a_person_is_that_field(tmp_path):
    current = begin([book(tmp_path / "a.xlsx", NEEDS)])
    changed = corrected(current, current.tables[0], "细说", "acceptance")
    assert changed.tables[0].column("acceptance").heading == "细说"
    kept = corrected(changed, changed.tables[0], "厂家", None)
    assert kept.read.frames["needs"]["厂家"].to_list() == ["甲厂", "乙厂"]


def test_generated_ids_are_the_same_when_the_file_is_imported_again(tmp_path):
    first = begin([book(tmp_path / "a.xlsx", NEEDS)]).read.frames["needs"]["id"].to_list()
    again = (
        begin([book(tmp_path / "b.xlsx", [*NEEDS, ["新", "丁厂", "新的难题说明文字说明文字", 1]])])
        .read.frames["needs"]["id"]
        .to_list()
    )
    assert again[:2] == first
    assert len(set(again)) == 3


def test_repeated_ids_are_renamed_with_a_note_and_block_nothing(tmp_path):
    rows = [
        ["编号", "需求名称", "需求描述"],
        ["A-1", "甲", "描述一描述一描述一"],
        ["A-1", "乙", "描述二描述二描述二"],
    ]
    region = Region.open(book(tmp_path / "a.xlsx", rows))
    assert region["needs"]["id"].to_list() == ["A-1", "A-1-2"]
    assert [p.code for p in region.problems if p.column == "id"] == ["id_renamed"]
    assert not region.check().errors


def test_a_bad_optional_cell_costs_the_cell_and_its_text_is_kept(tmp_path):
    rows = [
        ["编号", "需求名称", "需求描述", "预算（万元）"],
        ["1", "甲", "描述一描述一描述一", "很多"],
        ["2", "乙", "描述二描述二描述二", 5],
    ]
    region = Region.open(book(tmp_path / "a.xlsx", rows))
    assert not region.check().errors
    assert region.without_errors()["needs"].height == 2
    assert region["needs"]["budget"].to_list() == [None, 5_000_000]
    assert region.unread("needs", "budget") == frozenset({"1"})
    cell = region.trace("needs", "1").cells.filter(field="budget").row(0, named=True)
    assert (cell["text"], cell["column"], cell["heading"]) == ("很多", "D", "预算（万元）")


def test_rows_are_numbered_as_the_spreadsheet_numbers_them(tmp_path):
    rows = [[], [], [], ["编号", "需求名称", "需求描述"], ["X", "甲", "描述一描述一描述一"]]
    region = Region.open(book(tmp_path / "a.xlsx", rows))
    trace = region.trace("needs", "X")
    assert (trace.file, trace.sheet, trace.row) == ("a.xlsx", "Sheet1", 5)


def test_merged_cells_and_ditto_marks_mean_the_row_above(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        sheet = out.add_worksheet("x")
        sheet.write_row(0, 0, ["编号", "需求名称", "需求描述", "需求单位"])
        for row in range(1, 5):
            sheet.write_row(row, 0, [f"N{row}", f"题目{row}", "描述描述描述描述"])
        sheet.merge_range("D2:D3", "甲厂")
        sheet.write("D4", "同上")
        sheet.write("D5", "〃")
    region = Region.open(path)
    assert region["needs"]["actor"].to_list() == ["甲厂"] * 4
    assert {p.row for p in region.problems if p.code == "ditto"} == {3, 4, 5}


def test_two_tables_one_under_the_other_in_one_sheet(tmp_path):
    rows = [
        *NEEDS,
        [],
        ["成果名称", "完成单位", "成果简介", "成熟度"],
        ["耐温密封圈", "示例大学", "在二百度下老化两千小时不漏，已装机", "中试"],
    ]
    tables = begin([book(tmp_path / "a.xlsx", rows)]).tables
    assert [(t.kind, len(t.records.rows)) for t in tables] == [("needs", 2), ("achievements", 1)]


def test_several_sheets_of_one_kind_are_joined_and_what_is_left_out_is_told(tmp_path):
    more = [["编号", "需求名称", "需求描述"], ["2", "乙", "描述二描述二描述二"]]
    path = book(
        tmp_path / "需求.xlsx",
        [["编号", "需求名称", "需求描述"], ["1", "甲", "描述一描述一描述一"], ["合计", "1项", ""]],
        续表=more,
    )
    region = Region.open(path)
    assert region["needs"]["id"].to_list() == ["1", "2"]
    assert ("row_left_out", 3) in {(p.code, p.row) for p in region.problems}


def test_a_place_that_its_column_does_not_settle_is_settled_by_the_row_or_asked(tmp_path):
    rows = [["单位名称", "统一社会信用代码", "所在地", "类型"], ["某精工(朝阳)公司", "91211300MA06CF068U", "朝阳", "企业"], ["某设计公司", "", "鼓楼区", "企业"],
            ["某某研究院", "", "火星区", "科研院所"]]  # fmt: skip
    region = Region.open(book(tmp_path / "名录.xlsx", rows))
    assert region["actors"]["place"].to_list() == ["211300", None, None]
    assert {p.code for p in region.problems if p.column == "place"} == {
        "place_by_row",
        "place_ambiguous",
        "place",
    }
    assert not region.check().errors


def test_a_phone_beside_a_name_is_found(tmp_path):
    rows = [
        ["难题", "说明", "找谁"],
        ["漏油", "密封圈在高温下老化漏油", "小韩☎13800000501"],
        ["异响", "主轴异响，打13800000502找邵工", "见左"],
    ]
    frame = Region.open(book(tmp_path / "难题.xlsx", rows))["needs"]
    assert frame["phone"].to_list() == [["13800000501"], ["13800000502"]]
    assert frame["contact"].to_list() == ["小韩", None]


def test_a_list_of_receivables_takes_its_owner_as_creditor(tmp_path):
    rows = [
        ["编制单位：示例混凝土有限公司"],
        ["客户", "发票号", "尾款（元）", "现在"],
        ["甲工地", "001", 1500, "没给"],
        ["乙工地", "002", 900, "结了"],
    ]
    frame = Region.open(book(tmp_path / "应收.xlsx", rows))["obligations"]
    assert frame["creditor"].to_list() == ["示例混凝土有限公司"] * 2
    assert frame["status"].to_list() == ["open", "settled"]


def test_what_cannot_be_read_says_how_to_save_it(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "b.et").write_bytes(b"\xd0\xcf\x11\xe0" + os.urandom(64))
    codes = {p.file: p.code for p in Region.open(tmp_path).problems}
    assert codes == {"a.xlsx": "password", "b.et": "save_as"}
