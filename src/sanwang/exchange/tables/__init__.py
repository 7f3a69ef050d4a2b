"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import (
    deals,
    loans,
    market,
    money,
    people,
    prepaid,
    record,
    rounds,
    stops,
    vouchers,
    work,
)
from sanwang.exchange.tables.base import metadata

__all__ = [
    "deals",
    "loans",
    "market",
    "metadata",
    "money",
    "people",
    "prepaid",
    "record",
    "rounds",
    "stops",
    "vouchers",
    "work",
]
