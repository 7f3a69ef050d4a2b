"""The sheets of a result on its page: a short list, each row of which opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sanwang.report.markup import Markup, join, lone, plain, tag
from sanwang.report.tables import marked_text
from sanwang.study.marks import SIGNS, mark_of
from sanwang.study.sheet import Part, Sheet
from sanwang.study.words import say

MOST = 300
"""Sheets a page holds: more would make it slow; the workbook has them all."""


def sheets_block(sheets: Sequence[Sheet], lang: str) -> Markup | None:
    """The list, with a field to search it and buttons to open and close all; None without sheets."""
    if not sheets:
        return None
    shown = sheets[:MOST]
    cut = say("sheets_cut", lang, shown=len(shown), total=len(sheets)) if len(sheets) > MOST else ""
    return tag(
        "section",
        tag("h2", say("sheets_title", lang)),
        tag("p", say("sheets_about", lang), class_="about"),
        *([tag("p", cut, class_="about")] if cut else []),
        _tools(lang),
        *(sheet_block(s, lang) for s in shown),
        id="sheets",
    )


def _tools(lang: str) -> Markup:
    field = lone(
        "input", type="search", id="filter-sheets", placeholder=say("filter_hint", lang), autocomplete="off"
    )
    buttons = (
        tag("button", say(f"sheets_{k}", lang), type="button", data_sheets=k) for k in ("open", "close")
    )
    label = tag("label", say("filter", lang), for_="filter-sheets")
    return tag("div", label, field, *buttons, class_="tools", hidden=True)


def sheet_block(sheet: Sheet, lang: str) -> Markup:
    """One sheet: what it is in one line with its facts and what must not be missed, and the parts when opened."""
    facts = tag(
        "span", *(tag("span", tag("i", label), " ", words) for label, words in sheet.facts), class_="facts"
    )
    head = tag(
        "summary",
        tag("span", sheet.key, class_="key"),
        tag("span", sheet.title, *_badges(sheet, lang), class_="what"),
        facts,
    )
    return tag(
        "details", head, tag("dl", *(x for p in sheet.parts for x in _part(p))), class_="sheet", id=sheet.key
    )


def _badges(sheet: Sheet, lang: str) -> list[Markup]:
    """How many marked lines of each kind, in a sign, a word and a number."""
    counts = Counter(mark_of(line) for line in sheet.flags)
    found: list[Markup] = []
    for mark, signs in SIGNS.items():
        if counts[mark]:
            words = signs[0 if lang == "zh" else 1].rstrip("：: ")
            found.append(tag("b", f"{words} {counts[mark]}", class_=f"mark badge {mark}"))
    return found


def _part(part: Part) -> list[Markup]:
    lines = [tag("p", marked_text(line)) for line in part.lines]
    if part.sums:
        rows = (
            tag("tr", tag("th", label, scope="row"), tag("td", amount, class_="n"))
            for label, amount in part.sums
        )
        lines.insert(0, tag("table", tag("tbody", *rows), class_="sums"))
    inner = tag("blockquote", *lines) if part.quote else join(lines)
    return [tag("dt", plain(part.label)), tag("dd", inner, class_=part.key)]
