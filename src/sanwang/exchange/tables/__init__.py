"""The exchange's tables, one file an area, in one MetaData."""

from sanwang.exchange.tables import people, record
from sanwang.exchange.tables.base import metadata

__all__ = ["metadata", "people", "record"]
