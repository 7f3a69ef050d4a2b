"""A firm's page: which products it can get, the one thing missing for each other, points, set-off, vouchers."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound
from sanwang.region.names import actor_names
from sanwang.web import firm, spaces
from sanwang.web.pages.finance import PURPOSES, TABLES
from sanwang.web.pages.needs import opened
from sanwang.web.render import page
from sanwang.web.visit import Here

router = APIRouter()

AMOUNT = "300万"
"""Asked about where no amount is given; the page says so."""


@router.get("/workspaces/{name}/firms/{key:path}")
def one(v: Here, name: str, key: str) -> Response:
    """The firm in one look."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    if key not in region["actors"]["id"].to_list():
        raise NotFound
    amount, purpose = v.query.get("amount", "").strip() or AMOUNT, v.query.get("purpose", "")
    if purpose and purpose not in PURPOSES:
        raise OptionError(f"{purpose}: no such purpose", f"没有这种用途：{purpose}")
    found = None
    if region["products"].height:
        found = firm.products(region, key, amount, purpose, v.today.isoformat(), v.lang)
    take = [t for n in TABLES if found and (t := found[2].shown.table(n)) is not None]
    return page(
        v, "firm", name=name, key=key, title=dict(actor_names(region, v.lang).iter_rows()).get(key) or key,
        found=found, amount=amount, purpose=purpose, purposes=PURPOSES, points=firm.points(region, key, v.lang),
        freed=firm.freed(region, key), vouchers=firm.vouchers(v.exchange, v.who, key), fictional=region.fictional,
        take=take,
        python=f"{opened(name)}\nproducts = sw.products(region, firm={key!r}, amount={amount!r}, lang={v.lang!r})\n"
        f"points = sw.points(region, firm={key!r}, lang={v.lang!r})\n"
        f"setoff = sw.settle(region, notice={key!r}, lang={v.lang!r})",
    )  # fmt: skip
