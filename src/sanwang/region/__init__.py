"""The Region: an immutable snapshot of a region's tables, its checks, its sample."""

from sanwang.region.check import Check
from sanwang.region.region import Region

__all__ = ["Check", "Region"]
