"""The commands."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

import sanwang
from sanwang.cli import (
    borders,
    catalogue,
    chains,
    closure,
    finance,
    funding,
    importing,
    market,
    matching,
    observe,
    scenarios,
    show,
)
from sanwang.cli.common import JsonOption, Lang, LangOption, Workspace, print_json, sound
from sanwang.cli.terminal import console, progress
from sanwang.errors import InputError, OptionError, SanwangError
from sanwang.region import Region

app = typer.Typer(
    name="sanwang",
    help="三网 Sanwang：从成果、需求的表格到可以上会的方案。 From tables of results and needs to a plan.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line; a SanwangError ends it with its sentence and status 2."""
    try:
        app()
    except SanwangError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _stop("interrupted / 已中断")


def _stop(sentence: str) -> NoReturn:
    console.print(f"[bold red]错误 / error[/] {sentence}", markup=True, soft_wrap=True)
    sys.exit(2)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    sample: Annotated[
        bool, typer.Option("--sample", help="虚构的京津冀样例 / the fictional sample region")
    ] = False,
    format: Annotated[Literal["xlsx", "csv", "parquet"], typer.Option(help="样例的文件格式")] = "xlsx",
    lang: LangOption = "zh",
) -> None:
    """新建工作区：空模板，或样例。 A new workspace: empty templates, or the sample."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty; choose a new folder / 目录非空，请另选")
    if sample:
        from sanwang.region.sample import sample_region

        written = sample_region().save(folder, format, lang)
    else:
        from sanwang.sources.templates import write_templates

        written = write_templates(folder, lang)
    console.print(f"{folder}: {len(written)} 个文件 / files")


@app.command()
def check(folder: Workspace, lang: LangOption = "zh", json: JsonOption = False) -> None:
    """检查：逐文件、表、行、列列出问题；有错误时退出码为 1。 Every problem; status 1 if there are errors."""
    region = Region.open(folder)
    found = region.check()
    if json:
        print_json(show.check_json(region, found, lang))
    else:
        show.check_table(region, found, lang)
    raise typer.Exit(1 if found.errors else 0)


@app.command()
def match(
    folder: Workspace,
    k: Annotated[int, typer.Option("-k", min=1, help="每条需求给出几项成果 / achievements a need")] = 20,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写入 csv / write a csv")] = None,
    text: Annotated[str | None, typer.Option(help="直接输入一条需求 / a need in words")] = None,
    viewer: Annotated[
        Literal["public", "members", "nda"] | None,
        typer.Option(help="给谁看：其无权看的成果与需求只给申请号 / who will read it"),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(help="e5、use、sentence-transformers:模型、openai:模型@地址，可用 + 相连 / the encoder"),
    ] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """匹配：每条需求对应的成果、得分与理由。 Who fits whom: score and reasons."""
    region = Region.open(folder)
    _note_errors(region, ("needs", "achievements") if text is None else ("achievements",), lang)
    with progress() as report:
        found = sanwang.match(region, k=k, text=text, lang=lang, encoder=encoder, progress=report)
    if viewer is not None:
        from sanwang.collaboration.tiers import for_viewer

        found = for_viewer(found, region, viewer, lang=lang)
    for notice in found.notices:
        console.print(notice)
    if out is not None:
        found.to_csv(out)
        console.print(f"{out}: {found.frame.height:,} 行 / rows, {found.seconds:.1f} s, {found.encoder}")
    if json:
        print_json({"seconds": found.seconds, "encoder": found.encoder, "matches": found.frame.to_dicts()})
    elif out is None:
        show.match_table(region, found, lang)


def _note_errors(region: Region, kinds: tuple[str, ...], lang: Lang) -> None:
    """Say what is wrong in the tables used; stop only where rows cannot be told apart."""
    errors = [p for p in region.check().errors if p.kind in (*kinds, "")]
    if errors:
        show.problems_table(errors[:5], lang)
        console.print(f"{len(errors)} 处错误 / errors: sanwang check")
    fatal = [
        p for p in errors if p.code in ("duplicate_key", "header_missing", "no_tables") or p.column == "id"
    ]
    if fatal or any(p.code in ("encoding", "bomb", "too_large", "unreadable", "macros") for p in errors):
        raise InputError(
            "编号缺失或重复、或文件无法读取，不能匹配 / ids missing or repeated, or a file unread"
        )


@app.command()
def plan(
    folder: Workspace,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="OUT", help="输出目录 / where to")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="每条需求考虑几项成果 / achievements a need")] = 20,
    start: Annotated[int, typer.Option(help="起始年 / first year")] = 2026,
    end: Annotated[int, typer.Option(help="结束年 / last year")] = 2030,
    time_limit: Annotated[float, typer.Option(min=1, help="求解秒数上限 / seconds for the solver")] = 60.0,
    despite_errors: Annotated[
        bool, typer.Option("--despite-errors", help="略去有错误的行 / leave out rows with errors")
    ] = False,
    scenario: Annotated[
        Path | None, typer.Option(help="按情景文件规划 / plan under a scenario (TOML)")
    ] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """方案：走哪些路线、受什么制约、离最优还差多少。 Which routes, what binds, and the proven gap."""
    if start > end:
        raise OptionError(f"--start {start} is after --end {end} / 起始年晚于结束年")
    began = time.perf_counter()
    region = sound(Region.open(folder), despite_errors, lang)
    given = _scenario(scenario)
    region = _applied(region, given)
    with progress() as report:
        matches = sanwang.match(region, k=k, lang=lang, progress=report)
        result = sanwang.plan(
            region,
            matches,
            years=range(start, end + 1),
            time_limit=time_limit,
            changes=given.assumptions,
            market=given.market,
            policies=given.policy,
            progress=report,
        )
    if result.status == "time limit":
        console.print(
            f"时间到：给出已找到的最好方案，差距 {result.gap:.2%} / out of time: the best plan found, its gap is proven"
        )
    files = _report(region, matches, result, out, lang)
    seconds = time.perf_counter() - began
    if json:
        print_json(show.plan_json(region, result, files, seconds))
    else:
        show.plan_summary(region, matches, result, files, seconds, lang)


def _report(region: Region, matches: Any, result: Any, out: Path | None, lang: Lang) -> list[Path]:  # noqa: ANN401
    if out is None:
        return []
    from sanwang.report import write_report

    return write_report(region, matches, result, out, lang)


@app.command()
def verify(
    folder: Workspace,
    out: Annotated[Path, typer.Argument(metavar="PLAN", help="方案目录 / the plan's folder")],
    scenario: Annotated[
        Path | None, typer.Option(help="方案所用的情景文件 / the scenario it was made under")
    ] = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """核验：不用求解器，重算方案是否可行、价值几何。 Recompute a written plan without the solver."""
    from sanwang.planning.verify import verify_folder

    region = _applied(Region.open(folder).without_errors(), _scenario(scenario))
    found = verify_folder(region, out)
    if json:
        print_json(show.verification_json(found))
    else:
        show.verification_table(found, lang)
    raise typer.Exit(0 if found.ok else 1)


def _scenario(path: Path | None) -> Any:  # noqa: ANN401 - a Scenario; planning loads when it is asked for
    from sanwang.planning.scenario import Scenario, read_scenario

    return Scenario() if path is None else read_scenario(path)


def _applied(region: Region, scenario: Any) -> Region:  # noqa: ANN401
    from sanwang.planning.scenario import apply

    return apply(region, scenario)


scenarios.register(app)
matching.register(app)
chains.register(app)


@app.callback(invoke_without_command=True)
def version(
    show_version: Annotated[bool, typer.Option("--version", help="版本 / version")] = False,
) -> None:
    """三网 Sanwang."""
    if show_version:
        sys.stdout.write(f"sanwang {sanwang.__version__}\n")
        raise typer.Exit


finance.register(app)
funding.register(app)
borders.register(app)
closure.register(app)
observe.register(app)
market.register(app)
catalogue.register(app)
importing.register(app)
