"""Allocation of budgets among firms declared as a study."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from sanwang.errors import InputError
from sanwang.finance import allocation, asking
from sanwang.finance.allocation import Allocation
from sanwang.finance.asking import Agreement, Asking
from sanwang.finance.studies.debts import pairs_of
from sanwang.finance.studies.headings import Heading, barred, titled, with_names
from sanwang.region import Region
from sanwang.study.declare import study
from sanwang.study.option import DAY, Option, OptionType, Unreadable, money, real, share, value_of, whole
from sanwang.study.shown import Shown
from sanwang.study.table import Table

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


_LIMITS = {"budget": "额度", "loss": "损失率", "least": "地区下限", "most": "地区上限"}


@dataclass(frozen=True)
class Allocated:
    """An allocation, what firms ask for, and whether a plan's finance agrees with it (None where no plan was given)."""

    allocation: Allocation
    asking: Asking
    agreement: Agreement | None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the allocation's own
        if name.startswith("__") or name == "allocation":
            raise AttributeError(name)
        return getattr(self.allocation, name)


def shown(found: Allocated, region: Region, lang: str) -> Shown:
    """Who gets what, the prices of the limits, and who gets nothing and why."""
    zh, given = lang == "zh", found.allocation
    placed, unserved = (with_names(f, region, "firm") for f in (given.placed, given.unserved))
    prices = given.prices.with_columns(pl.col("limit").replace(_LIMITS)) if zh else given.prices
    tables = [
        Table("placed", "分配结果" if zh else "Placed", placed, titled(_PLACED, lang)),
        Table("prices", "影子价格" if zh else "Prices", prices, titled(_PRICES, lang)),
        Table("unserved", "未获安排" if zh else "Unserved", unserved, titled(_UNSERVED, lang)),
    ]
    names = dict(region["products"].select("id", "name").drop_nulls().iter_rows())
    used = [
        (
            names.get(r["name"]) or r["name"],
            r["used"] / max(1.0, r["most"]),
            f"{r['used'] / max(1.0, r['most']):.0%}",
        )
        for r in given.prices.filter(pl.col("limit") == "budget").to_dicts()
    ]
    drawn = barred("budgets", "各产品额度使用" if zh else "Use of each budget", used)
    told = [_placed_words(given, zh), *_agreement_words(found.agreement, zh)]
    return Shown("额度分配" if zh else "Allocation", told, tables, drawn, list(found.asking.assumed))


def _placed_words(found: Allocation, zh: bool) -> str:
    total, gap = int(found.placed["amount"].sum()), (found.bound - found.value) / (found.bound or 1.0)
    firms, loss = found.placed["firm"].n_unique(), found.loss_share
    if zh:
        return f"放款 {total / 1e6:,.1f} 万元，{firms} 家企业，预期损失率 {loss:.2%}，离上界 {gap:.2%}。"
    return f"CNY {total / 1e8:,.2f} million to {firms} firms, expected loss {loss:.2%}, {gap:.2%} from the bound."


def _agreement_words(found: Agreement | None, zh: bool) -> list[str]:
    if found is None:
        return []
    planned, allocated = found.planned / 1e6, found.allocated / 1e6
    if zh:
        words = "一致" if found.agrees else f"不一致，{found.faults.height} 处"
        return [f"与方案的融资{words}：方案 {planned:,.1f} 万元，分配 {allocated:,.1f} 万元。"]
    words = "agrees" if found.agrees else f"differs in {found.faults.height} places"
    return [
        f"The plan's finance {words}: CNY {planned / 100:,.2f} million planned, {allocated / 100:,.2f} allocated."
    ]


def data(found: Allocated, region: Region) -> dict[str, object]:
    """Value and bound, who gets what, shadow prices, who gets nothing, and the plan held against it."""
    given, agreed = found.allocation, found.agreement
    plan = {} if agreed is None else {"plan": {
        "agrees": agreed.agrees, "planned": agreed.planned, "allocated": agreed.allocated,
        "guaranteed": agreed.guaranteed, "faults": agreed.faults,
    }}  # fmt: skip
    return {
        "value": given.value, "bound": given.bound, "proven": given.proven, "loss_share": given.loss_share,
        "assumed": list(found.asking.assumed), "placed": given.placed, "prices": given.prices,
        "unserved": given.unserved, **plan,
    }  # fmt: skip


def _quota(given: object) -> tuple[str, int]:
    """A place with an amount, ``130600=500万``."""
    place, _, amount = given if isinstance(given, tuple) and len(given) == 3 else str(given).partition("=")  # pyright: ignore
    fen = money().read(amount) if amount else None
    if not place.strip() or not isinstance(fen, int):
        raise Unreadable(
            "a place with an amount, as 130600=500万, is wanted", "应为 地点=金额，如 130600=500万"
        )
    return place.strip(), fen


QUOTA = OptionType("quota", "PLACE=AMOUNT", _quota)


@study("allocate", show=shown, data=data)
def allocate(
    region: Region,
    *,
    asks: Annotated[
        Path | None,
        Option(
            "csv：firm,amount，如 300万；不给则取需求预算之和",
            "a csv firm,amount such as 300万; else the sum of each firm's budgets",
        ),
    ] = None,
    risks: Annotated[
        Path | None,
        Option(
            "csv：firm,risk 预期损失率；不给则按规模假设",
            "a csv firm,risk: expected loss of a yuan; else assumed by size",
        ),
    ] = None,
    loss_share: Annotated[float, Option("预期损失率上限", "expected loss at most", share())] = 0.03,
    least: Annotated[
        tuple[tuple[str, int], ...],
        Option("地区下限，如 130600=500万", "a city at least, as 130600=500万", QUOTA, many=True),
    ] = (),
    most: Annotated[
        tuple[tuple[str, int], ...],
        Option("地区上限，如 110000=2000万", "a city at most, as 110000=2000万", QUOTA, many=True),
    ] = (),
    per_firm: Annotated[int, Option("一家企业至多几种产品", "products a firm at most", whole(1))] = 3,
    plan: Annotated[
        Path | None,
        Option(
            "方案目录：核对其融资是否合乎本分配的规则",
            "a plan's folder, its finance held against these rules",
        ),
    ] = None,
    start: Annotated[dt.date, Option("放款日", "day of payment", DAY)] = dt.date(2026, 1, 1),
    time_limit: Annotated[float, Option("求解秒数上限", "seconds for the solver", real(1))] = 30.0,
) -> Allocated:
    """Budgets of products among firms within tickets, city quotas and a bound on expected loss, with shadow prices.

    A product whose limits cannot be read gives nothing. Raises OptionError where quotas cannot be met.
    """
    own = {f: _risk(v, risks) for f, v in pairs_of(risks)} if risks else None
    wanted = None
    if asks is not None:
        ask = Option("", "", money(1))
        rows = [(f, value_of("asks", ask, v)) for f, v in pairs_of(asks)]
        wanted = pl.DataFrame(rows, schema={"firm": pl.String, "amount": pl.Int64}, orient="row")
    given = asking.asking(region, start=start, asks=wanted, risks=own)
    found = allocation.allocate(
        given.asks, given.products, given.allowed, loss_share, dict(least), dict(most), per_firm, time_limit
    )
    agreed = asking.agreement(region, asking.read_routes(plan), start=start) if plan else None
    return Allocated(found, given, agreed)


def _risk(text: str, path: Path) -> float:
    try:
        return float(share().read(text))  # pyright: ignore[reportArgumentType]  # a share is a float
    except Unreadable as error:
        raise InputError(f"{path}: {text!r}: {error.en}", f"{path}：{text!r}：{error.zh}") from error
