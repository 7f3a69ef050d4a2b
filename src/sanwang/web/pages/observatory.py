"""The observatory's picker: an indicator of regions as it is, a head or a yuan of GDP, every figure with its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import DataError, OptionError
from sanwang.observatory.facts import facts_of, indicator
from sanwang.region.groups import regions
from sanwang.web import spaces
from sanwang.web.pages.needs import opened
from sanwang.web.render import page
from sanwang.web.scaled import SCALES, Scaled, scaled
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit

router = APIRouter()

_YEAR = re.compile(r"\d{4}")


@router.get("/workspaces/{name}/observatory")
def observatory(v: Here, name: str) -> Response:
    """Regions side by side on one indicator, under a scale."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    facts = facts_of(region)
    known = list(dict.fromkeys(facts["indicator"].to_list()))
    chosen = v.query.get("indicator", known[0] if known else "")
    scale = v.query.get("scale", "total")
    named = [n.strip() for n in v.query.get("regions", "").replace("；", ";").split(";") if n.strip()]
    names = named or list(regions())[:3]
    if chosen not in known or scale not in SCALES:
        raise OptionError(f"there is no indicator {chosen} {scale}", f"没有这一指标：{chosen} {scale}")
    rows, wrong = _rows(v, facts, names, chosen, scale)
    shown = [_shown(r, facts) for r in rows]
    table = table_of("observatory", _label(chosen, v.lang), [
        {**s, "sources": "；".join(w for w, _ in s["sources"])} for s in shown
    ], v.lang, region="text", year="int", value="real", unit="text", definition="long", sources="long")  # fmt: skip
    return page(
        v, "observatory", name=name, indicators=[(k, _label(k, v.lang)) for k in known], chosen=chosen, scale=scale,
        scales=SCALES, regions=";".join(names), year=v.query.get("year", ""), rows=shown, wrong=wrong,
        title=_label(chosen, v.lang), take=[table] if shown else (),
        python=f"{opened(name)}\nresult = sw.observe(region, regions={names!r}, indicators=[{chosen!r}])\n"
        "result['cells']",
    )  # fmt: skip


def _rows(
    v: Visit, facts: pl.DataFrame, names: list[str], chosen: str, scale: str
) -> tuple[list[Scaled], str]:
    """The figures, and in words why there are none."""
    year = v.query.get("year", "").strip()
    if year and not _YEAR.fullmatch(year):
        raise OptionError(f"{year!r} is no year", f"{year!r} 不是年份")
    try:
        return scaled(facts, names, chosen, scale, int(year) if year else None), ""
    except DataError as error:
        return [], error.said(v.lang)


def _shown(one: Scaled, facts: pl.DataFrame) -> dict[str, Any]:
    """A figure as the page shows it: value, unit, definition, and each source with its address."""
    found: dict[str, str] = {}
    for cell in one.cells:
        found |= _sources(cell, facts)
    return {
        "region": one.region, "year": one.year, "value": one.value, "unit": one.unit,
        "definition": "；".join(dict.fromkeys(c["definition"] for c in one.cells if c["definition"])),
        "marks": [m for c in one.cells for m in (c["marks"] or [])], "parts": one.cells[0]["parts"],
        "sources": list(found.items()),
    }  # fmt: skip


def _sources(cell: Mapping[str, Any], facts: pl.DataFrame) -> dict[str, str]:
    """The sources of a figure, each with the address of the very rows it was read from."""
    places = [cell["region"], *re.split("[、, ]+", cell["parts"] or "")]
    rows = facts.filter(
        (pl.col("indicator") == cell["indicator"])
        & (pl.col("year") == cell["year"])
        & pl.col("region").is_in(places)
    )
    urls = [str(u) for u in rows["url"].drop_nulls().unique().to_list()]
    return {words: _address(next((u for u in urls if u in words), "")) for words in cell["sources"] or []}


def _address(url: str) -> str:
    """An address to follow; empty for what is none."""
    return url if url.startswith(("https://", "http://")) else f"https://{url}" if url else ""


def _label(key: str, lang: str) -> str:
    one = indicator(key)
    return one.zh if lang == "zh" else one.en
