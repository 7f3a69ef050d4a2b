"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import (
    deals,
    hooks,
    loans,
    market,
    money,
    oversight,
    people,
    prepaid,
    record,
    rounds,
    stops,
    vouchers,
    work,
)  # fmt: skip
from sanwang.exchange.tables.base import metadata

__all__ = [
    "deals", "hooks", "loans", "market", "metadata", "money", "oversight", "people", "prepaid", "record",
    "rounds", "stops", "vouchers", "work",
]  # fmt: skip
