"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import deals, hooks, market, money, people, record, work
from sanwang.exchange.tables.base import metadata

__all__ = ["deals", "hooks", "market", "metadata", "money", "people", "record", "work"]
