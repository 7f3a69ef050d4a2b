"""Help in one language: the few fixed words that the command line library writes in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from typer.core import TyperCommand, TyperGroup

WORDS: Mapping[str, str] = {
    "Usage:": "用法：",
    "Arguments:": "参数：",
    "Options:": "选项：",
    "Commands:": "命令：",
    "COMMAND [ARGS]...": "命令 [参数]…",
    "[OPTIONS]": "[选项]",
    "[required]": "[必填]",
    "[default:": "[缺省:",
    "Show this message and exit.": "显示本帮助",
}


class Spoken(TyperCommand):
    """A command whose help has no word of another language."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer's context
        """The help, in the language of the command line."""
        return _said(super().get_help(ctx))


class SpokenGroup(TyperGroup):
    """A command with commands of its own, its help likewise."""

    def get_help(self, ctx: Any) -> str:  # noqa: ANN401 - typer's context
        """The help, in the language of the command line."""
        return _said(super().get_help(ctx))


def _said(help_: str) -> str:
    from sanwang.cli.app import language

    text = re.sub(r" <[a-z\[\]]+>", lambda m: " " * len(m[0]), help_)
    if language() == "en":
        return text
    for en, zh in WORDS.items():
        text = text.replace(en, zh)
    return text
