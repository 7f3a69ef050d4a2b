"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import (
    border,
    casework,
    conversions,
    data,
    deals,
    funds,
    hooks,
    loans,
    mandates,
    market,
    money,
    oversight,
    people,
    prepaid,
    privacy,
    record,
    relations,
    reports,
    rounds,
    sandbox,
    shares,
    stops,
    vouchers,
    wallets,
    work,
)  # fmt: skip
from sanwang.exchange.tables.base import metadata

__all__ = [
    "border", "casework", "conversions", "data", "deals", "funds", "hooks", "loans", "mandates", "market", "metadata",
    "money", "oversight", "people", "prepaid", "privacy", "record", "relations", "reports", "rounds", "sandbox",
    "shares", "stops", "vouchers", "wallets", "work",
]  # fmt: skip
