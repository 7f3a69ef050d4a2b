"""Commands about plans that might be: compare, sweep, robust, replan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

import sanwang
from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json, sound
from sanwang.cli.terminal import output, progress, table, yuan
from sanwang.collaboration.matches import Matches
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.schema import word_for

OutOption = Annotated[Path | None, typer.Option("-o", "--out", metavar="OUT", help="输出目录 / where to")]
CandidatesOption = Annotated[
    int, typer.Option("-k", min=1, help="每条需求考虑几项成果 / achievements a need")
]
StartOption = Annotated[int, typer.Option(help="起始年 / first year")]
EndOption = Annotated[int, typer.Option(help="结束年 / last year")]
LimitOption = Annotated[float, typer.Option(min=1, help="求解秒数上限 / seconds for the solver")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (compare, sweep, robust, replan):
        app.command()(command)


def compare(
    folder: Workspace,
    scenarios: Annotated[
        list[Path] | None, typer.Argument(metavar="SCENARIO", help="情景文件 / scenario files (TOML)")
    ] = None,
    markets: Annotated[
        bool, typer.Option("--markets", help="分割、现状、统一三种市场 / segmented, today, unified")
    ] = False,
    borders: Annotated[
        bool, typer.Option("--borders", help="逐条边界：账单与取消后的增益 / each border's bill and gain")
    ] = False,
    out: OutOption = None,
    k: CandidatesOption = 20,
    start: StartOption = 2026,
    end: EndOption = 2030,
    time_limit: LimitOption = 60.0,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """比较：各情景下的方案、差异与原因、各城市得失。 Plans under scenarios: what moved, why, who gains and loses."""
    from sanwang.planning import compare as comparing
    from sanwang.planning.scenario import read_scenario
    from sanwang.report import compared as report
    from sanwang.report.table import written

    if borders:
        _borders(folder, k, {"years": _years(start, end), "time_limit": time_limit}, lang, json)
        return
    if not scenarios and not markets:
        raise OptionError("name scenario files, or use --markets / 请给出情景文件，或用 --markets")
    if scenarios and markets:
        raise OptionError("scenario files or --markets, not both / 情景文件与 --markets 不能同用")
    read = [read_scenario(path) for path in scenarios or []]
    region = sound(Region.open(folder), False, lang)
    options = {"years": _years(start, end), "time_limit": time_limit}
    with progress() as tell:
        if markets:
            found = comparing.markets(region, _matched(region, k, lang)(region), **options)
        else:
            found = comparing.run(region, _matched(region, k, lang), read, tell, **options)
    files = report.write_comparison(region, found, out, lang) if out else []
    if json:
        data = {"plans": found.figures, "cities": found.cities, "moves": found.moves}
        _json(region, files, **{key: frame.to_dicts() for key, frame in data.items()})
        return
    _fictional(region)
    for sentence in report.comparison_sentences(found, lang):
        output.print(sentence, soft_wrap=True)
    figures = report.figures_table(found, lang)
    names = figures.frame["plan"].to_list()
    turned = [
        [column.label, *(written(value, column.style) for value in figures.frame[column.key].to_list())]
        for column in figures.columns[1:]
    ]
    table(figures.title, ["", *names], turned)
    _show(report.cities_table(found, lang), pl.col("change") != 0)
    _show(report.moves_table(found, lang))
    _files(files)


def _borders(folder: Path, k: int, options: dict[str, Any], lang: Any, json: bool) -> None:  # noqa: ANN401
    from sanwang.planning.compare import border_values
    from sanwang.standards import places as gb2260

    region = sound(Region.open(folder), False, lang)
    found = border_values(region, _matched(region, k, lang)(region), **options)
    if json:
        _json(region, [], borders=found.to_dicts())
        return
    _fictional(region)

    def named(code: str) -> str:
        place = gb2260.place(code)
        return place.name if place else code

    rows = [
        [f"{named(r['origin'])} → {named(r['destination'])}", word_for("factor", r["factor"], lang), f"{r['routes']:,}",
         yuan(round(r["bill"])), yuan(r["gain"])]
        for r in found.to_dicts()
    ]  # fmt: skip
    heads = ["边界", "要素", "路线", "账单（在用路线）", "取消后重新求解的增益"]
    _lines(heads if lang == "zh" else ["border", "factor", "routes", "bill", "gain when removed"], rows)


def sweep(
    folder: Workspace,
    table: Annotated[str, typer.Option(help="表 / table")] = "products",
    column: Annotated[str, typer.Option(help="列 / column")] = "budget",
    factors: Annotated[str, typer.Option(help="倍数，逗号分隔 / factors")] = "0,0.25,0.5,1,2,3,5",
    out: OutOption = None,
    k: CandidatesOption = 20,
    start: StartOption = 2026,
    end: EndOption = 2030,
    time_limit: LimitOption = 60.0,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """前沿：某列乘以一组倍数，方案价值如何变化。 The plan's worth as one column is multiplied."""
    from sanwang.planning.compare import sweep as run
    from sanwang.report.compared import write_frontier

    try:
        steps = sorted(float(x) for x in factors.split(","))
    except ValueError as error:
        raise OptionError(f"--factors {factors!r}: numbers separated by commas / 应为逗号分隔的数") from error
    region = sound(Region.open(folder), False, lang)
    matches = _matched(region, k, lang)(region)
    found = run(region, matches, table, column, steps, years=_years(start, end), time_limit=time_limit)
    files = write_frontier(region, found, table, column, out, lang) if out else []
    if json:
        _json(region, files, points=found.to_dicts())
        return
    _fictional(region)
    _lines(
        ["倍数", "价值", "上界", "路线"] if lang == "zh" else ["factor", "worth", "bound", "routes"],
        [
            [f"×{r['factor']:g}", yuan(r["worth"]), yuan(r["bound"]), f"{r['routes']:,}"]
            for r in found.to_dicts()
        ],
    )
    _files(files)


def robust(
    folder: Workspace,
    draws: Annotated[int, typer.Option(min=1, help="抽样次数 / draws")] = 100,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 0,
    success: Annotated[float, typer.Option(min=0, help="成功概率的离散度 / spread of success")] = 0.15,
    cost: Annotated[float, typer.Option(min=0, help="成本的离散度 / spread of costs")] = 0.2,
    demand: Annotated[float, typer.Option(min=0, help="需求价值的离散度 / spread of demand")] = 0.25,
    out: OutOption = None,
    k: CandidatesOption = 20,
    start: StartOption = 2026,
    end: EndOption = 2030,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """不确定性：抽样成功率、成本与需求，哪些路线稳健。 Draws of success, cost and demand: which routes are steady."""
    from sanwang.planning.uncertainty import robustness
    from sanwang.report import compared as report

    region = sound(Region.open(folder), False, lang)
    matches = _matched(region, k, lang)(region)
    spreads: dict[str, Any] = {
        "draws": draws,
        "seed": seed,
        "success": success,
        "cost": cost,
        "demand": demand,
    }
    with progress() as tell:
        found = robustness(region, matches, years=_years(start, end), progress=tell, **spreads)
    files = report.write_robustness(region, found, spreads, out, lang) if out else []
    if json:
        _json(
            region,
            files,
            options=spreads,
            quantiles=found.quantiles.to_dicts(),
            routes=found.routes.to_dicts(),
        )
        return
    _fictional(region)
    for sentence in report.robust_sentences(found, spreads, lang):
        output.print(sentence, soft_wrap=True)
    _show(report.quantiles_table(found, lang))
    _show(report.steadiness_table(found, lang))
    _files(files)


def replan(
    folder: Workspace,
    earlier: Annotated[Path, typer.Argument(metavar="PLAN", help="原方案目录 / the earlier plan's folder")],
    under_way: Annotated[str, typer.Option(help="在途路线，逗号分隔 / routes under way")] = "",
    price: Annotated[
        float, typer.Option(min=0, help="每项变更的价格（万元）/ price of a change, 10,000 yuan")
    ] = 0.0,
    out: OutOption = None,
    k: CandidatesOption = 20,
    start: StartOption = 2026,
    end: EndOption = 2030,
    time_limit: LimitOption = 60.0,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """重新规划：在途路线不动，其余只在值得时改变，并列出变更。 Plan again with as few changes as their price says."""
    from sanwang.planning.replan import replan as run
    from sanwang.planning.verify import read_routes
    from sanwang.report import compared, write_report

    routes, _ = read_routes(earlier)
    region = sound(Region.open(folder), False, lang)
    matches = _matched(region, k, lang)(region)
    fixed = [name.strip() for name in under_way.split(",") if name.strip()]
    found = run(
        region,
        matches,
        routes,
        fixed,
        round(price * 1_000_000),
        years=_years(start, end),
        time_limit=time_limit,
    )
    files: list[Path] = []
    if out:
        if out.resolve() == earlier.resolve():
            raise InputError("write the new plan to another folder / 新方案请写入另一目录")
        files = [
            *write_report(region, matches, found.plan, out, lang),
            *compared.write_changes(region, found, out, lang),
        ]
    if json:
        _json(region, files, worth=found.plan.worth, changes=found.changes.to_dicts())
        return
    _fictional(region)
    output.print(
        f"{yuan(found.plan.worth)}, {found.changes.height} {'项变更' if lang == 'zh' else 'changes'}"
    )
    reason = "reason_zh" if lang == "zh" else "reason_en"
    rows = [
        [r["need"], r["what"], r["before"], r["after"], r[reason]] for r in found.changes.head(40).to_dicts()
    ]
    _lines(
        ["需求", "变更", "原路线", "新路线", "原因"]
        if lang == "zh"
        else ["need", "what", "before", "after", "why"],
        rows,
    )
    _files(files)


def _years(start: int, end: int) -> range:
    if start > end:
        raise OptionError(f"--start {start} is after --end {end} / 起始年晚于结束年")
    return range(start, end + 1)


def _matched(region: Region, k: int, lang: Any) -> Callable[[Region], Matches]:  # noqa: ANN401
    """Matches of a Region, made once for the texts of today and again only where a scenario changes them."""
    made: dict[str, Matches] = {}

    def of(changed: Region) -> Matches:
        texts = [
            changed[kind].drop("_file", "_sheet", "_row", strict=False) for kind in ("needs", "achievements")
        ]
        key = "".join(str(t.hash_rows(seed=1).sum()) + str(t.height) for t in texts)
        if key not in made:
            with progress() as tell:
                made[key] = sanwang.match(changed, k=k, lang=lang, progress=tell)
        return made[key]

    of(region)
    return of


def _show(shown: Any, only: pl.Expr | None = None) -> None:  # noqa: ANN401 - a report table
    from sanwang.report.table import written

    every: pl.DataFrame = shown.frame if only is None else shown.frame.filter(only)
    frame = every.head(24)
    rows = [[written(row[c.key], c.style) for c in shown.columns] for row in frame.iter_rows(named=True)]
    table(shown.title, [c.label for c in shown.columns], rows)
    if (rest := every.height - frame.height) > 0:
        output.print(f"… +{rest:,}")


def _lines(headings: list[str], rows: list[list[str]]) -> None:
    table("", headings, rows)


def _fictional(region: Region) -> None:
    if region.fictional:
        output.print("[bold]虚构样例，所有机构与数据均为虚构 / fictional sample[/]")


def _files(files: list[Path]) -> None:
    for file in files:
        output.print(str(file), soft_wrap=True)


def _json(region: Region, files: list[Path], **data: Any) -> None:  # noqa: ANN401
    head = {"region": region.name, "fictional": region.fictional}
    print_json(head | data | {"files": [str(f) for f in files]})
