"""The page and files of border effects: terms with intervals, barriers, and what the model leaves unexplained."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl

from sanwang.factors.gravity import Gravity, difference
from sanwang.factors.panel import Panel
from sanwang.report.labels import language, say, word
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
from sanwang.report.residuals import residual_grid
from sanwang.report.table import Column, Style, Table
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path


def write_borders(
    found: Gravity,
    given: Panel,
    barriers: pl.DataFrame,
    name: str,
    fictional: bool,
    out: str | Path,
    lang: str = "zh",
) -> list[Path]:
    """Write ``borders.html``, ``.xlsx``, ``.json``, and ``barriers.csv``, ``barriers-low.csv``, ``barriers-high.csv``
    (the ends of the interval) in the form of the plan's table; returns them."""
    language(lang)
    folder = Path(out)
    title = say("borders_title", lang) + (f" · {name}" if name else "")
    lead = border_words(found, given, lang)
    tables = [terms_table(found, lang), barriers_table(barriers, lang), pairs_table(found, lang)]
    picture: Markup = tag(
        "section",
        tag("h2", say("residuals_title", lang)),
        tag("div", residual_grid(found.pairs, say("residuals_title", lang), lang), class_="wide-drawing"),
    )
    with atomic_path(folder / "borders.html") as path:
        text = tables_page(title, lead, [picture], tables, fictional, lang)
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "borders.xlsx") as path:
        write_tables(path, title, lead, tables, fictional, lang)
    with atomic_path(folder / "borders.json") as path:
        data = json.dumps(borders_json(found, given, barriers, fictional), ensure_ascii=False, indent=1)
        path.write_text(data + "\n", encoding="utf-8")
    files = {"barriers": "cost_rate", "barriers-low": "cost_low", "barriers-high": "cost_high"}
    for stem, column in files.items():
        with atomic_path(folder / f"{stem}.csv") as path:
            rows = barriers.with_columns(pl.col(column).alias("cost_rate")).drop("cost_low", "cost_high")
            if fictional:
                rows = rows.with_columns(
                    (pl.lit(say("fictional", lang) + "；") + pl.col("source")).alias("source")
                )
            rows.write_csv(path, include_bom=True)
    return [
        folder / n for n in ("borders.html", "borders.xlsx", "borders.json", *(f"{s}.csv" for s in files))
    ]


def border_words(found: Gravity, given: Panel, lang: str) -> list[str]:
    """What was found, what was assumed, and how far to trust it."""
    said = [
        say(
            "border_said", lang, term=term_word(r["term"], lang), percent=f"{r['percent']:+.0%}",
            low=f"{r['percent_low']:+.0%}", high=f"{r['percent_high']:+.0%}", level=f"{found.level:.0%}",
        )
        + (say("border_few", lang, pairs=r["pairs"]) if r["unreliable"] else "")
        for r in found.terms.to_dicts()
        if str(r["term"]).startswith("border")
    ]  # fmt: skip
    said += _differences(found, lang)
    said.append(say("border_coverage", lang))
    said.append(given.assumed[0 if lang == "zh" else 1])
    said.append(
        say("border_counts", lang, n=found.observations, zeros=found.zeros, separated=found.separated)
    )
    if found.reset is not None:
        said.append(
            say("border_reset_bad" if found.reset < 0.01 else "border_reset", lang, p=f"{found.reset:.3f}")
        )
    if found.dropped:
        said.append(say("border_dropped", lang, terms="、".join(term_word(t, lang) for t in found.dropped)))
    if given.unplaced:
        said.append(say("border_unplaced", lang, places="、".join(given.unplaced)))
    return said


def _differences(found: Gravity, lang: str) -> list[str]:
    """Regions' borders two by two: by how much the one lowers flows more than the other."""
    own = [t for t in found.terms["term"] if t.startswith("border:") and "|" not in t and t != "border:other"]
    told: list[str] = []
    for one, other in combinations(own, 2):
        gap, error, p = difference(found, one, other)
        words = (term_word(one, lang), term_word(other, lang))
        told.append(
            say(
                "border_gap",
                lang,
                one=words[0],
                other=words[1],
                gap=f"{gap:+.2f}",
                error=f"{error:.2f}",
                p=f"{p:.3f}",
            )
        )
    return told


def term_word(term: str, lang: str) -> str:
    """A term in words; a pair of jurisdictions by their names."""
    head, _, rest = term.partition(":")
    if not rest:
        return word("gravity_terms", head, lang)
    if rest == "other":
        return word("gravity_terms", "other", lang)
    return f"{word('gravity_terms', head, lang)} {rest.replace('|', '–')}"


def _table(
    name: str, heading: str, frame: pl.DataFrame, lang: str, note: str = "", /, **styles: Style
) -> Table:
    columns = tuple(Column(k, word("border_columns", k, lang), s) for k, s in styles.items())
    return Table(name, heading, frame, columns, note)


def terms_table(found: Gravity, lang: str) -> Table:
    """Estimates with clustered errors and intervals, and effects in per cent."""
    frame = found.terms.with_columns(pl.Series("said", [term_word(t, lang) for t in found.terms["term"]]))
    return _table("terms", say("terms_title", lang), frame, lang, say("terms_note", lang), said="text",
                  estimate="real", error="real", low="real", high="real", percent="percent",
                  percent_low="percent", percent_high="percent", pairs="int")  # fmt: skip


def barriers_table(rows: pl.DataFrame, lang: str) -> Table:
    """The rows for the plan's table, with their interval."""
    return _table("barriers", say("barriers_title", lang), rows, lang, say("barriers_note", lang), origin="text",
                  destination="text", cost_rate="percent", cost_low="percent", cost_high="percent",
                  source="long")  # fmt: skip


def pairs_table(found: Gravity, lang: str) -> Table:
    """Pairs farthest from what the model gives, in either direction."""
    frame = found.pairs.filter(pl.col("fitted") > 0)
    frame = frame.with_columns(
        pl.col("ratio").map_batches(lambda r: np.abs(np.log(np.maximum(r.to_numpy(), 1e-6))), pl.Float64).alias("far")
    )  # fmt: skip
    return _table("pairs", say("pairs_title", lang), frame.sort("far", descending=True).head(40), lang, origin="text",
                  destination="text", ratio="percent")  # fmt: skip


def borders_json(found: Gravity, given: Panel, barriers: pl.DataFrame, fictional: bool) -> dict[str, object]:
    """Terms, barriers and diagnostics, ready for JSON."""
    return {
        "fictional": fictional, "level": found.level, "observations": found.observations, "zeros": found.zeros,
        "separated": found.separated, "dropped": list(found.dropped), "reset": found.reset,
        "unknown_pairs": given.unknown, "unplaced": list(given.unplaced), "terms": found.terms.to_dicts(),
        "barriers": barriers.to_dicts(), "pairs": found.pairs.to_dicts(),
    }  # fmt: skip
