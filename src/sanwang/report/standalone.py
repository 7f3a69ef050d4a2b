"""A drawing as an SVG file of its own."""

from __future__ import annotations

from importlib.resources import files

from sanwang.report.markup import Markup, tag

FONTS = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif'


def standalone(drawing: str) -> str:
    """The drawing with the styles and the name space it needs to be opened alone."""
    style = (files("sanwang.report") / "drawing.css").read_text(encoding="utf-8")
    head, rest = drawing.split(">", 1)
    space = "" if "xmlns=" in head else ' xmlns="http://www.w3.org/2000/svg"'
    return f"{head}{space}>{tag('style', Markup(f'{style}svg{{font-family:{FONTS}}}'))}{rest}\n"
