"""Tables of the page: complete in the HTML, made sortable, filterable and paged by ``page.js``."""

from __future__ import annotations

from sanwang.report.markup import Markup, join, lone, plain, tag
from sanwang.study.marks import pieces
from sanwang.study.table import Column, Table, written
from sanwang.study.words import say

SIZES = (10, 25, 100, 500)
"""Rows a page of a table may show."""


def table_block(table: Table, lang: str) -> Markup:
    """A section with heading, filter, table and pager; a sentence where there are no rows."""
    heading = tag("h2", table.title)
    if table.frame.is_empty():
        return tag("section", heading, tag("p", say("no_rows", lang), class_="about"), id=table.name)
    body = tag("div", plain_table(table), class_="scroll", tabindex=0, role="region", aria_label=table.title)
    note = [tag("p", table.note, class_="about")] if table.note else []
    whole = (*note, _tools(table, lang), body, _pager(lang))
    if table.folded:
        words = say("all_columns", lang, title=table.title, rows=f"{table.frame.height:,}")
        heading, whole = tag("details", tag("summary", tag("h2", words)), *whole, class_="folded"), ()
    return tag(
        "section",
        heading,
        *whole,
        id=table.name,
        class_="grid-block",
        data_table=table.name,
    )


def plain_table(table: Table) -> Markup:
    """The table alone, every row in it."""
    under = {key for col in table.columns for key in col.under}
    shown = [col for col in table.columns if col.page and col.key not in under]
    head = tag("thead", tag("tr", *(_heading(col) for col in shown)))
    rows = table.frame.iter_rows(named=True)
    body = tag("tbody", *(tag("tr", *(_cell(row, col) for col in shown)) for row in rows))
    return tag("table", tag("caption", table.title, class_="unseen"), head, body)


def _heading(col: Column) -> Markup:
    kind = "number" if col.is_number else None
    return tag("th", tag("span", col.label), scope="col", data_type=kind, class_=_class(col))


def _class(col: Column) -> str | None:
    if col.style == "id":
        return "id"
    return "n" if col.is_number else "wide" if col.style in ("long", "marks") or col.under else None


def marked_text(text: str) -> Markup:
    """Text with its conflicts and doubts in elements of their own."""
    return join(tag("b", said, class_=f"mark {mark}") if mark else plain(said) for mark, said in pieces(text))


def _cell(row: dict[str, object], col: Column) -> Markup:
    value = row[col.key]
    shown = (
        marked_text(written(value, col.style)) if col.style == "marks" else plain(written(value, col.style))
    )
    small = " · ".join(str(row[key]) for key in col.under if row[key] is not None)
    inner = join([shown, tag("small", small)]) if small else shown
    exact = (
        f"{value:.6g}"
        if isinstance(value, int | float) and col.style in ("money", "percent", "score")
        else None
    )
    meter = (
        f"--part:{min(1.0, max(0.0, value)):.3f}"
        if col.style == "percent" and isinstance(value, float)
        else None
    )
    return tag("td", inner, class_=_class(col), data_v=exact, style=meter)


def _tools(table: Table, lang: str) -> Markup:
    name = f"filter-{table.name}"
    field = lone("input", type="search", id=name, placeholder=say("filter_hint", lang), autocomplete="off")
    sizes = tag(
        "select",
        *(tag("option", f"{n:,}", value=n) for n in SIZES),
        aria_label=say("rows_shown", lang, shown="", total=""),
    )
    count = tag(
        "output",
        class_="count",
        aria_live="polite",
        data_words=say("rows_shown", lang, shown="{shown}", total="{total}"),
    )
    clear = tag("button", say("clear", lang), type="button", class_="clear")
    return tag(
        "div",
        tag("label", say("filter", lang), for_=name),
        field,
        clear,
        count,
        sizes,
        class_="tools",
        hidden=True,
    )


def _pager(lang: str) -> Markup:
    words = say("page_of", lang, page="{page}", pages="{pages}")
    return tag(
        "div",
        tag("button", say("previous", lang), type="button", class_="previous"),
        tag("span", data_words=words, class_="where"),
        tag("button", say("next", lang), type="button", class_="next"),
        tag("span", say("sort_hint", lang), class_="hint"),
        class_="pager",
        hidden=True,
    )
