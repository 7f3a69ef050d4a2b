"""The meaning of one cell: from what stands in a file to a typed value, or to what was expected instead."""

from sanwang.sources.cells.amounts import money_of
from sanwang.sources.cells.parse import reader, split_list
from sanwang.sources.cells.reading import Fault, Parsed, PlaceParser, Reading, Value

__all__ = ["Fault", "Parsed", "PlaceParser", "Reading", "Value", "money_of", "reader", "split_list"]
