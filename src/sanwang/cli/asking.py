"""A study as a command, made from its declaration."""

from __future__ import annotations

import csv
import datetime as dt
import inspect
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from sanwang.cli.show import show
from sanwang.cli.spoken import Spoken
from sanwang.cli.terminal import progress
from sanwang.errors import InputError
from sanwang.region import Region
from sanwang.study.declare import Declared, Study
from sanwang.study.registry import get
from sanwang.study.saving import json_text


@cache
def _common_options() -> Mapping[str, tuple[tuple[str, ...], str, str]]:
    """Options that every study's command has: how they are spelled, and what they mean in both languages."""
    text = (files("sanwang.cli") / "options.csv").read_text(encoding="utf-8")
    return {
        r["name"]: (tuple(r["spelled"].split(";")), r["zh"], r["en"])
        for r in csv.DictReader(text.splitlines())
    }


_FLAGS = ("strict", "json")


def study_command(name: str, lang: str) -> Any:  # noqa: ANN401 - typer's command
    """The command of a study, its help in one language."""
    study = get(name)
    own = [p for d in study.declared.values() for p in _parameters(d, lang)]
    parameters = sorted(
        [_where(study, lang), *own, *_common(study, lang)], key=lambda p: (p.kind, p.name != "where_")
    )

    def run(**given: Any) -> None:  # noqa: ANN401 - as typer parsed them
        _run(study, given)

    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, help=_help(study, lang), cls=Spoken)(run)
    return typer.main.get_command(single)


def _help(study: Study[Any], lang: str) -> str:
    zh = lang == "zh"
    return f"{study.entry.about(lang)}\n\n{'例' if zh else 'Example'}: {example(study)}"


def example(study: Study[Any], folder: str = "my-region") -> str:
    """A line that runs as it stands in the folder of the sample."""
    return f"sanwang {study.name} {EXAMPLES.get(study.name, '{}').format(folder)} -o {study.name}".strip()


EXAMPLES: Mapping[str, str] = {
    "compare": "{} --what markets",
    "consortium": "{} --target H2-L01",
    "products": "{} --firm H2-A07 --amount 300万",
    "replan": "{} plan --price 20万",
    "linkages": "--file graph.csv",
    "invoices": "--sold sold.csv --bought bought.csv --outcomes failed.csv",
    "robust": "{} --draws 20",
}
"""Arguments of the examples that need more than a folder."""


def _where(study: Study[Any], lang: str) -> inspect.Parameter:
    zh = lang == "zh"
    words = "工作区：表格文件夹、一个工作簿或一个文件" if zh else "a folder of tables, a workbook or a file"
    kind = Annotated[
        Path | None if study.source else Path, typer.Argument(metavar="DIR", help=words, show_default=False)
    ]
    default = None if study.source else inspect.Parameter.empty
    return inspect.Parameter(
        "where_", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=kind
    )


def _parameters(one: Declared, lang: str) -> Iterator[inspect.Parameter]:
    """The command line's parameters for an option: a positional one where it is an argument, and one by name."""
    option, kind = one.option, one.option.type
    assert kind is not None
    words = option.zh if lang == "zh" else option.en
    if option.argument:
        held: Any = list[str] | None if option.many else str
        info = typer.Argument(metavar=kind.metavar, help=words, show_default=False)
        yield _made(one.name, held, info, None if option.many else inspect.Parameter.empty, by_name=False)
        if not option.names:
            return
    spelled = (*option.names, *(() if option.argument else ("--" + one.name.replace("_", "-"),)))
    if kind.name == "flag":
        both = f"{spelled[-1]}/--no-{one.name.replace('_', '-')}" if one.default is True else spelled[-1]
        yield _made(one.name, bool, typer.Option(both, help=words, show_default=False), bool(one.default))
        return
    name = f"{one.name}{_AGAIN}" if option.argument else one.name
    info = typer.Option(
        *spelled, metavar=kind.metavar, help=words + _default_words(one, lang), show_default=False
    )
    yield _made(name, list[str] | None if option.many else str | None, info, None)


_AGAIN = "__named"
"""Ending of the parameter that gives a positional option by name."""


def _made(name: str, held: Any, info: Any, default: object, by_name: bool = True) -> inspect.Parameter:  # noqa: ANN401
    kind = inspect.Parameter.KEYWORD_ONLY if by_name else inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=Annotated[held, info])


def _default_words(one: Declared, lang: str) -> str:
    from sanwang.study.saving import plain

    zh = lang == "zh"
    if one.required and one.option.type is not None and one.option.type.name != "day":
        return "（必填）" if zh else " (required)"
    if one.required or one.name == "today":
        return "（缺省今天）" if zh else " (today unless given)"
    if one.default is None or one.default == ():
        return ""
    value = plain(one.default)
    said = ",".join(str(v) for v in value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]
    return f"（缺省 {said}）" if zh else f" (default {said})"


def _common(study: Study[Any], lang: str) -> list[inspect.Parameter]:
    made: list[inspect.Parameter] = []
    for name, (spelled, zh, en) in _common_options().items():
        if (name == "scenario" and name in study.declared) or (name == "engine" and not study.engined):
            continue
        held, default = (bool, False) if name in _FLAGS else (str | None, None)
        info = typer.Option(*spelled, help=zh if lang == "zh" else en, show_default=False)
        made.append(_made(f"{name}_", held, info, default))
    return made


def _run(study: Study[Any], given: dict[str, Any]) -> None:
    began = time.perf_counter()
    common = {n: given.pop(f"{n}_", None) for n in ("where", *_common_options())}
    lang = common["lang"] or _language()
    for name in [n for n in given if n.endswith(_AGAIN)]:
        plain = name.removesuffix(_AGAIN)
        given[plain] = [*(given.pop(name) or []), *(given.get(plain) or [])]
    asked = {n: v for n, v in given.items() if v is not None and v != [] and v != study.declared[n].default}
    region = _region(study, common["where"], asked)
    out = None if common["out"] is None else Path(common["out"])
    if out is not None and common["where"] is not None:
        _apart(out, Path(common["where"]))
    asked = study.dated(asked, dt.datetime.now().astimezone().date())
    with progress() as report:
        result = study(
            region,
            lang=lang,
            strict=common["strict"],
            scenario=common["scenario"],
            progress=report,
            engine=common["engine"],
            **asked,
        )
    formats = (
        None if common["formats"] is None else [f.strip() for f in common["formats"].split(",") if f.strip()]
    )
    written = [] if out is None else result.save(out, formats)
    if common["json"]:
        more: dict[str, Any] = {
            "seconds": round(time.perf_counter() - began, 3),
            "files": [str(p) for p in written],
        }
        sys.stdout.write(json_text(result, **more) + "\n")
    else:
        show(result, written)
    if result.shown.status:
        raise typer.Exit(result.shown.status)


def _language() -> str:
    from sanwang.cli.app import language

    return language()


def _region(study: Study[Any], where: Path | None, asked: dict[str, Any]) -> Region | None:
    """The Region a path stands for; a study that can do without one may be asked about the file itself."""
    if where is None:
        return None
    if study.source and not where.is_dir() and where.suffix.lower() not in (".xlsx", ".xlsm", ".xls"):
        if "file" in study.declared and where.is_file():
            asked["file"] = str(where)
            return None
        listed = next((n for n, d in study.declared.items() if d.option.argument and d.option.many), None)
        if listed is not None:
            asked[listed] = [str(where), *asked.get(listed, [])]
            return None
    return Region.open(where)


def _apart(out: Path, where: Path) -> None:
    if out.resolve() == where.resolve():
        raise InputError(
            f"{out} is the workspace; write results to another folder, or they would be read as tables",
            f"{out} 就是工作区；请把结果写到另一目录，否则会被当作数据表读入",
        )
