"""Results as tables for people and as objects for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from sanwang.cli.terminal import console, output, table, yuan
from sanwang.region import Check, Region
from sanwang.schema import KINDS, Problem

SHOWN = 200
"""Problems printed one by one on a terminal; ``--json`` has all of them."""


def problems_table(problems: list[Problem], lang: str) -> None:
    """Problems with where they stand, what was met and what was expected, on standard error."""
    table("", _headings(lang), [_row(p, lang) for p in problems], to=console)


def _headings(lang: str) -> list[str]:
    if lang == "zh":
        return ["级别", "文件", "工作表", "行", "列", "值", "应为"]
    return ["severity", "file", "sheet", "row", "column", "value", "expected"]


def _row(problem: Problem, lang: str) -> list[str]:
    words = {"error": "错误", "warning": "警告"}
    level = words[problem.severity] if lang == "zh" else problem.severity
    where = [problem.file, problem.sheet, "" if problem.row is None else str(problem.row)]
    return [
        level,
        *where,
        problem.column_label(lang),
        problem.value.replace("\n", "⏎"),
        problem.message(lang),
    ]


def check_table(region: Region, found: Check, lang: str) -> None:
    """The tables read, then the problems, then one line that counts them."""
    if found.problems:
        table("", _headings(lang), [_row(p, lang) for p in found.problems[:SHOWN]])
    if (rest := len(found.problems) - SHOWN) > 0:
        output.print(f"… 另有 {rest:,} 处，见 --json" if lang == "zh" else f"… {rest:,} more: --json")
    rows = ", ".join(f"{KINDS[n].label(lang)} {f.height:,}" for n, f in region.tables.items() if f.height)
    output.print(rows, soft_wrap=True)
    errors, warnings = len(found.errors), len(found.warnings)
    output.print(
        f"{errors:,} 处错误，{warnings:,} 处警告"
        if lang == "zh"
        else f"{errors:,} errors, {warnings:,} warnings"
    )


def check_json(region: Region, found: Check, lang: str) -> dict[str, Any]:
    """Counts, rows by table, and every problem."""
    return {
        "errors": len(found.errors),
        "warnings": len(found.warnings),
        "rows": {n: f.height for n, f in region.tables.items() if f.height},
        "problems": [p.as_dict(lang) for p in found.problems],
    }


def match_table(region: Region, found: Any, lang: str) -> None:  # noqa: ANN401 - Matches, loaded lazily
    """The first matches of each need, up to a screen."""
    titles = region["achievements"].select(pl.col("id").alias("achievement"), "title")
    frame = found.frame.join(titles, on="achievement", how="left", maintain_order="left").head(20)
    headings = (
        ["需求", "名次", "成果", "名称", "得分", "理由"]
        if lang == "zh"
        else ["need", "rank", "achievement", "title", "score", "reasons"]
    )
    rows = [
        [r["need"], str(r["rank"]), r["achievement"], r["title"] or "", f"{r['score']:.3f}", r["reasons"]]
        for r in frame.to_dicts()
    ]
    table("", headings, rows)


def plan_json(region: Region, plan: Any, files: list[Path], seconds: float) -> dict[str, Any]:  # noqa: ANN401
    """The plan as one object: worth and bound in fen, the gap, every route and unmet need."""
    return {
        "region": region.name,
        "fictional": region.fictional,
        "digest": region.digest,
        "worth": plan.worth,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
        "routes": plan.routes.to_dicts(),
        "unmet": plan.unmet.to_dicts(),
        "usage": plan.usage.to_dicts(),
        "bottlenecks": plan.bottlenecks.to_dicts(),
        "borders": plan.borders.to_dicts(),
        "seconds": seconds,
        "solver_seconds": plan.seconds,
        "files": [str(f) for f in files],
    }


def plan_summary(
    region: Region,
    matches: Any,  # noqa: ANN401
    plan: Any,  # noqa: ANN401
    files: list[Path],
    seconds: float,
    lang: str,
) -> None:
    """A summary that fits a screen: what is worth what, what is left out and why, the first routes."""
    if region.fictional:
        output.print("[bold]虚构样例，所有机构与数据均为虚构 / fictional sample[/]")
    zh = lang == "zh"
    routes = plan.routes
    facts = [
        [
            "需求 / 成果 / 匹配" if zh else "needs / achievements / matches",
            f"{region['needs'].height:,} / {region['achievements'].height:,} / {matches.frame.height:,}",
        ],
        ["路线" if zh else "routes", f"{routes.height:,}"],
        ["方案价值" if zh else "worth", yuan(plan.worth)],
        ["最优上界" if zh else "bound", yuan(plan.bound)],
        ["差距" if zh else "gap", f"{plan.gap:.2%}"],
        ["用时" if zh else "seconds", f"{seconds:.1f} s"],
    ]
    table("", ["项目", "数值"] if zh else ["item", "value"], facts)
    reasons = plan.unmet.group_by("reason").len().sort("len", "reason", descending=[True, False])
    if reasons.height:
        words = "，".join(f"{r} {n}" for r, n in reasons.iter_rows())
        output.print(("未满足需求 " if zh else "unmet needs ") + f"{plan.unmet.height}: {words}")
    best = routes.sort("worth", descending=True).head(8)
    rows = [
        [
            r["route"],
            r["need"],
            r["achievement"],
            r["base"] or "–",
            r["maker"] or "–",
            r["product"] or "–",
            f"{r['start']}–{r['end'] % 100}",
            f"{r['probability']:.0%}",
            f"{r['worth'] / 1_000_000:,.0f}",
        ]
        for r in best.to_dicts()
    ]
    heads = ["路线", "需求", "成果", "中试", "承制", "金融", "年份", "概率", "万元"]
    table(
        "",
        heads if zh else ["route", "need", "achievement", "base", "maker", "product", "years", "p", "万元"],
        rows,
    )
    _prices(plan, zh)
    for file in files:
        output.print(str(file), soft_wrap=True)


_KINDS = {
    "achievement": "成果许可",
    "base": "中试能力",
    "service": "中试服务",
    "maker": "承制能力",
    "factor": "要素供给",
    "product": "金融额度",
    "policy": "政策约束",
}
_NETS = {
    "demand": "需求",
    "collaboration": "协作网",
    "factor": "要素网",
    "finance": "金融网",
    "policy": "政策",
}


def _prices(plan: Any, zh: bool) -> None:  # noqa: ANN401
    """What binds most: what one more unit gains and one less loses; then the rents by net."""
    binding = plan.bottlenecks.filter(pl.col("kind") != "need").head(6)
    if binding.is_empty():
        return
    rows = [
        [
            _KINDS[r["kind"]] if zh else r["kind"],
            r["id"] + (f" {r['year']}" if r["year"] else ""),
            "–" if r["low"] is None else _worth_of_one(r, r["low"]),
            _worth_of_one(r, r["price"] if r["high"] is None else r["high"]),
        ]
        for r in binding.to_dicts()
    ]
    heads = ["瓶颈", "", "多一单位可得", "少一单位会失"]
    heads = heads if zh else ["bottleneck", "", "gain from one more", "loss from one less"]
    table("", heads, rows)
    rents = [f"{_NETS[r['net']] if zh else r['net']} {r['share']:.0%}" for r in plan.rents("net").to_dicts()]
    output.print(("租值构成 " if zh else "rents ") + "，".join(rents))


def _worth_of_one(row: dict[str, Any], fen: float) -> str:
    return f"{fen:.3f} 元/元" if row["unit"] == "fen" else yuan(round(fen))


def verification_json(found: Any) -> dict[str, Any]:  # noqa: ANN401
    """Whether the plan holds, its recomputed worth, and what is wrong."""
    return {"ok": found.ok, "worth": found.worth, "problems": [str(p) for p in found.problems]}


def verification_table(found: Any, lang: str) -> None:  # noqa: ANN401
    """One line, and a line for each thing wrong."""
    output.print(
        f"{'通过' if found.ok else '未通过'} / {'ok' if found.ok else 'failed'}: {yuan(found.worth)}"
    )
    for problem in found.problems[:SHOWN]:
        output.print(f"  {problem}", soft_wrap=True, markup=False)
