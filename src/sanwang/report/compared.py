"""Comparisons, frontiers, uncertainty and replanning as a workbook, a page and a summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sanwang.planning.columns import COSTS
from sanwang.report.frontier import frontier
from sanwang.report.labels import language, money_words, percent_words, say, word
from sanwang.report.markup import Markup
from sanwang.report.page import tables_page
from sanwang.report.table import Column, Style, Table, column
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.planning.compare import Comparison
    from sanwang.planning.replan import Replan
    from sanwang.planning.uncertainty import Robustness
    from sanwang.region import Region


def write_comparison(region: Region, compared: Comparison, out: str | Path, lang: str = "zh") -> list[Path]:
    """Write ``compare.xlsx``, ``compare.html`` and ``compare.json``."""
    lead = comparison_sentences(compared, lang)
    tables = [figures_table(compared, lang), cities_table(compared, lang), moves_table(compared, lang)]
    data = {
        "plans": compared.figures.to_dicts(),
        "cities": compared.cities.to_dicts(),
        "moves": compared.moves.to_dicts(),
    }
    return _write(region, "compare", say("compare_title", lang), lead, [], tables, data, out, lang)


def comparison_sentences(compared: Comparison, lang: str) -> list[str]:
    """What each plan adds to or takes from the first, and which cities lose."""
    names = compared.figures["plan"].to_list()
    rows = {r["plan"]: r for r in compared.figures.to_dicts()}
    first = names[0]
    lead: list[str] = []
    for name in names[1:]:
        change = rows[name]["worth"] - rows[first]["worth"]
        lead.append(
            say(
                "compare_worth",
                lang,
                first=plan_name(first, lang),
                name=plan_name(name, lang),
                sign="+" if change >= 0 else "−",
                worth=money_words(abs(change), lang),
                share=percent_words(change / rows[first]["worth"]) if rows[first]["worth"] else "–",
                routes=rows[name]["routes"] - rows[first]["routes"],
            )
        )
        lost = compared.cities.filter((pl.col("plan") == name) & (pl.col("change") < 0)).sort("change")
        if lost.is_empty():
            lead.append(say("compare_none_lose", lang, name=plan_name(name, lang)))
        else:
            between = "、" if lang == "zh" else ", "
            words = between.join(
                f"{r['name'] or '?'} −{money_words(-r['change'], lang)}" for r in lost.head(6).to_dicts()
            )
            lead.append(say("compare_losers", lang, name=plan_name(name, lang), cities=words))
    return [*lead, say("receipts_note", lang)]


def plan_name(name: str, lang: str) -> str:
    """A plan's name; the three markets' in the report's language."""
    return word("plans", name, lang)


def _named(frame: pl.DataFrame, lang: str) -> pl.DataFrame:
    return frame.with_columns(
        pl.col("plan").replace({n: plan_name(n, lang) for n in frame["plan"].unique().to_list()})
    )


def _columns(lang: str, **styles: Style) -> tuple[Column, ...]:
    return tuple(column(key, style, lang) for key, style in styles.items())


def figures_table(compared: Comparison, lang: str) -> Table:
    """Worth, bound, counts and the parts of the cost of each plan."""
    parts: dict[str, Style] = dict.fromkeys(COSTS, "money")
    columns = (
        *_columns(lang, plan="text", worth="money", bound="money", gap="percent", routes="int", unmet="int"),
        *_columns(lang, cross_border="int", value="money", **parts),
    )
    return Table("figures", say("figures_table", lang), _named(compared.figures, lang), columns)


def cities_table(compared: Comparison, lang: str) -> Table:
    """What each city gains and loses."""
    columns = _columns(
        lang,
        plan="text",
        name="text",
        landed="int",
        surplus="money",
        receipts="money",
        total="money",
        change="money",
    )
    frame = _named(compared.cities, lang)
    return Table("cities", say("cities_table", lang), frame, columns, say("receipts_note", lang))


def moves_table(compared: Comparison, lang: str) -> Table:
    """Needs whose route differs from the first plan's, and why."""
    reason = "reason_zh" if lang == "zh" else "reason_en"
    columns = (
        column("plan", "text", lang),
        Column("need", word("columns", "need", lang), "id"),
        *_columns(lang, before="long", after="long", change="money"),
        column(reason, "long", lang),
    )
    return Table("moves", say("moves_table", lang), _named(compared.moves, lang), columns)


def write_frontier(
    region: Region, swept: pl.DataFrame, table: str, name: str, out: str | Path, lang: str = "zh"
) -> list[Path]:
    """Write ``sweep.xlsx``, ``sweep.html`` with the frontier drawn, and ``sweep.json``."""
    frame = swept.rename({"factor": "multiple"})
    low, high = swept.row(0, named=True), swept.row(-1, named=True)
    lead = say(
        "frontier_lead",
        lang,
        low=low["factor"],
        high=high["factor"],
        first=money_words(low["worth"], lang),
        last=money_words(high["worth"], lang),
    )
    columns = _columns(lang, multiple="real", worth="money", bound="money", routes="int")
    heading = say("frontier_title", lang, table=table, column=name)
    up = word("columns", "worth", lang) + word("columns", "wan", lang)
    drawn = frontier(list(swept.select("factor", "worth").iter_rows()), word("columns", "multiple", lang), up)
    shown = Table("frontier-points", heading, frame, columns)
    return _write(region, "sweep", heading, [lead], [drawn], [shown], {"points": swept.to_dicts()}, out, lang)


def write_robustness(
    region: Region, found: Robustness, options: dict[str, Any], out: str | Path, lang: str = "zh"
) -> list[Path]:
    """Write ``robust.xlsx``, ``robust.html`` and ``robust.json``."""
    tables = [quantiles_table(found, lang), steadiness_table(found, lang)]
    data = {
        "options": options,
        "quantiles": found.quantiles.to_dicts(),
        "routes": found.routes.to_dicts(),
        "draws": found.draws.to_dicts(),
    }
    lead = robust_sentences(found, options, lang)
    return _write(region, "robust", say("robust_title", lang), lead, [], tables, data, out, lang)


def robust_sentences(found: Robustness, options: dict[str, Any], lang: str) -> list[str]:
    """The median and the 90 % interval, and how many routes are steady."""
    by = {r["quantile"]: r for r in found.quantiles.to_dicts()}
    lead = say(
        "robust_lead",
        lang,
        **options,
        kept=money_words(by[0.5]["kept"], lang),
        low=money_words(by[0.05]["kept"], lang),
        high=money_words(by[0.95]["kept"], lang),
        replanned=money_words(by[0.5]["replanned"], lang),
    )
    steady = found.routes.filter(pl.col("chosen") >= 0.9).height
    return [lead, say("robust_steady", lang, count=steady)]


def quantiles_table(found: Robustness, lang: str) -> Table:
    """Quantiles of the plan's worth over the draws."""
    columns = _columns(lang, quantile="percent", replanned="money", kept="money", realised="money")
    return Table("quantiles", say("quantiles_table", lang), found.quantiles, columns)


def steadiness_table(found: Robustness, lang: str) -> Table:
    """How often each pair is chosen, the steadiest first."""
    columns = (
        Column("need", word("columns", "need", lang), "id"),
        Column("achievement", word("columns", "achievement", lang), "id"),
        *_columns(lang, chosen="percent", same_route="percent", route="id", worth="money"),
    )
    return Table("steadiness", say("steadiness_table", lang), found.routes, columns)


def write_changes(region: Region, made: Replan, out: str | Path, lang: str = "zh") -> list[Path]:
    """Write ``changes.xlsx``, ``changes.html`` and ``changes.json`` beside the new plan."""
    lead = say("replan_lead", lang, worth=money_words(made.plan.worth, lang), count=made.changes.height)
    frame = made.changes.with_columns(
        pl.col("what").replace({w: word("whats", w, lang) for w in made.changes["what"].unique().to_list()})
    )
    columns = (
        Column("need", word("columns", "need", lang), "id"),
        *_columns(lang, what="text", before="long", after="long"),
        column("reason_zh" if lang == "zh" else "reason_en", "long", lang),
    )
    table = Table("changes", say("changes_table", lang), frame, columns)
    data = {"worth": made.plan.worth, "changes": made.changes.to_dicts()}
    return _write(region, "changes", say("replan_title", lang), [lead], [], [table], data, out, lang)


def _write(
    region: Region,
    name: str,
    heading: str,
    lead: list[str],
    pictures: list[Markup],
    tables: list[Table],
    data: dict[str, Any],
    out: str | Path,
    lang: str,
) -> list[Path]:
    language(lang)
    folder = Path(out)
    full = f"{heading} · {region.name}"
    text = tables_page(full, lead, pictures, tables, region.fictional, lang)
    with atomic_path(folder / f"{name}.xlsx") as path:
        write_tables(path, full, lead, tables, region.fictional, lang)
    with atomic_path(folder / f"{name}.html") as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    summary = {"region": region.name, "fictional": region.fictional, **data}
    with atomic_path(folder / f"{name}.json") as path:
        path.write_text(
            json.dumps(summary, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
        )
    return [folder / f"{name}.{kind}" for kind in ("xlsx", "html", "json")]
