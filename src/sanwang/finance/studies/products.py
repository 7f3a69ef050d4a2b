"""Finance products for one firm declared as a study."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import polars as pl

from sanwang.errors import halves
from sanwang.finance.offers import Offers
from sanwang.finance.offers import offers as compare
from sanwang.finance.studies.headings import Heading, barred, name_of, titled
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.option import DAY, Option, money, real, share, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table

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
_RULES: tuple[Heading, ...] = (
    ("product", "id", "产品编号", "Product"), ("rule", "text", "规则", "Rule"), ("open", "text", "满足", "Met"),
    ("asked", "text", "要求", "Asked"), ("has", "text", "现值", "Has"), ("gap", "long", "差距", "Gap"),
)  # fmt: skip
_PLAN: tuple[Heading, ...] = (
    ("offer", "id", "组合", "Offer"), ("date", "text", "还款日", "Due"),
    ("principal", "real", "本金（元）", "Principal (yuan)"), ("interest", "real", "利息（元）", "Interest (yuan)"),
)  # fmt: skip
_PAPERS: tuple[Heading, ...] = (("offer", "id", "组合", "Offer"), ("document", "text", "材料", "Document"))


def rules_said(rules: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Rules in the reader's language where they stand in both."""
    place = 1 if lang == "zh" else 0
    told = ("rule", "asked", "has")
    return rules.with_columns(pl.col(c).map_elements(lambda t: halves(t)[place], pl.String) for c in told)


def _tables(found: Offers, lang: str) -> list[Table]:
    """Offers, rules, schedules of the open offers, and what to bring."""
    zh = lang == "zh"
    words = {True: "是" if zh else "yes", False: "否" if zh else "no"}
    kinds = pl.col("kind").str.replace_many(list(_KINDS), list(_KINDS.values())) if zh else pl.col("kind")
    offers = found.offers.with_columns(
        pl.col("eligible").replace_strict(words).alias("open"), kinds, *(pl.col(c) * 100 for c in _PERCENT)
    )
    rules = rules_said(found.rules, lang).with_columns(pl.col("met").replace_strict(words).alias("open"))
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


def shown(found: Offers, region: Region, lang: str) -> Shown:
    """What is open and what is not, the cheapest drawn."""
    zh = lang == "zh"
    good = found.offers.filter(pl.col("eligible") & pl.col("effective_rate").is_not_null())
    cheap = [
        (r["name"], r["effective_rate"], f"{r['effective_rate']:.2%}")
        for r in good.filter(pl.col("equity") == 0).sort("effective_rate").head(15).to_dicts()
    ]
    alone = found.offers.filter(pl.col("with").is_null())
    shut = alone.filter(~pl.col("eligible")).height
    told = f"{alone.height} 种产品中 {alone.height - shut} 种可用，{shut} 种不可用。"
    lead = [told if zh else f"{alone.height - shut} of {alone.height} products are open.", found.notice]
    heading = "实际年化成本（最省的 15 种）" if zh else "Effective annual cost (15 cheapest)"
    who = name_of(region, found.firm)
    title = f"{who} · 融资产品比较" if zh else f"Finance products for {who}"
    return Shown(title, lead, _tables(found, lang), barred("cost-drawn", heading, cheap))


def data(found: Offers, region: Region) -> dict[str, object]:
    """The firm's facts, every offer and rule, schedules and documents."""
    return {
        "firm": found.firm, "facts": dict(found.facts), "notice": found.notice, "offers": found.offers,
        "rules": found.rules, "schedules": found.schedules, "documents": found.documents,
    }  # fmt: skip


@study("products", show=shown, data=data)
def products(
    region: Region,
    *,
    firm: Annotated[str, Option("企业编号", "the firm's id")],
    amount: Annotated[int, Option("金额，如 300万", "how much, such as 300万", money(1))],
    months: Annotated[
        int | None,
        Option("期限（月）；不给则用各产品期限", "term in months; else each product's own", whole(1, 600)),
    ] = None,
    purpose: Annotated[
        str | None,
        Option(
            "用途：research、pilot、equipment、working、expansion",
            "what for: research, pilot, equipment, working or expansion",
        ),
    ] = None,
    trl: Annotated[int | None, Option("成果成熟度", "TRL of the result", whole(1, 9))] = None,
    valuation: Annotated[
        int | None, Option("投前估值，如 5000万", "worth before the money, such as 5000万", money(1))
    ] = None,
    equity_share: Annotated[
        float, Option("投贷联动中股权占比", "equity beside a loan, as a share", share())
    ] = 0.3,
    warrant: Annotated[
        float, Option("认股权占贷款比例", "warrants, as a share of the loan", real(0, 1))
    ] = 0.0,
    start: Annotated[dt.date, Option("放款日", "day of payment", DAY)] = dt.date(2026, 1, 1),
) -> Offers:
    """Every product for one firm: open or closed and by which rule, how far off, effective yearly cost, schedule,
    dilution, combinations, and the documents usually asked for.

    A limit that cannot be read closes a product. Raises OptionError for a firm that is not in the workspace.
    """
    return compare(
        region, firm, amount, start=start, months=months, purpose=purpose, trl=trl, valuation=valuation,
        equity_share=equity_share, warrant=warrant,
    )  # fmt: skip
