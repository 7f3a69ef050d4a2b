"""Write the pages of tables and studies in docs/ from their declarations."""

from pathlib import Path

from sanwang.exchange.document import exchange_page
from sanwang.planning.constraints import with_tables
from sanwang.schema.document import tables_page
from sanwang.study.document import studies_page

docs = Path(__file__).resolve().parents[2] / "docs"
for lang, ending in (("en", "md"), ("zh", "zh-CN.md")):
    (docs / f"tables.{ending}").write_text(tables_page(lang), encoding="utf-8")
    (docs / f"studies.{ending}").write_text(studies_page(lang), encoding="utf-8")
    (docs / f"exchange.{ending}").write_text(exchange_page(lang), encoding="utf-8")
plan = docs / "plan.md"
plan.write_text(with_tables(plan.read_text(encoding="utf-8")), encoding="utf-8")
