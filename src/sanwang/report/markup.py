"""HTML and SVG elements in which every text is escaped unless it is markup already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Markup(str):
    """Text that is HTML already; any other text is escaped when it enters an element or a template."""

    __slots__ = ()

    def __html__(self) -> str:
        """The text itself: a template does not escape it again."""
        return self


def plain(text: str) -> Markup:
    """Text as HTML: special characters escaped, control characters dropped."""
    return Markup(escape(_CONTROL.sub("", text), quote=True))


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Parts one after another, each escaped unless it is markup."""
    return Markup(between.join(p if isinstance(p, Markup) else plain(p) for p in parts))


def tag(name: str, /, *inner: str, **attributes: object) -> Markup:
    """An element. Attributes: ``class_`` is class, other underscores are hyphens; None is left out, True is bare."""
    opened = "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{name}{opened}>{join(inner)}</{name}>")


def lone(name: str, /, **attributes: object) -> Markup:
    """An element without content, such as ``meta`` or ``input``."""
    return Markup(f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>")


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return f' {name}="{plain(shown)}"'
