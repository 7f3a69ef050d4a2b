"""The chains that ship: six key chains of Beijing-Tianjin-Hebei and artificial intelligence, with their links.

Names of the chains come from the source each row names; links, words and classes are this project's own (本项目整理).
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

import polars as pl

from sanwang.schema import KINDS, TRACE
from sanwang.sources.csv_text import read_csv
from sanwang.sources.places import place_parser
from sanwang.sources.workspace import read_table

_FILES = {"chains": "chains.csv", "links": "chain_links.csv"}


def chain_table(kind: Literal["chains", "links"]) -> pl.DataFrame:
    """The ``chains`` or ``links`` that ship, typed as the schema says, without demand."""
    path = Path(str(files("sanwang.standards"))) / "data" / _FILES[kind]
    table = read_table(KINDS[kind], read_csv(path), {}, place_parser(None))
    if table.problems:
        raise AssertionError(f"the chains that ship are broken: {table.problems[0]}")
    return table.frame.drop(TRACE)
