"""Write docs/tables.md and docs/tables.zh-CN.md from the schema."""

from pathlib import Path

from sanwang.schema.document import tables_page

docs = Path(__file__).resolve().parents[2] / "docs"
(docs / "tables.md").write_text(tables_page("en"), encoding="utf-8")
(docs / "tables.zh-CN.md").write_text(tables_page("zh"), encoding="utf-8")
