"""The documentation inside the workbench: Markdown in both languages, its headings as places, searched offline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sanwang.exchange.process import processes
from sanwang.report.markup import Markup

NAMES = ("workbench", "exchange", "reports", "watch", "sandbox", "data", "privacy", "match", "plan", "chains", "market",
         "finance", "observe", "tables", "studies", "encoder", "engine")  # fmt: skip
"""The guides, in the order in which they are listed."""

PROCESSES = "processes"
"""The page with every process as a table, made from the processes themselves."""

PARTS = {
    "": "workbench#start", "sign-in": "workbench#start", "market": "workbench#market", "listing": "workbench#market",
    "draft": "workbench#market", "mine": "workbench#market", "money": "workbench#money", "border": "workbench#money",
    "debits": "workbench#money",
    "workspaces": "workbench#workspaces", "import": "workbench#workspaces", "studies": "workbench#studies",
    "jobs": "workbench#studies", "tokens": "workbench#programs", "hooks": "workbench#programs",
    "admin": "workbench#admin", "reports": "reports#start", "sandbox": "sandbox#start",
    "data": "data#start",
    "me": "privacy#start", "privacy": "privacy#start", "cases": "watch#start", "case": "watch#start",
    "help": "workbench#start",
}  # fmt: skip
"""By the first part of a page's path, the guide and place that speak of it."""

INSIDE = {
    "needs": "needs",
    "plans": "plans",
    "chains": "chains",
    "finance": "finance",
    "firms": "finance",
    "observatory": "observatory",
}
"""By the third part of a workspace's page, its place in the workbench's guide."""

SNIPPET = 90
MOST = 60

_ANCHOR = re.compile(r'^<a id="([a-z-]+)"></a>\s*$')
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A heading of a guide with the words under it."""

    guide: str
    place: str
    title: str
    text: str
    level: int


@dataclass(frozen=True)
class Guide:
    """A guide: its name and title, whether it is in the language asked for, and its page."""

    name: str
    title: str
    lang: str
    html: Markup
    sections: tuple[Section, ...]


def part_of(path: str) -> str:
    """The address of the help that speaks of a page."""
    parts = path.strip("/").split("/")
    if parts[0] in processes() or (parts[0] == "mine" and len(parts) > 1):
        return f"/help/{PROCESSES}#{parts[-1] if parts[0] == 'mine' else parts[0]}"
    if parts[0] == "workspaces" and len(parts) > 2 and parts[2] in INSIDE:
        return f"/help/workbench#{INSIDE[parts[2]]}"
    return f"/help/{PARTS.get(parts[0], 'workbench#start')}"


def _folder() -> Path:
    """Where the documentation is: beside this module in a wheel, in the repository otherwise."""
    inside = Path(str(files("sanwang.web"))) / "docs"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "docs"


@cache
def guide(name: str, lang: str) -> Guide | None:
    """A guide in a language, in English where it has not been translated; None where there is none."""
    if name not in NAMES:
        return None
    own = _folder() / f"{name}.zh-CN.md"
    path = own if lang == "zh" and own.is_file() else _folder() / f"{name}.md"
    if not path.is_file():
        return None
    return _read(name, "zh" if path == own else "en", path.read_text(encoding="utf-8"))


def guides(lang: str) -> list[Guide]:
    """Every guide there is."""
    return [g for n in NAMES if (g := guide(n, lang)) is not None]


def _read(name: str, lang: str, text: str) -> Guide:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    lines, named = _without_anchors(_COMMENT.sub("", text))
    tokens = reader.parse("\n".join(lines))
    sections: list[Section] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[at + 1].content.replace("`", "")
            line = token.map[0] if token.map else 0
            place = named.get(line, f"s{len(sections)}")
            token.attrSet("id", place)
            sections.append(Section(name, place, title, _words(tokens[at + 3 :]), int(token.tag[1:])))
        elif token.type == "inline":
            for child in token.children or ():
                _turn(child)
        elif token.type == "table_open":
            token.attrSet("tabindex", "0")
        elif token.type in ("fence", "code_block"):
            token.type, token.tag = "html_block", ""
            token.content = f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n'
    title = sections[0].title if sections else name
    return Guide(
        name, title, lang, Markup(reader.renderer.render(tokens, reader.options, {})), tuple(sections)
    )


def _without_anchors(text: str) -> tuple[list[str], dict[int, str]]:
    """The lines without those that name a place, and the name of the line that follows each."""
    lines: list[str] = []
    named: dict[int, str] = {}
    for line in text.splitlines():
        if found := _ANCHOR.match(line):
            named[len(lines)] = found[1]
        else:
            lines.append(line)
    return lines, named


def _turn(token: Token) -> None:
    """Links to other guides lead to their pages here; pictures and other addresses are left as words."""
    if token.type == "link_open":
        target = str(token.attrGet("href") or "")
        stem = re.fullmatch(r"(?:docs/)?([a-z]+)(?:\.zh-CN)?\.md(#[\w-]+)?", target)
        if stem and stem[1] in NAMES:
            token.attrSet("href", f"/help/{stem[1]}{stem[2] or ''}")
        elif not target.startswith("#"):
            token.attrSet("href", "/help")
    if token.type == "image":
        token.type, token.tag, token.children = "text", "", None


def _words(tokens: list[Token]) -> str:
    """The words up to the next heading."""
    found: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            break
        if token.type in ("inline", "fence", "code_block") and token.content:
            found.append(token.content)
    return " ".join(" ".join(found).split())


def search(text: str, lang: str) -> list[tuple[Section, Markup]]:
    """Sections that hold every word asked for, those with it in their heading first, each with the words around it."""
    wanted = [w for w in text.casefold().split() if w]
    if not wanted:
        return []
    every = [s for g in guides(lang) for s in g.sections]
    hits = [s for s in every if all(w in f"{s.title} {s.text}".casefold() for w in wanted)]
    hits.sort(key=lambda s: -sum(w in s.title.casefold() for w in wanted))
    return [(s, _around(s.text, wanted[0])) for s in hits[:MOST]]


def _around(text: str, word: str) -> Markup:
    at = max(text.casefold().find(word), 0)
    start, end = max(0, at - SNIPPET), at + len(word) + SNIPPET
    cut = ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
    marked = re.sub(
        re.escape(escape(word)), lambda m: f"<mark>{m[0]}</mark>", escape(cut), flags=re.IGNORECASE
    )
    return Markup(marked)
