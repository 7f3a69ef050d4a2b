"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import (
    border,
    casework,
    conversions,
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
    "border", "casework", "conversions", "deals", "funds", "hooks", "loans", "mandates", "market", "metadata", "money",
    "oversight", "people", "prepaid", "privacy", "record", "reports", "rounds", "sandbox", "shares", "stops",
    "vouchers", "wallets", "work",
]  # fmt: skip
