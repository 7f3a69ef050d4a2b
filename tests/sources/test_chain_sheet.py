import polars as pl
import pytest
import xlsxwriter

from sanwang.collaboration.chains.chain import chains_of
from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.sources.chain_sheet import import_sheet

ROWS = [
    ["某市重点产业链企业清单"],
    ["产业链", "环节", "企业名称", "主要产品", "上中下游", "地区", "产能", "上游环节"],
    ["储能", "电芯", "甲公司", "磷酸铁锂电芯", "中游", "天津市", 1200, None],
    ["储能", "系统集成", "乙公司", "储能柜", "下游", "保定市", 300, "电芯"],
    ["储能", "系统集成", "乙公司", "PCS", None, None, 100, None],
]


def sheet(path, rows):
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("清单")
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)
    return path


def test_one_row_a_firm_becomes_a_chain(tmp_path):
    counts = import_sheet(sheet(tmp_path / "s.xlsx", ROWS), tmp_path / "w")
    assert counts == {"actors": 2, "chains": 1, "links": 2, "members": 2}
    region = Region.open(tmp_path / "w")
    assert not region.check().errors
    (chain,) = chains_of(region)
    assert chain.edges == (("C01-L001", "C01-L002"),) and chain.capacity == {
        "C01-L001": 1200,
        "C01-L002": 400,
    }
    assert region["members"].filter(pl.col("capacity") == 400)["product"].item() == "储能柜；PCS"


def test_every_bad_cell_is_told_by_row_and_column(tmp_path):
    bad = [
        *ROWS,
        ["储能", None, "丙", "x", "中间", "火星", -5, None],
        [None, "电芯", "丁", "x", None, None, "很多", None],
    ]
    with pytest.raises(InputError) as told:
        import_sheet(sheet(tmp_path / "s.xlsx", bad), tmp_path / "w")
    words = str(told.value)
    for part in (
        "第6行 环节",
        "第6行 上中下游: “中间”",
        "第6行 地区: “火星”",
        "第6行 产能: “-5”",
        "第7行 产业链",
        "第7行 产能",
    ):
        assert part in words
    assert not (tmp_path / "w").exists()


def test_a_sheet_without_the_headings_and_a_full_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="表头应有"):
        import_sheet(sheet(tmp_path / "s.xlsx", [["一", "二"], ["a", "b"]]), tmp_path / "w")
    with pytest.raises(InputError, match="目录非空"):
        import_sheet(tmp_path / "s.xlsx", tmp_path)
    with pytest.raises(InputError, match="没有这个文件"):
        import_sheet(tmp_path / "none.xlsx", tmp_path / "w")


def test_ways_to_make_a_link_are_sets_of_links_named_in_the_sheet(tmp_path):
    rows = [
        ["产业链", "环节", "企业名称", "上游环节", "互替"],
        ["医药", "原料药", "甲公司", None, None],
        ["医药", "辅料", "乙公司", None, None],
        ["医药", "饮片", "丙公司", None, None],
        ["医药", "制剂", "丁公司", "包材", "原料药+辅料；饮片"],
        ["医药", "包材", "戊公司", None, None],
    ]
    import_sheet(sheet(tmp_path / "s.xlsx", rows), tmp_path / "w")
    region = Region.open(tmp_path / "w")
    assert not region.check().errors
    (chain,) = chains_of(region)
    names = {k.id: k.name for k in chain.links}
    told = [[{names[i] for i in way} for way in group] for group in chain.ways["C01-L004"]]
    assert told == [[{"包材"}], [{"原料药", "辅料"}, {"饮片"}]]
