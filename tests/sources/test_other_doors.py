import json
import sqlite3

import pytest

from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.sources.database import read_database
from sanwang.sources.importing import begin

RIS = """TY  - JOUR
TI  - 耐高温密封圈
AB  - 在二百度下老化两千小时不漏
AU  - 张三
PY  - 2023
KW  - 密封
DO  - 10.0000/example.1
ER  -
"""
BIB = """@article{zhang2022seal,
  title = {Seals that last},
  abstract = {Two thousand hours at 200 degrees without a leak},
  author = {Zhang, San and Li, Si},
  year = {2022},
  keywords = {seal; rubber}
}
"""
WORK = {
    "id": "https://openalex.org/W1",
    "title": "Seals that last",
    "publication_year": 2021,
    "abstract_inverted_index": {"Two": [0], "thousand": [1], "hours": [2]},
    "authorships": [
        {"author": {"display_name": "Zhang San"}, "institutions": [{"display_name": "Example University"}]}
    ],
    "doi": "https://doi.org/10.0000/example.2",
}


@pytest.mark.parametrize(
    ("name", "text", "key", "title", "year"),
    [
        ("a.ris", RIS, "10.0000/example.1", "耐高温密封圈", 2023),
        ("a.bib", BIB, "zhang2022seal", "Seals that last", 2022),
        ("a.jsonl", json.dumps(WORK) + "\n", "W1", "Seals that last", 2021),
    ],
)
def test_exports_of_literature_become_results(tmp_path, name, text, key, title, year):
    (tmp_path / name).write_text(text, encoding="utf-8")
    row = begin([tmp_path / name]).read.frames["achievements"].row(0, named=True)
    assert (row["id"], row["title"], row["year"]) == (key, title, year)
    assert row["abstract"]


def test_a_database_is_read_like_a_workbook(tmp_path):
    file = tmp_path / "list.db"
    with sqlite3.connect(file) as base:
        base.execute('create table xuqiu (编号 text, 需求名称 text, 需求描述 text, "预算（万元）" text)')
        base.execute("insert into xuqiu values ('N1', '密封', '密封圈在高温下老化漏油', '50-80')")
    region = Region.open(f"sqlite:///{file}")
    assert region["needs"]["budget"].to_list() == [65_000_000]
    asked = read_database(
        f"sqlite:///{file}", {"needs": "select 编号 as id, 需求名称 as title, 需求描述 as text from xuqiu"}
    )
    assert asked.frames["needs"]["title"].to_list() == ["密封"]
    with pytest.raises(InputError, match="数据库"):
        Region.open("nowhere://x")


def test_a_file_of_another_kind_is_refused_in_words(tmp_path):
    (tmp_path / "a.docx").touch()
    with pytest.raises(InputError, match="不认识"):
        begin([tmp_path / "a.docx"])
