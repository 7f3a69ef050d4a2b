"""Bars: counts or amounts of a small table, one line each, widths as shares of the largest."""

from __future__ import annotations

from collections.abc import Sequence

from sanwang.report.markup import Markup, tag


def bars(lines: Sequence[tuple[str, float, str]], kind: str = "bars", filters: str | None = None) -> Markup:
    """A list of (label, size, words); with ``filters`` (a table's name) each line filters that table by its label."""
    most = max((size for _, size, _ in lines), default=0.0) or 1.0
    return tag(
        "ul", *(_line(label, size / most, words, filters) for label, size, words in lines), class_=kind
    )


def _line(label: str, share: float, words: str, filters: str | None) -> Markup:
    name = tag("span", label, class_="label")
    bar = tag(
        "span", tag("span", style=f"width:{max(0.0, share) * 100:.2f}%"), class_="track", aria_hidden="true"
    )
    number = tag("span", words, class_="number")
    if filters is None:
        return tag("li", name, bar, number)
    button = tag("button", name, type="button", data_filter=label, data_table=filters)
    return tag("li", button, bar, number)
