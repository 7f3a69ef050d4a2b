"""Guides of both languages are equal in content: the same headings, tables, and code but for its comments."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAIRS = [p for p in sorted(DOCS.glob("*.md")) if not p.stem.endswith(".zh-CN")]


def code(text):
    """Blocks of code without comments, empty lines and the language asked for."""
    blocks = re.findall(r"```(\w*)\n(.*?)```", text.replace("编号", "ID"), re.DOTALL)
    bare = [
        (kind, [re.sub(r"\s+#\s.*|^#\s.*", "", line).rstrip() for line in body.splitlines()])
        for kind, body in blocks
        if kind != "mermaid"  # drawn from the tables in the words of the language
    ]
    spoken = re.compile(r"\blang([ =])(zh|en)\b")
    return [(kind, [spoken.sub(r"lang\1..", line) for line in lines if line]) for kind, lines in bare]


def outline(text):
    """Levels of the headings, and how many rows the tables have, outside code."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.findall(r"^(#+) ", prose, re.MULTILINE), len(re.findall(r"^\|", prose, re.MULTILINE))


@pytest.mark.parametrize("page", PAIRS, ids=lambda p: p.stem)
def test_both_languages_say_the_same(page):
    other = page.with_name(f"{page.stem}.zh-CN.md")
    texts = [p.read_text("utf-8") for p in (page, other)]
    assert outline(texts[0]) == outline(texts[1])
    assert code(texts[0]) == code(texts[1])


def test_a_chinese_page_links_to_chinese_pages():
    for page in DOCS.glob("*.zh-CN.md"):
        for name in re.findall(r"\]\(([\w-]+)\.md[)#]", page.read_text("utf-8")):
            assert not (DOCS / f"{name}.zh-CN.md").exists(), (page.name, name)
