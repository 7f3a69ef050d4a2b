"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import deals, hooks, loans, market, money, people, record, rounds, vouchers, work
from sanwang.exchange.tables.base import metadata

__all__ = [
    "deals", "hooks", "loans", "market", "metadata", "money", "people", "record", "rounds", "vouchers", "work",
]  # fmt: skip
