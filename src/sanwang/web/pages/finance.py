"""A workspace's money: which products are open to a firm and what is lacking, allocation, set-off, stress by menus."""

from __future__ import annotations

from typing import Any

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.finance.studies.products import rules_said
from sanwang.region import Region
from sanwang.region.names import actor_names
from sanwang.study.registry import get
from sanwang.web import spaces
from sanwang.web.pages.needs import opened
from sanwang.web.render import page
from sanwang.web.visit import Here

router = APIRouter()

PURPOSES = ("research", "pilot", "equipment", "working", "expansion")
TABLES = ("offers", "rules", "schedules", "documents")


@router.get("/workspaces/{name}/finance")
def finance(v: Here, name: str) -> Response:
    """The firms, and what can be asked of their money."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    firm, amount = v.query.get("firm", ""), v.query.get("amount", "").strip()
    found = (
        _offers(region, firm, amount, v.query.get("purpose", ""), v.lang, v.today.isoformat())
        if firm
        else None
    )
    shut = rules_said(found.answer.rules.filter(~pl.col("met")), v.lang) if found is not None else None
    return page(
        v, "finance", name=name, firms=_firms(region, v.lang), debtors=_debtors(region, v.lang), purposes=PURPOSES,
        firm=firm, amount=amount, purpose=v.query.get("purpose", ""), found=found,
        offers=_single(found),
        lacks=_lacks(found, shut) if found is not None and shut is not None else [], fictional=region.fictional,
        products=region["products"].height, debts=region["obligations"].height,
        take=[t for n in TABLES if (t := found.shown.table(n)) is not None] if found is not None else (),
        python=f"{opened(name)}\nresult = sw.products(region, firm={firm!r}, amount={amount!r}, lang={v.lang!r})",
    )  # fmt: skip


def _offers(region: Region, firm: str, amount: str, purpose: str, lang: str, today: str) -> Any:  # noqa: ANN401 - a result
    if not amount:
        raise OptionError("say how much, such as 300万", "请填写金额，如 300万")
    if purpose and purpose not in PURPOSES:
        raise OptionError(f"{purpose}: no such purpose", f"没有这种用途：{purpose}")
    given: dict[str, Any] = {"purpose": purpose} if purpose else {}
    return get("products")(region, firm=firm, amount=amount, start=today, lang=lang, **given)


def _single(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The products by themselves, open ones first, the cheapest first."""
    if found is None:
        return []
    rows: list[dict[str, Any]] = found.shown.table("offers").frame.filter(pl.col("with").is_null()).to_dicts()
    return sorted(
        rows, key=lambda r: (not r["eligible"], r["effective_rate"] is None, r["effective_rate"] or 0.0)
    )


def _lacks(found: Any, shut: pl.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:  # noqa: ANN401
    """Each closed product by name with the rules that close it."""
    offers = found.answer.offers.filter(pl.col("with").is_null() & ~pl.col("eligible"))
    rows = shut.to_dicts()
    return [
        (str(o["name"]), [r for r in rows if r["product"] == o["product"]])
        for o in offers.unique("product", keep="first", maintain_order=True).iter_rows(named=True)
    ]


def _firms(region: Region, lang: str) -> list[tuple[str, str]]:
    names = dict(actor_names(region, lang).iter_rows())
    firms = region["actors"].filter(pl.col("kind") == "firm")["id"].drop_nulls().to_list()
    return sorted(((i, str(names.get(i) or i)) for i in firms), key=lambda f: f[1])


def _debtors(region: Region, lang: str) -> list[tuple[str, str]]:
    """Whoever owes anybody anything."""
    names = dict(actor_names(region, lang).iter_rows())
    ids = region["obligations"]["debtor"].drop_nulls().unique().to_list()
    return sorted(((i, str(names.get(i) or i)) for i in ids), key=lambda f: f[1])
