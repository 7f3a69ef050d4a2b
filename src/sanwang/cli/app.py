"""The command line: studies from their declarations, and the few commands that are no study."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

import sanwang
from sanwang.cli.spoken import Spoken
from sanwang.cli.terminal import console, output
from sanwang.errors import SanwangError, halves
from sanwang.study.registry import GROUPS, entries, groups


@dataclass(frozen=True)
class Command:
    """A command that is no study: its group, the function behind it, former names and what it does."""

    name: str
    group: str
    module: str
    function: str
    old: tuple[str, ...]
    zh: str
    en: str


@cache
def commands() -> Mapping[str, Command]:
    """The commands that are no study, by name."""
    text = (files("sanwang.cli") / "commands.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {r["name"]: Command(**{**r, "old": tuple(filter(None, r["old"].split(";")))}) for r in rows}  # pyright: ignore[reportArgumentType]  # a row has its columns


def language() -> str:
    """The language asked for: ``--lang`` on the line, else SANWANG_LANG, else Chinese."""
    line = sys.argv[1:]
    for n, word in enumerate(line):
        said = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        said = line[n + 1] if word == "--lang" and n + 1 < len(line) else said
        if said in ("zh", "en"):
            return said
    return "en" if os.environ.get("SANWANG_LANG", "").lower().startswith("en") else "zh"


class Commands(TyperGroup):
    """Commands in groups; one is loaded only when it is run or its own help is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's context
        """Every name, in the order of the help."""
        named = {
            **{e.name: e.group for e in entries().values()},
            **{c.name: c.group for c in commands().values()},
        }
        return sorted(named, key=lambda n: (GROUPS.index(named[n]), list(named).index(n)))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - typer's context and command
        """The command of that name or former name; None where there is none."""
        known = {old: c.name for c in commands().values() for old in c.old}
        known |= {old: e.name for e in entries().values() for old in e.old}
        name = known.get(cmd_name, cmd_name)
        if name != cmd_name:
            console.print(escape(_renamed(cmd_name, name)))
        if name in commands():
            return _plain(commands()[name])
        if name in entries():
            from sanwang.cli.asking import study_command

            return study_command(name, language())
        return None

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's
        """Commands by group, in one language."""
        zh = language() == "zh"
        console_ = output
        console_.print(escape(_ABOUT[0 if zh else 1]))
        console_.print(escape(f"\n{'用法' if zh else 'Usage'}: sanwang {'命令' if zh else 'COMMAND'} …\n"))
        for group in GROUPS:
            lines = [(n, _about(n, zh)) for n in self.list_commands(ctx) if _group(n) == group]
            if not lines:
                continue
            table = Table(
                title=groups()[group][0 if zh else 1], title_justify="left", show_header=False, box=None
            )
            table.add_column(style="bold", min_width=14)
            table.add_column(overflow="fold")
            for name, about in lines:
                table.add_row(name, escape(about))
            console_.print(table)
        console_.print(escape(_MORE[0 if zh else 1]))


_ABOUT = (
    "三网：从成果与需求的表格，到可以上会的方案。",
    "Sanwang: from tables of results and needs to a plan that stands before a committee.",
)
_MORE = (
    "\nsanwang 命令 --help 列出选项与示例。--lang en 或环境变量 SANWANG_LANG=en 改用英文。",
    "\nsanwang COMMAND --help lists options and examples. --lang zh or SANWANG_LANG=zh switches to Chinese.",
)


def _renamed(old: str, new: str) -> str:
    return f"{old} 已并入 {new}" if language() == "zh" else f"{old} is now part of {new}"


def _group(name: str) -> str:
    return commands()[name].group if name in commands() else entries()[name].group


def _about(name: str, zh: bool) -> str:
    if name in commands():
        return commands()[name].zh if zh else commands()[name].en
    return entries()[name].about("zh" if zh else "en")


def _plain(one: Command) -> Any:  # noqa: ANN401 - typer's command
    """A command that is no study, its help in one language."""
    function = getattr(import_module(one.module), one.function)
    if isinstance(function, typer.Typer):
        return _grouped(function, one)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(one.name, help=one.zh if language() == "zh" else one.en, cls=Spoken)(function)
    made = typer.main.get_command(single)
    for parameter in made.params:
        if isinstance(said := getattr(parameter, "help", None), str):
            parameter.help = halves(said)[1 if language() == "zh" else 0]  # pyright: ignore[reportAttributeAccessIssue]
    return made


def _grouped(function: typer.Typer, one: Command) -> Any:  # noqa: ANN401 - typer's group
    """A command with commands of its own, every help in one language."""
    spot = 1 if language() == "zh" else 0
    made: Any = typer.main.get_command(function)
    made.name, made.help = one.name, one.zh if language() == "zh" else one.en
    _one_language(made, spot)
    return made


def _one_language(group: Any, spot: int) -> None:  # noqa: ANN401 - typer's group
    """The help of a group's commands, of those within them, and of all their options, in one language."""
    for part in group.commands.values():
        part.help = part.short_help = halves(part.help or "")[spot]
        for parameter in part.params:
            parameter.help = halves(getattr(parameter, "help", None) or "")[spot] or None
        if hasattr(part, "commands"):
            _one_language(part, spot)


app = typer.Typer(
    name="sanwang", cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="版本 / version")] = False,
    lang: Annotated[str | None, typer.Option(help="语言 / language")] = None,
) -> None:
    """三网 Sanwang."""
    if version:
        sys.stdout.write(f"sanwang {sanwang.__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the command line; an error ends it with one sentence in the reader's language and status 2."""
    try:
        sys.exit(typer.main.get_command(app).main(standalone_mode=False) or 0)
    except SanwangError as error:
        _stop(error.said(language()))
    except (KeyboardInterrupt, typer.Abort):
        _stop("已中断" if language() == "zh" else "interrupted")
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        _stop(_usage(error))


def _usage(error: Any) -> str:  # noqa: ANN401 - one of the command line library's own errors
    """What is wrong with the line, in the reader's language."""
    if language() == "en":
        return str(error.format_message())
    name = getattr(error, "option_name", None) or getattr(getattr(error, "param", None), "opts", [""])[0]
    said: Mapping[str, str] = {
        "NoSuchOption": f"没有选项 {name}",
        "MissingParameter": f"缺少参数 {getattr(getattr(error, 'param', None), 'metavar', None) or name}",
        "BadParameter": f"{name} 的值有误",
        "BadOptionUsage": f"{name} 须给出一个值",
        "NoArgsIsHelpError": "请给出命令",
    }
    where = getattr(getattr(error, "ctx", None), "command_path", "sanwang")
    words = said.get(type(error).__name__) or f"用法有误：{' '.join(sys.argv[1:3])}"
    return f"{words}；见 {where} --help"


def _stop(sentence: str) -> None:
    head = "错误" if language() == "zh" else "error"
    console.print(f"[bold red]{head}[/] {escape(sentence)}", soft_wrap=True)
    sys.exit(2)
