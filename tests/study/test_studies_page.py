from pathlib import Path

from sanwang.study.document import studies_page
from sanwang.study.registry import entries

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_pages_in_the_repository_are_those_of_the_declarations():
    assert (DOCS / "studies.md").read_text(encoding="utf-8") == studies_page("en")
    assert (DOCS / "studies.zh-CN.md").read_text(encoding="utf-8") == studies_page("zh")


def test_every_study_has_its_section_in_both_languages():
    for lang in ("zh", "en"):
        assert all(f"### {name} · " in studies_page(lang) for name in entries())
