"""Commands about one firm's finance: its points, the products open to it, who gets what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sanwang.cli.common import JsonOption, LangOption, Workspace, print_json
from sanwang.cli.terminal import console, output, table
from sanwang.errors import OptionError
from sanwang.region import Region

FirmOption = Annotated[str | None, typer.Option(help="一家企业的编号 / one firm's id")]
OutOption = Annotated[Path | None, typer.Option("-o", "--out", help="写入 xlsx / write a workbook")]
SchemeOption = Annotated[
    Path | None, typer.Option(help="积分方案 TOML；不给则用示意方案 / a scheme; else the illustrative one")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("points")(points)


def _name(region: Region, actor: str) -> str:
    found = region["actors"].filter(region["actors"]["id"] == actor)["name"].to_list()
    return str(found[0]) if found and found[0] else actor


def points(
    folder: Workspace,
    firm: FirmOption = None,
    scheme: SchemeOption = None,
    year: Annotated[int | None, typer.Option(help="只用到这一年为止的数据 / data up to this year")] = None,
    draws: Annotated[int, typer.Option(min=1, max=100_000, help="权重抽样次数 / draws of weights")] = 2000,
    seed: Annotated[int, typer.Option(help="随机种子 / seed of the draws")] = 1,
    out: OutOption = None,
    lang: LangOption = "zh",
    json: JsonOption = False,
) -> None:
    """创新积分：得分、各指标贡献、缺失的上下界、名次及其稳定性、怎样提高。 Points and what moves them."""
    from sanwang.finance import points as marks
    from sanwang.finance.scheme import load_scheme

    region = Region.open(folder)
    if not region.has("points"):
        raise OptionError(f"{folder}: the workspace has no points table / 工作区没有创新积分表")
    found = marks.score(
        region["points"], region["actors"], load_scheme(scheme), year=year, draws=draws, seed=seed
    )
    lost = dict(found.unstaged.iter_rows())
    if firm is not None and firm not in found.firms["actor"]:
        raise OptionError(f"{firm}: {lost.get(firm, '积分表中没有该企业 / not in the points table')}")
    if out is not None:
        from sanwang.report.funding import write_points

        write_points(region, found, out, firm, lang)
        console.print(str(out))
    if json:
        print_json(_points_json(found, firm))
    elif firm is None:
        _all_points(region, found)
    else:
        _one_firm(region, found, firm)


def _points_json(found: Any, firm: str | None) -> dict[str, Any]:  # noqa: ANN401 - Points, loaded when asked for
    firms, parts = found.firms, found.parts
    if firm is not None:
        firms, parts = firms.filter(firms["actor"] == firm), parts.filter(parts["actor"] == firm)
    return {
        "scheme": found.scheme.name, "notice": found.scheme.notice, "year": found.year, "draws": found.draws,
        "seed": found.seed, "firms": firms.to_dicts(), "parts": parts.to_dicts(),
        "unstaged": found.unstaged.to_dicts(), "unused": found.unused.height,
    }  # fmt: skip


def _all_points(region: Region, found: Any) -> None:  # noqa: ANN401
    output.print(found.scheme.notice, style="yellow")
    for stage in found.scheme.stages:
        firms = found.firms.filter(found.firms["stage"] == stage.id)
        lines = [
            [
                f"{r['rank']}/{r['peers']}", f"{r['actor']} {_name(region, r['actor'])}", f"{r['score']:.1f}",
                f"{r['lower']:.1f}–{r['upper']:.1f}", f"{r['rank_p5']:.0f}–{r['rank_p95']:.0f}",
                "–" if r["shift"] is None else f"{r['shift']:.1%}", str(r["missing"]),
            ]
            for r in firms.head(15).to_dicts()
        ]  # fmt: skip
        heads = ["名次/rank", "企业/firm", "得分/score", "缺失上下界/bounds", "权重扰动名次90%/rank range"]
        table(f"{stage.zh} / {stage.en}", [*heads, "换位所需权重/shift", "缺失/missing"], lines)
    for actor, why in found.unstaged.head(10).iter_rows():
        output.print(f"未评分 / not scored: {actor} {why}", markup=False)
    if found.unused.height:
        output.print(f"未计入的行 / rows not counted: {found.unused.height}")


def _one_firm(region: Region, found: Any, firm: str) -> None:  # noqa: ANN401
    output.print(found.scheme.notice, style="yellow")
    r = found.firms.filter(found.firms["actor"] == firm).to_dicts()[0]
    stage = next(s for s in found.scheme.stages if s.id == r["stage"])
    swap = "不换位 / none" if r["shift"] is None else f"{r['shift']:.1%}（{r['shift_against']}）"
    lines = [
        ["阶段 / stage", f"{stage.zh} / {stage.en} ({r['stage_from']})"],
        ["得分 / score", f"{r['score']:.1f} / {found.scheme.full_marks:g}"],
        ["缺失取最差与最好 / bounds", f"{r['lower']:.1f} – {r['upper']:.1f}（缺 {r['missing']} 项 / missing）"],
        ["名次 / rank", f"{r['rank']} / {r['peers']}（{r['rank_best']}–{r['rank_worst']}）"],
        ["权重扰动下名次 / under random weights", f"{r['rank_p5']:.0f}–{r['rank_p95']:.0f}，不变 {r['rank_kept']:.0%}"],
        ["移动多少权重即换位 / least shift of weight", swap],
    ]  # fmt: skip
    table(f"{firm} {_name(region, firm)}", ["", ""], lines)
    parts = found.parts.filter(found.parts["actor"] == firm)
    rows = [
        [
            p["indicator"], "缺失 / missing" if p["missing"] else f"{p['value']:,.6g}", f"{p['mark']:.2f}",
            f"{p['weight']:.1%}", f"{p['contribution']:.1f}", f"+{p['gain_to_peer']:.1f}",
            "" if p["peer_value"] is None else f"{p['peer_value']:,.4g}",
        ]
        for p in parts.sort("gain_to_peer", descending=True).to_dicts()
    ]  # fmt: skip
    heads = ["指标/indicator", "值/value", "分/mark", "权重/weight", "贡献/points"]
    table("怎样提高 / what raises it", [*heads, "达到同类上四分位可得/gain", "该值/that value"], rows)
