from pathlib import Path

from sanwang.schema.document import tables_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_committed_pages_are_what_the_schema_says():
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == tables_page("en")
    assert (DOCS / "tables.zh-CN.md").read_text(encoding="utf-8") == tables_page("zh")
