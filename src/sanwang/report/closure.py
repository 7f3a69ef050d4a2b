"""The page, workbook and files of the closure: funnel, leaks, times, and the one number of the region."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from sanwang.observatory.closure import STEPS, Closure
from sanwang.report.files import write_rows
from sanwang.report.labels import language, say, word
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
from sanwang.report.table import Column, Style, Table
from sanwang.report.trend import trend
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path

_WIDTH, _ROW, _LEFT = 760.0, 44.0, 96.0


def write_closure(
    found: Closure, name: str, fictional: bool, out: str | Path, lang: str = "zh"
) -> list[Path]:
    """Write ``closure.html``, ``.xlsx``, ``.json`` and ``curves.csv``; returns them."""
    language(lang)
    folder = Path(out)
    title = say("closure_title", lang) + (f" · {name}" if name else "")
    lead = closure_words(found, lang)
    tables = closure_tables(found, lang)
    lines = {
        word("progress_steps", s, lang): [
            (int(m), float(v))
            for m, v in found.curves.filter(pl.col("step") == s).select("months", "share").iter_rows()
        ]
        for s in STEPS[1:]
    }
    lines = {n: p for n, p in lines.items() if len(p) > 1}
    pictures = [
        tag("section", tag("h2", say("closure_funnel", lang)), tag("div", funnel_drawing(found, lang))),
    ]
    if lines:
        drawn = trend(say("closure_curves", lang), "", lines)
        pictures.append(tag("section", tag("h2", say("closure_times", lang)), tag("div", drawn)))
    with atomic_path(folder / "closure.html") as path:
        text = tables_page(title, lead, pictures, tables, fictional, lang)
        path.write_text(text, encoding="utf-8", newline="\n")
    with atomic_path(folder / "closure.xlsx") as path:
        write_tables(path, title, lead, tables, fictional, lang)
    with atomic_path(folder / "closure.json") as path:
        data = json.dumps(closure_json(found, fictional), ensure_ascii=False, indent=1)
        path.write_text(data + "\n", encoding="utf-8")
    with atomic_path(folder / "curves.csv") as path:
        write_rows(found.curves, fictional, path)
    return [folder / n for n in ("closure.html", "closure.xlsx", "closure.json", "curves.csv")]


def closure_words(found: Closure, lang: str) -> list[str]:
    """The one number, what it means, and what was left out."""
    between = "、" if lang == "zh" else ", "
    share, low, high = (f"{v:.1%}" for v in found.share)
    at, least, most = (f"{v:.1%}" for v in found.expected)
    said = [
        say("closure_said", lang, inside=between.join(found.inside), published=found.published, closed=found.closed,
            share=share, low=low, high=high, until=found.until),
        say("closure_expected", lang, years=f"{found.years:g}", share=at, low=least, high=most),
    ]  # fmt: skip
    if found.leaks.height:
        where = between.join(f"{r['place']} {r['contracted']}" for r in found.leaks.head(5).to_dicts())
        total = int(found.leaks["contracted"].sum())
        signed = int(found.funnel.filter(pl.col("step") == "contracted")["reached"][0])
        said.append(say("closure_leaks", lang, gone=total, signed=signed, where=where))
    return [*said, *(n[0 if lang == "zh" else 1] for n in found.notices[:20])]


def _table(name: str, heading: str, frame: pl.DataFrame, lang: str, /, **styles: Style) -> Table:
    columns = tuple(Column(k, word("closure_columns", k, lang), s) for k, s in styles.items())
    return Table(name, heading, frame, columns)


def closure_tables(found: Closure, lang: str) -> list[Table]:
    """Funnel, groups, leaks and times."""

    def steps(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.Series("said", [word("progress_steps", s, lang) for s in frame["step"]], pl.String)
        )

    groups = found.groups.with_columns(
        pl.Series("kind", [word("closure_kinds", k, lang) for k in found.groups["kind"]], pl.String)
    )
    return [
        _table("funnel", say("closure_funnel", lang), steps(found.funnel), lang, said="text", reached="int",
               share="percent", kept="percent"),
        _table("groups", say("closure_groups", lang), groups, lang, kind="text", group="text", published="int",
               contracted="int", production="int", inside="int", share="percent", low="percent", high="percent"),
        _table("leaks", say("closure_away", lang), found.leaks, lang, place="text", contracted="int",
               share="percent"),
        _table(
            "times", say("closure_times", lang),
            steps(found.times).rename({"low": "low_days", "high": "high_days"}).with_columns(
                pl.col("median", "low_days", "high_days").cast(pl.Int64)
            ), lang, said="text", reached="int", done="int", median="int", low_days="int", high_days="int"),
    ]  # fmt: skip


def funnel_drawing(found: Closure, lang: str) -> Markup:
    """Bars that narrow: how many reached each step, and of the signed ones how many stayed inside."""
    height = _ROW * len(STEPS) + 40
    most = max(1, found.published)
    scale = (_WIDTH - _LEFT - 190) / most
    parts = [tag("rect", width=_WIDTH, height=height, fill="#fff")]
    for n, row in enumerate(found.funnel.to_dicts()):
        y = 10 + _ROW * n
        wide = scale * row["reached"]
        kept = "" if row["kept"] is None else f"　{word('closure_columns', 'kept', lang)} {row['kept']:.0%}"
        parts += [
            tag(
                "text",
                word("progress_steps", row["step"], lang),
                x=_LEFT - 10,
                y=y + 21,
                font_size=14,
                text_anchor="end",
            ),
            tag(
                "rect", x=_LEFT, y=y, width=f"{wide:.1f}", height=_ROW - 14, fill="#1f6fa8", fill_opacity=0.85
            ),
            tag(
                "text",
                f"{row['reached']}（{row['share']:.0%}）{kept}",
                x=_LEFT + wide + 8,
                y=y + 20,
                font_size=13,
            ),
        ]
    y = 10 + _ROW * (len(STEPS) - 1)
    parts += [
        tag("rect", x=_LEFT, y=y, width=f"{scale * found.closed:.1f}", height=_ROW - 14, fill="#17876a"),
        tag("text", say("closure_inside", lang, closed=found.closed), x=_LEFT, y=height - 12, font_size=12.5,
            style="fill:#17876a"),
    ]  # fmt: skip
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img",
        aria_label=say("closure_funnel", lang), style=f"max-width:{_WIDTH:.0f}px",
    )  # fmt: skip


def closure_json(found: Closure, fictional: bool) -> dict[str, object]:
    """Everything, ready for JSON."""
    return {
        "fictional": fictional, "inside": list(found.inside), "until": found.until, "published": found.published,
        "closed": found.closed, "share": list(found.share), "years": found.years, "expected": list(found.expected),
        "funnel": found.funnel.to_dicts(), "groups": found.groups.to_dicts(), "leaks": found.leaks.to_dicts(),
        "times": found.times.to_dicts(), "notices": [n[0] for n in found.notices],
    }  # fmt: skip
