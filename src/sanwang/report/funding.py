"""Points, products and allocations as a workbook or a page, by the name of the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sanwang.errors import OptionError
from sanwang.report.bars import bars
from sanwang.report.labels import language
from sanwang.report.markup import Markup, tag
from sanwang.report.page import tables_page
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


def _write(
    path: Path,
    heading: str,
    lead: list[str],
    pictures: list[Markup],
    tables: list[Table],
    fictional: bool,
    lang: str,
) -> None:
    language(lang)
    if path.suffix.lower() not in (".xlsx", ".html"):
        raise OptionError(
            f"{path}: wanted a name that ends in .xlsx or .html / 文件名须以 .xlsx 或 .html 结尾"
        )
    with atomic_path(path) as whole:
        if path.suffix.lower() == ".xlsx":
            write_tables(whole, heading, lead, tables, fictional, lang)
        else:
            text = tables_page(heading, lead, pictures, tables, fictional, lang)
            whole.write_text(text, encoding="utf-8", newline="\n")


def _picture(heading: str, lines: list[tuple[str, float, str]], about: str = "") -> list[Markup]:
    if not lines:
        return []
    words = [tag("p", about, class_="about")] if about else []
    return [tag("section", tag("h2", heading), *words, bars(lines))]


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
    """Write the points as a workbook or a page that says which scheme they come from."""
    lead = [found.scheme.name, found.scheme.notice, found.scheme.source]
    lead += [f"{a}: {w}" for a, w in found.unstaged.iter_rows()]
    tables = points_tables(region, found, firm, lang)
    pictures = _firm_pictures(found, firm, lang) if firm else _stage_pictures(found, tables[0].frame, lang)
    heading = "企业创新积分" if lang == "zh" else "Innovation points of firms"
    if firm:
        heading = f"{tables[0].frame['name'][0] or firm} · {heading}"
    _write(path, heading, lead, pictures, tables, region.fictional, lang)


def _stage_pictures(found: Points, firms: pl.DataFrame, lang: str) -> list[Markup]:
    """The best of each stage, with what is missing as bounds and the ranks that random weights give."""
    zh, drawn = lang == "zh", list[Markup]()
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
        drawn += _picture(stage.zh if zh else stage.en, lines, about)
    return drawn


def _firm_pictures(found: Points, firm: str, lang: str) -> list[Markup]:
    """What each indicator contributes, and what reaching the peers' upper quartile would add."""
    zh, parts = lang == "zh", found.parts.filter(pl.col("actor") == firm)
    made = parts.sort("contribution", descending=True).to_dicts()
    gain = parts.filter(pl.col("gain_to_peer") > 0.05).sort("gain_to_peer", descending=True).to_dicts()
    return [
        *_picture(
            "各指标贡献" if zh else "Contribution of each indicator",
            [(p["indicator"], p["contribution"], f"{p['contribution']:.1f}") for p in made],
        ),
        *_picture(
            "怎样提高" if zh else "What would raise it",
            [(p["indicator"], p["gain_to_peer"], f"+{p['gain_to_peer']:.1f}") for p in gain],
            "达到同阶段上四分位可增的分" if zh else "Points gained at the upper quartile of the stage",
        ),
    ]


_OFFERS: tuple[Heading, ...] = (
    ("offer", "id", "组合", "Offer"), ("name", "text", "产品", "Product"), ("kind", "text", "类型", "Kind"),
    ("open", "text", "可用", "Open"), ("effective_rate", "real", "实际年化（%）", "Effective rate (%)"),
    ("blended_rate", "real", "综合年化（%）", "Blended rate (%)"),
    ("return_asked", "real", "投资方要求回报（%）", "Return asked (%)"),
    ("dilution", "real", "股权稀释（%）", "Dilution (%)"), ("months", "int", "期限（月）", "Months"),
    ("interest", "money", "利息（万元）", "Interest (10k yuan)"), ("fees", "money", "费用（万元）", "Fees (10k yuan)"),
    ("debt", "money", "债权（万元）", "Debt (10k yuan)"), ("equity", "money", "股权（万元）", "Equity (10k yuan)"),
    ("to_read", "text", "须人工核对", "To be read"), ("why", "long", "依据或差距", "Why, and how far off"),
)  # fmt: skip
_PERCENT = ("effective_rate", "blended_rate", "return_asked", "dilution")
_KINDS = {
    "loan": "贷款", "fund": "基金", "lease": "租赁", "guarantee": "担保", "insurance": "保险", "factoring": "保理",
    "warrant": "认股权",
}  # fmt: skip
_LIMITS = {"budget": "额度", "loss": "损失率", "least": "地区下限", "most": "地区上限"}
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
    kinds = pl.col("kind").str.replace_many(list(_KINDS), list(_KINDS.values())) if zh else pl.col("kind")
    offers = found.offers.with_columns(
        pl.col("eligible").replace_strict(words).alias("open"), kinds, *(pl.col(c) * 100 for c in _PERCENT)
    )
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
    """Write one firm's offers as a workbook or a page."""
    zh = lang == "zh"
    who = region["actors"].filter(pl.col("id") == firm)["name"].to_list()
    name = who[0] if who and who[0] else firm
    good = found.offers.filter(pl.col("eligible") & pl.col("effective_rate").is_not_null())
    cheap = [
        (f"{r['offer']} {r['name']}", r["effective_rate"], f"{r['effective_rate']:.2%}")
        for r in good.filter(pl.col("equity") == 0).sort("effective_rate").head(15).to_dicts()
    ]
    shut = found.offers.filter(~pl.col("eligible") & pl.col("with").is_null()).height
    alone = found.offers.filter(pl.col("with").is_null()).height
    told = f"{alone} 种产品中 {alone - shut} 种可用，{shut} 种不可用。"
    lead = [told if zh else f"{alone - shut} of {alone} products are open.", found.notice]
    pictures = _picture(
        "实际年化成本（最省的 15 种）" if zh else "Effective annual cost (15 cheapest)", cheap
    )
    heading = f"{name} · 融资产品比较" if zh else f"Finance products for {name}"
    _write(path, heading, lead, pictures, offers_tables(found, lang), region.fictional, lang)


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
    """Write who gets what, the prices of the limits and who gets nothing as a workbook or a page."""
    zh = lang == "zh"
    placed, unserved = (named(f, region, "firm") for f in (found.placed, found.unserved))
    total, gap = int(found.placed["amount"].sum()), (found.bound - found.value) / (found.bound or 1.0)
    firms, loss = found.placed["firm"].n_unique(), found.loss_share
    chinese = f"放款 {total / 1e6:,.1f} 万元，{firms} 家企业，预期损失率 {loss:.2%}，离上界 {gap:.2%}。"
    english = (
        f"{total / 1e6:,.1f} × 10k yuan to {firms} firms, expected loss {loss:.2%}, {gap:.2%} from the bound."
    )
    lead = [chinese if zh else english, *given.assumed]
    prices = found.prices.with_columns(pl.col("limit").replace(_LIMITS)) if zh else found.prices
    tables = [
        Table("placed", "分配结果" if zh else "Placed", placed, titled(_PLACED, lang)),
        Table("prices", "影子价格" if zh else "Prices", prices, titled(_PRICES, lang)),
        Table("unserved", "未获安排" if zh else "Unserved", unserved, titled(_UNSERVED, lang)),
    ]  # fmt: skip
    budgets = found.prices.filter(pl.col("limit") == "budget")
    used = [
        (r["name"], r["used"] / max(1.0, r["most"]), f"{r['used'] / max(1.0, r['most']):.0%}")
        for r in budgets.to_dicts()
    ]
    pictures = _picture("各产品额度使用" if zh else "Use of each budget", used)
    _write(path, "额度分配" if zh else "Allocation", lead, pictures, tables, region.fictional, lang)
