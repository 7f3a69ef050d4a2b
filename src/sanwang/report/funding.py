"""Points, products and allocations as workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sanwang.report.table import Column, Style, Table
from sanwang.report.workbook import write_tables
from sanwang.sources.atomic import atomic_path

if TYPE_CHECKING:
    from sanwang.finance.allocation import Allocation
    from sanwang.finance.asking import Asking
    from sanwang.finance.offers import Offers
    from sanwang.finance.points import Points
    from sanwang.region import Region

Heading = tuple[str, Style, str, str]

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


def titled(headings: tuple[Heading, ...], lang: str) -> tuple[Column, ...]:
    """Columns from (key, style, Chinese, English)."""
    return tuple(Column(k, zh if lang == "zh" else en, style) for k, style, zh, en in headings)


def named(frame: pl.DataFrame, region: Region, actor: str = "actor") -> pl.DataFrame:
    """The frame with the actor's ``name``."""
    names = region["actors"].select(pl.col("id").alias(actor), "name")
    return frame.join(names, on=actor, how="left", maintain_order="left")


def points_tables(region: Region, found: Points, firm: str | None, lang: str) -> list[Table]:
    """The firms, and each one's indicators."""
    words = {s.id: s.zh if lang == "zh" else s.en for s in found.scheme.stages}
    firms = named(found.firms, region).with_columns(pl.col("stage").replace(words))
    parts = found.parts
    if firm is not None:
        firms, parts = firms.filter(pl.col("actor") == firm), parts.filter(pl.col("actor") == firm)
    zh = lang == "zh"
    return [
        Table("points", "创新积分" if zh else "Points", firms, titled(_FIRMS, lang)),
        Table("parts", "各指标" if zh else "Indicators", parts, titled(_PARTS, lang)),
    ]


def write_points(
    region: Region, found: Points, path: Path, firm: str | None = None, lang: str = "zh"
) -> None:
    """Write the points as a workbook that says which scheme they come from."""
    lead = [found.scheme.name, found.scheme.notice, found.scheme.source]
    lead += [f"{a}: {w}" for a, w in found.unstaged.iter_rows()]
    with atomic_path(path) as whole:
        write_tables(
            whole,
            "企业创新积分" if lang == "zh" else "Innovation points of firms",
            lead,
            points_tables(region, found, firm, lang),
            region.fictional,
            lang,
        )


_OFFERS: tuple[Heading, ...] = (
    ("offer", "id", "组合", "Offer"), ("name", "text", "产品", "Product"), ("kind", "text", "类型", "Kind"),
    ("open", "text", "可用", "Open"), ("why", "long", "依据或差距", "Why, and how far off"),
    ("to_read", "text", "须人工核对", "To be read"),
    ("debt", "money", "债权（万元）", "Debt (10k yuan)"),
    ("equity", "money", "股权（万元）", "Equity (10k yuan)"), ("months", "int", "期限（月）", "Months"),
    ("effective_rate", "score", "实际年化", "Effective rate"),
    ("return_asked", "score", "投资方要求回报", "Return asked"),
    ("blended_rate", "score", "综合年化", "Blended rate"), ("interest", "money", "利息（万元）", "Interest (10k yuan)"),
    ("fees", "money", "费用（万元）", "Fees (10k yuan)"), ("dilution", "percent", "股权稀释", "Dilution"),
)  # fmt: skip
_RULES: tuple[Heading, ...] = (
    ("product", "id", "产品编号", "Product"), ("rule", "text", "规则", "Rule"), ("open", "text", "满足", "Met"),
    ("asked", "text", "要求", "Asked"), ("has", "text", "现值", "Has"), ("gap", "long", "差距", "Gap"),
)  # fmt: skip
_PLAN: tuple[Heading, ...] = (
    ("offer", "id", "组合", "Offer"), ("date", "text", "还款日", "Due"),
    ("principal", "real", "本金（元）", "Principal (yuan)"), ("interest", "real", "利息（元）", "Interest (yuan)"),
)  # fmt: skip
_PAPERS: tuple[Heading, ...] = (("offer", "id", "组合", "Offer"), ("document", "text", "材料", "Document"))


def offers_tables(found: Offers, lang: str) -> list[Table]:
    """Offers, rules, schedules of the open offers, and what to bring."""
    zh = lang == "zh"
    words = {True: "是" if zh else "yes", False: "否" if zh else "no"}
    offers = found.offers.with_columns(pl.col("eligible").replace_strict(words).alias("open"))
    rules = found.rules.with_columns(pl.col("met").replace_strict(words).alias("open"))
    good = found.offers.filter(pl.col("eligible")).select("offer")
    plan = found.schedules.join(good, on="offer", how="semi", maintain_order="left")
    plan = plan.with_columns(pl.col("principal") / 100, pl.col("interest") / 100)
    papers = found.documents.join(good, on="offer", how="semi", maintain_order="left")
    return [
        Table("offers", "产品比较" if zh else "Products", offers, titled(_OFFERS, lang)),
        Table("rules", "规则" if zh else "Rules", rules, titled(_RULES, lang)),
        Table("schedules", "还款计划" if zh else "Schedules", plan, titled(_PLAN, lang)),
        Table("documents", "材料" if zh else "Documents", papers, titled(_PAPERS, lang)),
    ]


def write_offers(region: Region, found: Offers, path: Path, firm: str, lang: str = "zh") -> None:
    """Write one firm's offers as a workbook."""
    heading = f"{firm} 融资产品比较" if lang == "zh" else f"Finance products for {firm}"
    with atomic_path(path) as whole:
        write_tables(whole, heading, [found.notice], offers_tables(found, lang), region.fictional, lang)


_PLACED: tuple[Heading, ...] = (
    ("firm", "id", "企业编号", "Firm"), ("name", "text", "企业", "Name"), ("product", "id", "产品编号", "Product"),
    ("amount", "money", "金额（万元）", "Amount (10k yuan)"), ("useful", "score", "每元有用", "Use of a yuan"),
    ("expected_loss", "money", "预期损失（万元）", "Expected loss (10k yuan)"),
)  # fmt: skip
_PRICES: tuple[Heading, ...] = (
    ("limit", "text", "限制", "Limit"), ("name", "text", "名称", "Name"), ("used", "real", "已用（元）", "Used (yuan)"),
    ("most", "real", "上限（元）", "Limit (yuan)"), ("price", "score", "多一元的价值", "Worth of a yuan more"),
)  # fmt: skip
_UNSERVED: tuple[Heading, ...] = (
    ("firm", "id", "企业编号", "Firm"), ("name", "text", "企业", "Name"), ("why", "long", "原因", "Why"),
)  # fmt: skip


def write_allocation(region: Region, found: Allocation, given: Asking, path: Path, lang: str = "zh") -> None:
    """Write who gets what, the prices of the limits and who gets nothing as a workbook."""
    zh = lang == "zh"
    placed, unserved = (named(f, region, "firm") for f in (found.placed, found.unserved))
    lead = [*given.assumed, f"{found.value:,.0f} / {found.bound:,.0f}"]
    tables = [
        Table("placed", "分配结果" if zh else "Placed", placed, titled(_PLACED, lang)),
        Table("prices", "影子价格" if zh else "Prices", found.prices, titled(_PRICES, lang)),
        Table("unserved", "未获安排" if zh else "Unserved", unserved, titled(_UNSERVED, lang)),
    ]  # fmt: skip
    with atomic_path(path) as whole:
        write_tables(whole, "额度分配" if zh else "Allocation", lead, tables, region.fictional, lang)
