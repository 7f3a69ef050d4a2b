import zipfile

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.errors import DataError, InputError
from sanwang.region import Region

NEEDS = "需求编号,需求名称,需求描述,预算(万元),截止日期,要求成熟度\n001,泵,密封漏油，想要三年不换,38.5,2027/6/30,TRL7\n"


def folder(tmp_path, **files):
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        path = tmp_path / f"{stem}.{suffix}"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            path.write_bytes(content)
    return tmp_path


def book(path, sheets, **options):
    with xlsxwriter.Workbook(str(path), options) as out:
        for name, rows in sheets.items():
            sheet = out.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    sheet.write(i, j, cell)
    return path


def codes(path):
    return {p.code for p in Region.open(path).check().errors}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_in_the_encodings_of_the_field(tmp_path, encoding):
    region = Region.open(folder(tmp_path, needs_csv=NEEDS.encode(encoding)))
    row = region["needs"].row(0, named=True)
    assert (row["id"], row["budget"], row["trl_required"]) == ("001", 38_500_000, 7)
    assert str(row["deadline"]) == "2027-06-30"
    assert (row["_file"], row["_row"]) == ("needs.csv", 2)
    assert not region.check().errors


def test_quoted_commas_and_breaks_stay_in_their_cell(tmp_path):
    text = 'id,title,text\nA,t,"第一行,\n第二行"\n'
    assert Region.open(folder(tmp_path, needs_csv=text))["needs"]["text"][0] == "第一行,\n第二行"


def test_only_ids_titles_and_either_word_for_the_text(tmp_path):
    region = Region.open(
        folder(
            tmp_path,
            needs_csv="id,title,abstract\n1,a,bbbbbbbbbb\n",
            achievements_csv="id,title,text\n1,a,b\n",
        )
    )
    assert region["needs"]["text"].to_list() == ["bbbbbbbbbb"]
    assert region["achievements"]["abstract"].to_list() == ["b"]


def test_mixed_encodings_are_told_by_line(tmp_path):
    lines = "id,title,text\n1,甲乙丙丁,描述描述描述\n2,戊己庚辛,描述描述描述\n3,壬癸子丑,描述描述描述\n".splitlines(
        True
    )
    data = lines[0].encode() + lines[1].encode() + lines[2].encode() + lines[3].encode("gbk")
    found = Region.open(folder(tmp_path, needs_csv=data)).check().errors
    assert [(p.code, dict(p.terms)) for p in found if "encod" in p.code] == [
        ("encoding_mixed", {"utf8": "2", "line": "4"})
    ]


def test_one_workbook_with_a_sheet_a_table_and_a_title_above_the_heading(tmp_path):
    sheets = {
        "需求": [
            ["2026年企业技术需求汇总表"],
            ["需求编号", "需求名称", "需求描述"],
            ["0012", "密封", "高温漏油怎么办"],
        ],
        "achievements": [["id", "title"], ["A1", "耐高温密封"]],
    }
    region = Region.open(book(tmp_path / "全部.xlsx", sheets))
    assert region["needs"]["id"].to_list() == ["0012"]
    assert region["needs"]["_row"].to_list() == [3]
    assert region["achievements"]["_sheet"].to_list() == ["achievements"]


def test_numbers_as_identifiers_are_read_and_warned_of(tmp_path):
    region = Region.open(
        book(tmp_path / "needs.xlsx", {"x": [["id", "title", "text"], [12, "t", "说明文字八个字"]]})
    )
    assert region["needs"]["id"].to_list() == ["12"]
    assert "id_number" in {p.code for p in region.check().warnings}


def test_formulas_are_taken_at_their_stored_value_and_told(tmp_path):
    path = tmp_path / "needs.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        sheet = out.add_worksheet("needs")
        for j, cell in enumerate(["id", "title", "text", "budget"]):
            sheet.write(0, j, cell)
        sheet.write_row(1, 0, ["N1", "t", "说明文字说明文字"])
        sheet.write_formula(1, 3, "=1+2", None, 3)
        sheet.write_row(2, 0, ["N2", "t", "说明文字说明文字"])
        sheet.write_formula(2, 3, "=A9", None, "")
    region = Region.open(path)
    assert region["needs"]["budget"].to_list() == [300, None]
    assert {(p.code, p.row) for p in region.problems} == {("formula", 2), ("formula_empty", 3)}


def test_a_zip_bomb_macros_and_rubbish_are_refused(tmp_path):
    bomb = tmp_path / "a" / "needs.xlsx"
    bomb.parent.mkdir()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out,
        out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(1100):
            part.write(b"0" * 2**20)
    assert codes(bomb.parent) >= {"bomb"}
    macro = tmp_path / "b" / "needs.xlsm"
    macro.parent.mkdir()
    with zipfile.ZipFile(macro, "w") as out:
        out.writestr("xl/vbaProject.bin", b"x")
    assert codes(macro.parent) >= {"macros"}
    rubbish = tmp_path / "c" / "needs.xlsx"
    rubbish.parent.mkdir()
    rubbish.write_bytes(b"not a workbook")
    assert codes(rubbish.parent) >= {"unreadable"}


def test_sheets_that_are_no_table_and_columns_that_are_nothing_of_ours_are_told(tmp_path):
    path = book(tmp_path / "needs.xlsx", {"甲": [["a"], [1]], "乙": [["b"], [2]]})
    assert {p.code for p in Region.open(path).problems} == {"not_a_table", "no_tables"}
    path.unlink()
    (tmp_path / "needs.csv").write_text(
        "id,title,名称,text,备注\n1,a,b,说明文字说明文字,留\n", encoding="utf-8"
    )
    region = Region.open(tmp_path)
    assert {(p.code, p.column) for p in region.problems} == {("kept_column", "名称"), ("kept_column", "备注")}
    assert region["needs"]["备注"].to_list() == ["留"]


def test_own_headings_by_configuration(tmp_path):
    (tmp_path / "sanwang.toml").write_text('name="试"\n[headers.needs]\n"难点"="text"\n', encoding="utf-8")
    region = Region.open(folder(tmp_path, needs_csv="id,title,难点\n1,a,说明文字说明文字\n"))
    assert region.name == "试"
    assert region["needs"]["text"].to_list() == ["说明文字说明文字"]


def test_nothing_to_read(tmp_path):
    with pytest.raises(InputError):
        Region.open(tmp_path / "missing")
    assert codes(tmp_path) == {"no_tables"}
    assert codes(folder(tmp_path, needs_csv="")) == set()
    assert "empty_table" in {p.code for p in Region.open(tmp_path).check().warnings}


def test_tens_of_thousands_of_bad_cells_are_counted_and_bounded(tmp_path):
    rows = "".join(f"{i},a,说明文字说明文字,坏,99\n" for i in range(30_000))
    found = Region.open(folder(tmp_path, needs_csv="id,title,text,budget,trl_required\n" + rows)).problems
    assert not [p for p in found if p.severity == "error"]
    assert len(found) == 20_001
    assert sum(int(dict(p.terms)["count"].replace(",", "")) for p in found if p.code == "many") == 40_000


@pytest.mark.parametrize("format", ["xlsx", "csv", "parquet"])
def test_a_workspace_written_reads_back_the_same(tmp_path, format):
    region = Region.of(
        name="往返",
        actors=pl.DataFrame({"id": ["007"], "name": ["=1+1 公司"], "place": ["110108"], "kind": ["firm"]}),
        needs=pl.DataFrame(
            {
                "id": ["001", "002"],
                "title": ["a", "b"],
                "text": ["第一行\n第二行🚀", "说明"],
                "actor": ["007", None],
                "budget": [12_345, 2**53 - 1],
                "industries": [["C34", "C35"], None],
            }
        ),
        achievements=pl.DataFrame(
            {"id": ["r"], "title": ["t"], "keywords": [["1,3-丁二烯"]], "ipc": [["H01M 8/10"]]}
        ),
    )
    region.save(tmp_path, format)
    again = Region.open(tmp_path)
    assert not again.check().errors
    assert again.digest == region.digest


def test_writing_keeps_what_could_not_be_read_and_refuses_where_rows_are_missing(tmp_path):
    region = Region.open(folder(tmp_path, needs_csv="id,title,text,budget\n1,a,说明文字,很多\n"))
    region.save(tmp_path / "out")
    assert Region.open(tmp_path / "out").trace("needs", "1").cells.filter(field="budget")[
        "text"
    ].to_list() == ["很多"]
    (tmp_path / "needs.csv").write_text('id,title\n1,"open\n', encoding="utf-8")
    with pytest.raises(DataError):
        Region.open(tmp_path).save(tmp_path / "more")
    assert not (tmp_path / "more").exists()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("甲乙丙abc", min_size=1, max_size=6),
            st.sampled_from(
                ["50-80万", "面议", "约80万", "不超过300万", "100万美元", "12", "", "3,5", "两万五"]
            ),
            st.sampled_from(["2027年底", "一年内", "2026.3.5", "", "尽快", "2027年上半年"]),
            st.sampled_from(["中试", "TRL6-7", "6", "", "TRL5以上", "不要求"]),
            st.sampled_from(["转让、许可", "13900000001 / 022-55550001", ""]),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["xlsx", "csv", "parquet"]),
)
def test_import_export_import_is_the_identity(tmp_path_factory, rows, format):
    base = tmp_path_factory.mktemp("again")
    header = ["编号", "需求名称", "需求描述", "预算（万元）", "截止日期", "要求成熟度", "备注", "联系电话"]
    lines = [header] + [
        [f"N{i}", t, f"{t}说明文字说明文字", b, d, m, "留", p] for i, (t, b, d, m, p) in enumerate(rows)
    ]
    first = Region.open(book(base / "任意.xlsx", {"Sheet1": lines}))
    first.save(base / "w", format)
    again = Region.open(base / "w")
    assert same(first, again)
    assert texts(first) == texts(again)


def same(a, b):
    left, right = a["needs"], b["needs"]
    columns = [c for c in left.columns if not c.startswith("_")]
    return all(left[c].to_list() == right[c].to_list() for c in columns if left[c].null_count() < left.height)


def texts(region):
    rows = region.readings.filter(pl.col("text") != "").select("key", "field", "text").iter_rows()
    return set(rows)
