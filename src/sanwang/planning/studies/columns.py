"""Columns of planning tables by key and style."""

from __future__ import annotations

from sanwang.study.table import Column, Style, column


def styled(lang: str, /, **styles: Style) -> tuple[Column, ...]:
    """Columns named in the vocabulary, in order."""
    return tuple(column(key, style, lang) for key, style in styles.items())
