"""The plan as one page of HTML that works without a network."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from sanwang.report import contents, funnel, notes
from sanwang.report.bars import bars
from sanwang.report.chain_summary import summary_table
from sanwang.report.headline import Figure, key_figures, sentences, title
from sanwang.report.labels import language, percent_words, say, word
from sanwang.report.legs import STAGES, legs
from sanwang.report.map import route_map
from sanwang.report.markup import Markup, join, lone, tag
from sanwang.report.named import name_routes
from sanwang.report.sankey import sankey
from sanwang.report.table import Table, written
from sanwang.report.tables import plain_table, table_block

if TYPE_CHECKING:
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.plan import Plan
    from sanwang.region import Region

MATCH_ROWS = 2_000
"""Rows of matches the page holds; deeper ranks are in the workbook."""

_HERO = ("worth", "met", "gap", "routes", "crossing", "probability")


def page(region: Region, matches: Matches, plan: Plan, lang: str = "zh") -> str:
    """``plan.html``: what the plan says, map, Sankey, funnels, tables, notes; nothing is loaded from elsewhere."""
    language(lang)
    body = [
        tag("a", say("skip", lang), href="#main", class_="skip"),
        *_notice(region, lang),
        _header(region, plan, lang),
        tag("main", *_sections(region, matches, plan, lang), id="main"),
        _footer(region, matches, plan, lang),
        tag("div", id="tip", role="tooltip", hidden=True),
        tag("script", Markup(_file("page.js"))),
    ]
    return document(title(region, lang), body, lang)


def document(heading: str, body: list[Markup], lang: str) -> str:
    """A whole page around a body: styles inside it, nothing fetched."""
    root = tag("html", _head(heading, lang), tag("body", *body), lang="zh-CN" if lang == "zh" else "en")
    return f"<!doctype html>\n{root}\n"


def tables_page(
    heading: str, lead: list[str], pictures: list[Markup], tables: list[Table], fictional: bool, lang: str
) -> str:
    """A page of sentences, pictures and tables, marked where the data are fictional."""
    notice = [tag("p", say("fictional_page", lang), class_="fictional", role="note")] if fictional else []
    body = [
        *notice,
        tag(
            "header",
            tag("p", say("product", lang), class_="eyebrow"),
            tag("h1", heading),
            *(tag("p", sentence, class_="lead") for sentence in lead),
        ),
        tag("main", *pictures, *(table_block(table, lang) for table in tables), id="main"),
        tag("footer", *notice, tag("p", say("made_by", lang, version=notes.VERSION), class_="made")),
        tag("div", id="tip", role="tooltip", hidden=True),
        tag("script", Markup(_file("page.js"))),
    ]
    return document(heading, body, lang)


def _file(name: str) -> str:
    return (files("sanwang.report") / name).read_text(encoding="utf-8")


def _head(heading: str, lang: str) -> Markup:
    """The policy lets only our own script run, and nothing be fetched."""
    digest = base64.b64encode(hashlib.sha256(_file("page.js").encode()).digest()).decode()
    rules = (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
        "base-uri 'none'",
    )
    policy = "; ".join((*rules, "form-action 'none'"))
    return tag(
        "head",
        lone("meta", charset="utf-8"),
        lone("meta", http_equiv="Content-Security-Policy", content=policy),
        lone("meta", name="viewport", content="width=device-width, initial-scale=1"),
        lone("meta", name="generator", content=f"Sanwang {notes.VERSION}"),
        tag("title", heading),
        tag("style", Markup(_file("drawing.css") + _file("style.css"))),
    )


def _notice(region: Region, lang: str) -> list[Markup]:
    return (
        [tag("p", say("fictional_page", lang), class_="fictional", role="note")] if region.fictional else []
    )


def _header(region: Region, plan: Plan, lang: str) -> Markup:
    found = {figure.key: figure for figure in key_figures(region, plan, lang)}
    return tag(
        "header",
        tag("p", say("product", lang), class_="eyebrow"),
        tag("h1", title(region, lang)),
        tag("p", join(sentences(region, plan, lang), "" if lang == "zh" else " "), class_="lead"),
        tag("dl", *(_figure(found[key]) for key in _HERO), class_="figures"),
    )


def _figure(figure: Figure) -> Markup:
    remark = [tag("small", figure.remark)] if figure.remark else []
    return tag("div", tag("dt", figure.label), tag("dd", figure.words, *remark))


def _sections(region: Region, matches: Matches, plan: Plan, lang: str) -> list[Markup]:
    tables = (
        contents.routes_table(region, plan, lang),
        contents.unmet_table(region, plan, lang),
        contents.bottlenecks_table(region, plan, lang),
        contents.borders_table(plan, lang),
        contents.usage_table(region, plan, lang),
        _page_matches(contents.matches_table(region, matches, plan, lang, MATCH_ROWS), lang),
    )
    chains = summary_table(region, lang)
    tables = tables if chains is None else (*tables[:-1], chains, tables[-1])
    return [
        *_pictures(region, plan, lang),
        _charts(region, matches, plan, lang),
        *(table_block(table, lang) for table in tables),
    ]


def _page_matches(table: Table, lang: str) -> Table:
    if not table.note:
        return table
    depth = int(table.frame.filter(table.frame["route"].is_null())["rank"].max() or 1)  # pyright: ignore[reportArgumentType]  # a rank is an integer
    return Table(table.name, table.title, table.frame, table.columns, say("matches_shown", lang, ranks=depth))


def _pictures(region: Region, plan: Plan, lang: str) -> list[Markup]:
    named = name_routes(region, plan, lang)
    drawn = route_map(region, named, lang)
    if drawn is None:
        missing = tag("p", say("map_none", lang), class_="about")
        pictures = [tag("section", tag("h2", say("map", lang)), missing, id="map")]
    else:
        pictures = [_map_section(region, plan, drawn, lang)]
    if named.is_empty():
        return pictures
    wide = tag("div", sankey(named, lang), class_="for-wide")
    small = tag("div", sankey(named, lang, 400.0, 440.0), class_="for-narrow")
    flow = tag(
        "section",
        tag("h2", say("sankey", lang)),
        tag("p", say("sankey_about", lang), class_="about"),
        wide,
        small,
        id="flow",
    )
    return [*pictures, flow]


def _map_section(region: Region, plan: Plan, drawn: Markup, lang: str) -> Markup:
    _, missing = legs(name_routes(region, plan, lang))
    remark = [tag("p", say("map_missing", lang, count=missing), class_="about")] if missing else []
    keys = [tag("li", tag("span", class_=f"swatch {s}"), say(f"stage_{s}", lang)) for s in STAGES]
    aside = tag(
        "div",
        tag("p", say("map_about", lang), class_="about"),
        tag("ul", *keys, class_="legend"),
        *_aside_table(contents.province_table(region, plan, lang)),
        *_aside_table(contents.legs_table(region, plan, lang)),
        *remark,
        class_="aside",
    )
    return tag(
        "section", tag("h2", say("map", lang)), tag("div", drawn, aside, class_="with-aside"), id="map"
    )


def _aside_table(table: Table) -> list[Markup]:
    return [] if table.frame.is_empty() else [tag("h3", table.title), plain_table(table)]


def _charts(region: Region, matches: Matches, plan: Plan, lang: str) -> Markup:
    offered = funnel.achievement_steps(region, matches, plan, lang)
    wanted = funnel.need_steps(region, matches, plan, lang)
    cards = [
        tag("section", tag("h2", say("funnel", lang)), funnel.funnel(offered)),
        tag("section", tag("h2", say("needs_funnel", lang)), funnel.funnel(wanted)),
    ]
    if not plan.unmet.is_empty():
        table = contents.reasons_table(plan, lang)
        lines = [(r["words"], float(r["count"]), f"{r['count']:,}") for r in table.frame.to_dicts()]
        cards.append(tag("section", tag("h2", table.title), bars(lines, filters="unmet")))
    if not plan.routes.is_empty():
        table = contents.costs_table(plan, lang)
        cards.append(
            tag("section", tag("h2", table.title + word("columns", "wan", lang)), bars(_cost_lines(table)))
        )
    return tag("div", *cards, class_="cards")


def _cost_lines(table: Table) -> list[tuple[str, float, str]]:
    rows = table.frame.sort("amount", descending=True, maintain_order=True).to_dicts()
    return [
        (
            r["name"],
            float(r["amount"]),
            f"{written(r['amount'], 'money')} ({percent_words(r['share'] or 0, 0)})",
        )
        for r in rows
    ]


def _footer(region: Region, matches: Matches, plan: Plan, lang: str) -> Markup:
    assumed = notes.assumptions_table(plan, lang)
    lines = [
        tag("div", tag("dt", label), tag("dd", text))
        for label, text in notes.provenance(region, matches, plan, lang)
    ]
    shown = (
        [tag("h2", assumed.title), tag("div", plain_table(assumed), class_="scroll")]
        if assumed.frame.height
        else []
    )
    return tag(
        "footer",
        *shown,
        tag("h2", say("data_version", lang)),
        tag("dl", *lines, class_="provenance"),
        *(tag("p", sentence) for sentence in notes.remarks(lang)),
        *_notice(region, lang),
        tag("p", say("made_by", lang, version=notes.VERSION), class_="made"),
    )
