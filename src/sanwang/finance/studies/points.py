"""Innovation points declared as a study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.engine.port import Engine, Report
from sanwang.errors import OptionError
from sanwang.finance import points as marks
from sanwang.finance.points import Points
from sanwang.finance.scheme import load_scheme
from sanwang.finance.studies.headings import Heading, barred, titled, with_names
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.drawing import Drawing
from sanwang.study.option import Option, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table

_FIRMS: tuple[Heading, ...] = (
    ("actor", "id", "机构编号", "Actor"), ("name", "text", "企业", "Firm"), ("stage", "text", "阶段", "Stage"),
    ("score", "real", "得分", "Score"), ("lower", "real", "缺失取最差", "Missing at worst"),
    ("upper", "real", "缺失取最好", "Missing at best"), ("rank", "int", "名次", "Rank"),
    ("peers", "int", "同类家数", "Peers"),
    ("rank_p5", "int", "名次5%", "Rank, 5 %"), ("rank_p95", "int", "名次95%", "Rank, 95 %"),
    ("rank_kept", "percent", "名次不变的比例", "Draws with this rank"),
    ("shift", "percent", "换位所需权重", "Weight to swap"),
    ("shift_against", "id", "与谁换位", "With whom"), ("missing", "int", "缺失项数", "Missing"),
)  # fmt: skip
_PARTS: tuple[Heading, ...] = (
    ("actor", "id", "机构编号", "Actor"), ("indicator", "text", "指标", "Indicator"), ("value", "real", "值", "Value"),
    ("year", "year", "年份", "Year"), ("mark", "score", "分值", "Mark"), ("weight", "score", "权重", "Weight"),
    ("contribution", "real", "贡献", "Contribution"), ("gain_full", "real", "满分可增", "Gain at full marks"),
    ("peer_value", "real", "同类上四分位值", "Peers' upper quartile"),
    ("gain_to_peer", "real", "达到该值可增", "Gain there"), ("source", "text", "来源", "Source"),
)  # fmt: skip


@dataclass(frozen=True)
class Marked:
    """Points of every firm, and the one firm asked about (None for all)."""

    points: Points
    firm: str | None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the points' own
        if name.startswith("__") or name == "points":
            raise AttributeError(name)
        return getattr(self.points, name)


def shown(found: Marked, region: Region, lang: str) -> Shown:
    """The firms and each one's indicators; with one firm what would raise its points."""
    points, firm = found.points, found.firm
    tables = _tables(region, points, firm, lang)
    heading = "企业创新积分" if lang == "zh" else "Innovation points of firms"
    if firm:
        heading = f"{tables[0].frame['name'][0] or firm} · {heading}"
    drawn = _firm_pictures(points, firm, lang) if firm else _stage_pictures(points, tables[0].frame, lang)
    colon = "：" if lang == "zh" else ": "
    lost = [f"{a}{colon}{w}" for a, w in points.unstaged.iter_rows()]
    unused = points.unused.height
    if unused:
        lost.append(
            f"积分表中有 {unused} 行未计入" if lang == "zh" else f"{unused} rows of points not counted"
        )
    scored = points.firms.height
    told = f"{scored} 家企业得分。" if lang == "zh" else f"{scored} firms are scored."
    return Shown(
        heading,
        [told, points.scheme.name, points.scheme.notice],
        tables,
        drawn,
        [points.scheme.source, *lost],
    )


def _tables(region: Region, found: Points, firm: str | None, lang: str) -> list[Table]:
    """The firms, and each one's indicators."""
    words = {s.id: s.zh if lang == "zh" else s.en for s in found.scheme.stages}
    firms = with_names(found.firms, region).with_columns(pl.col("stage").replace(words))
    parts = found.parts
    if firm is not None:
        firms, parts = firms.filter(pl.col("actor") == firm), parts.filter(pl.col("actor") == firm)
        parts = parts.sort("gain_to_peer", "indicator", descending=[True, False])
    zh = lang == "zh"
    heading = "怎样提高：各指标" if zh else "What would raise it, by indicator"
    whole_ = "各指标" if zh else "Indicators"
    return [
        Table("points", "创新积分" if zh else "Points", firms, titled(_FIRMS, lang)),
        Table("parts", heading if firm else whole_, parts, titled(_PARTS, lang)),
    ]


def _stage_pictures(found: Points, firms: pl.DataFrame, lang: str) -> list[Drawing]:
    """The best of each stage, with what is missing as bounds and the ranks that random weights give."""
    zh, drawn = lang == "zh", list[Drawing]()
    for stage in found.scheme.stages:
        rows = firms.filter(pl.col("stage") == (stage.zh if zh else stage.en)).head(12).to_dicts()
        lines = [
            (
                f"{r['rank']}. {r['name'] or r['actor']}",
                r["score"],
                f"{r['score']:.1f}（{r['rank_p5']:.0f}–{r['rank_p95']:.0f}）",
            )
            for r in rows
        ]
        about = "括号内：权重变动下名次的 5%–95%" if zh else "In brackets: ranks under random weights, 5–95 %"
        drawn += barred(f"stage-{stage.id}", stage.zh if zh else stage.en, lines, about)
    return drawn


def _firm_pictures(found: Points, firm: str, lang: str) -> list[Drawing]:
    """What each indicator contributes, and what reaching the peers' upper quartile would add."""
    zh, parts = lang == "zh", found.parts.filter(pl.col("actor") == firm)
    made = parts.sort("contribution", descending=True).to_dicts()
    gain = parts.filter(pl.col("gain_to_peer") > 0.05).sort("gain_to_peer", descending=True).to_dicts()
    return [
        *barred(
            "contributions",
            "各指标贡献" if zh else "Contribution of each indicator",
            [(p["indicator"], p["contribution"], f"{p['contribution']:.1f}") for p in made],
        ),
        *barred(
            "raises",
            "怎样提高" if zh else "What would raise it",
            [(p["indicator"], p["gain_to_peer"], f"+{p['gain_to_peer']:.1f}") for p in gain],
            "达到同阶段上四分位可增的分" if zh else "Points gained at the upper quartile of the stage",
        ),
    ]


def data(found: Marked, region: Region) -> dict[str, object]:
    """Scheme, firms, indicators, and who is not scored."""
    firms, parts, points = found.points.firms, found.points.parts, found.points
    if found.firm is not None:
        firms, parts = (
            firms.filter(pl.col("actor") == found.firm),
            parts.filter(pl.col("actor") == found.firm),
        )
    return {
        "scheme": points.scheme.name, "notice": points.scheme.notice, "year": points.year, "draws": points.draws,
        "seed": points.seed, "firms": firms, "parts": parts, "unstaged": points.unstaged,
        "unused": points.unused.height,
    }  # fmt: skip


@study("points", show=shown, data=data)
def points(
    region: Region,
    *,
    firm: Annotated[str | None, Option("只看一家企业（编号）", "one firm, by id")] = None,
    scheme: Annotated[
        Path | None, Option("积分方案 TOML；不给则用示意方案", "a scheme (TOML); else the illustrative one")
    ] = None,
    year: Annotated[
        int | None, Option("只用到这一年为止的数据", "data up to this year", whole(1900, 2200))
    ] = None,
    draws: Annotated[int, Option("权重抽样次数", "draws of weights", whole(1, 100_000))] = 2000,
    seed: Annotated[int, Option("随机种子", "seed of the draws", whole(0))] = 1,
    engine: Engine | None = None,
    progress: Report | None = None,
) -> Marked:
    """Points under a scheme that is data, what makes them, bounds for what is missing, rank and how steady it is.

    Raises OptionError for a firm that has no points.
    """
    found = marks.score(
        region["points"],
        region["actors"],
        load_scheme(scheme),
        year=year,
        draws=draws,
        seed=seed,
        engine=engine,
        progress=progress,
    )
    if firm is not None and firm not in found.firms["actor"]:
        why = dict(found.unstaged.iter_rows()).get(firm)
        raise OptionError(
            f"{firm}: {why or 'not in the points table'}", f"{firm}：{why or '积分表中没有该企业'}"
        )
    return Marked(found, firm)
