import io
import re
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from report_case import FORMULA, empty_plan, small_plan, small_region, small_result

from sanwang.region import Region
from sanwang.report.workbook import write
from sanwang.study.shown import Shown
from sanwang.study.table import Column, Table


def book(region: Region, plan: Any, lang: str = "zh") -> bytes:
    file = io.BytesIO()
    write(small_result(region, plan, lang), file)  # pyright: ignore[reportArgumentType]
    return file.getvalue()


def sheet(content: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()


def test_sheets_and_notice_in_chinese_and_english():
    zh = CalamineWorkbook.from_filelike(io.BytesIO(book(small_region(), small_plan())))
    assert zh.sheet_names[:3] == ["总览", "路线", "未满足需求"] and zh.sheet_names[-1] == "说明"
    en = CalamineWorkbook.from_filelike(io.BytesIO(book(small_region(), small_plan(), "en")))
    assert en.sheet_names[:3] == ["Overview", "Routes", "Unmet needs"] and en.sheet_names[-1] == "Notes"
    assert len(zh.sheet_names) == len(en.sheet_names)
    assert all(
        zh.get_sheet_by_name(n).to_python()[0][0] == "本文件所有机构与数据均为虚构" for n in zh.sheet_names
    )
    assert all("fictional" in en.get_sheet_by_name(n).to_python()[0][0] for n in en.sheet_names)


def test_prices_of_bottlenecks_and_bills_of_borders():
    _, head, *rows = sheet(book(small_region(), small_plan()), "瓶颈价格")
    column = dict(zip(head, zip(*rows, strict=True), strict=True))
    assert column["编号"] == ("B1", "P1")  # needs have rents, but are no bottleneck
    assert column["影子价格（万元）"] == ("", "")  # B1 has an interval, of which the price is one point
    assert column["每元额度的价值(元)"] == ("", 0.25)
    assert (column["多一单位可得（万元）"][0], column["少一单位会失（万元）"][0]) == (1.0, 4.0)
    _, _, border = sheet(book(small_region(), small_plan()), "边界成本")
    assert border == ["北京市", "河北省", "技术", 2.0, 1.0]


def test_real_data_carry_no_notice(real_region: Region):
    assert sheet(book(real_region, small_plan()), "路线")[0][0] == "路线编号"


def test_cells_are_typed_and_sum_to_the_plan():
    _, head, *rows = sheet(book(small_region(), small_plan()), "路线")
    column = dict(zip(head, zip(*rows, strict=True), strict=True))
    assert column["净价值（万元）"] == (300.0, 50.0)
    assert column["证据"] == ("强", "不足")
    assert column["需求编号"] == ("N1", "N2")
    assert column["承制产线"] == ("云朔制造（虚构）",) * 2
    assert column["中试基地"] == ("滨海基地", "")
    assert column["路径"][0] == "北京市 → 天津市 → 唐山市 → 石家庄市"
    parts = ("成果价款", "中试费", "导入承制费", "要素费", "融资费", "跨域成本")
    assert sum(sum(column[f"{p}（万元）"]) for p in parts) == sum(column["成本（万元）"]) == 240.0


def test_ids_that_look_like_numbers_and_text_that_looks_like_a_formula_stay_text():
    content = book(small_region(), small_plan())
    _, _, row = sheet(content, "未满足需求")
    assert row[:2] == ["007", FORMULA]
    with ZipFile(io.BytesIO(content)) as archive:
        assert not any(b"<f>" in archive.read(n) for n in archive.namelist() if "sheet" in n)


def test_dates_are_dates():
    needs = small_region()["needs"].with_columns(pl.lit(date(2027, 6, 30)).alias("deadline"))
    rows = sheet(book(small_region(needs=needs), small_plan()), "未满足需求")
    assert rows[2][-1] == date(2027, 6, 30)


def test_the_same_plan_gives_the_same_bytes():
    later = small_plan(seconds=99.0)
    assert book(small_region(), small_plan()) == book(small_region(), later)


def test_headings_are_frozen_filtered_and_columns_fit_chinese():
    with ZipFile(io.BytesIO(book(small_region(), small_plan()))) as archive:
        routes = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'ySplit="2"' in routes and "<autoFilter" in routes
    # 双极板冲压模具寿命不足 is 22 columns wide.
    assert 'min="3" max="3" width="34' in routes or 'min="3" max="3" width="24' in routes


def test_an_empty_plan_still_makes_a_workbook():
    rows = sheet(book(small_region(), empty_plan()), "总览")
    assert any("没有路线" in str(row[0]) for row in rows)
    assert len(sheet(book(small_region(), empty_plan()), "路线")) == 2


@pytest.mark.parametrize("length", [32_767, 40_000])
def test_long_text_is_cut_to_what_a_cell_holds(length: int, tmp_path: Path):
    path = tmp_path / "long.xlsx"
    write(small_result(reasons="长" * length), path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("匹配").to_python()
    assert {len(row[6]) for row in rows[2:]} == {32_767}


def test_names_of_sheets_are_what_excel_takes(monkeypatch: pytest.MonkeyPatch):
    """English titles are long, hold characters a sheet's name may not, and may begin alike."""
    title = "Rows: what each border costs / gains [estimated] "
    tables = [
        Table(f"t{n}", title + end, pl.DataFrame({"a": [1]}), (Column("a", "A", "int"),))
        for n, end in enumerate("xyz")
    ]
    result = small_result(lang="en")
    monkeypatch.setitem(result.__dict__, "shown", Shown("title", ["said"], tables))
    file = io.BytesIO()
    write(result, file)  # pyright: ignore[reportArgumentType]
    names = CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue())).sheet_names
    assert len({n.casefold() for n in names}) == len(names) == 5
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") for n in names)


def test_overview_gives_the_bound_and_the_key_figures():
    rows = sheet(book(small_region(), small_plan()), "总览")
    assert any("357 万元" in str(row[0]) for row in rows)
    assert any(row[0] == "净价值" or "净价值" in str(row[0]) for row in rows)


def test_a_conflict_is_red_and_says_so_in_the_workbook():
    region, plan = small_region(), small_plan()
    file = io.BytesIO()
    write(small_result(region, plan, reasons="共同词：x；✗ 冲突：指标不符“a”"), file)  # pyright: ignore[reportArgumentType]
    with ZipFile(io.BytesIO(file.getvalue())) as archive:
        shared = archive.read("xl/sharedStrings.xml").decode()
    assert re.search(r"<r><rPr><b/>.{0,80}B3261E.{0,120}<t[^>]*>✗ 冲突：指标不符“a”</t>", shared)
