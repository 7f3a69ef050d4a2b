"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import (
    casework,
    conversions,
    deals,
    funds,
    hooks,
    loans,
    market,
    money,
    oversight,
    people,
    prepaid,
    record,
    reports,
    rounds,
    stops,
    vouchers,
    wallets,
    work,
)  # fmt: skip
from sanwang.exchange.tables.base import metadata

__all__ = [
    "casework", "conversions", "deals", "funds", "hooks", "loans", "market", "metadata", "money", "oversight", "people",
    "prepaid", "record", "reports", "rounds", "stops", "vouchers", "wallets", "work",
]  # fmt: skip
