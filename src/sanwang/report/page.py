"""Any result as one page of HTML that works without a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

import jinja2

from sanwang.report.markup import Markup
from sanwang.report.sheets import sheets_block
from sanwang.report.tables import table_block
from sanwang.study.result import Result
from sanwang.study.saving import VERSION
from sanwang.study.table import Table
from sanwang.study.words import meanings, provenance, say


@cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FunctionLoader(lambda name: _file(f"templates/{name}"))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page(result: Result[Any]) -> str:
    """The page: what was found, drawings, tables, notes and where it comes from; nothing is loaded from elsewhere."""
    lang, shown = result.lang, result.shown
    return _written(
        lang,
        title=result.title,
        headline=result.headline,
        figures=shown.figures,
        drawings=_drawn(result),
        sheets=sheets_block(shown.sheets, lang),
        tables=[Markup(table_block(t, lang)) for t in shown.tables if t.listed],
        notes=[*result.notes, *(t.note for t in shown.tables if t.note)],
        meanings=meanings(shown.tables),
        provenance=provenance(result),
        fictional=result.region.fictional and not shown.real,
    )


def tables_page(
    title: str,
    headline: Sequence[str],
    tables: Sequence[Table],
    notes: Sequence[str],
    lang: str,
    fictional: bool,
) -> str:
    """Tables as one page of the same kind: sentences above, each table with its own note, notes below."""
    return _written(
        lang, title=title, headline=headline, figures=(), drawings=(), sheets="",
        tables=[Markup(table_block(t, lang)) for t in tables if t.listed], notes=notes, meanings=meanings(tables),
        provenance=(), fictional=fictional,
    )  # fmt: skip


def _written(lang: str, **terms: object) -> str:
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            lang=lang,
            say=partial(_said, lang),
            version=VERSION,
            policy=policy(),
            style=Markup(_file("drawing.css") + _file("style.css")),
            script=Markup(_file("page.js")),
            **terms,
        )
    )


def _drawn(result: Result[Any]) -> list[dict[str, object]]:
    """Each drawing with its markup; what has nothing to draw is left out."""
    made = ((d, d.markup()) for d in result.drawings)
    return [
        {"name": d.name, "title": d.title, "about": d.about, "wide": d.wide, "markup": Markup(m)}
        for d, m in made
        if m
    ]


def _said(lang: str, key: str, **terms: object) -> str:
    return say(key, lang, **terms)


@cache
def _file(name: str) -> str:
    return (files("sanwang.report") / name).read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The content policy: only our own script may run, and nothing be fetched."""
    digest = base64.b64encode(hashlib.sha256(_file("page.js").encode()).digest()).decode()
    rules = (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
        "base-uri 'none'",
    )
    return "; ".join((*rules, "form-action 'none'"))
