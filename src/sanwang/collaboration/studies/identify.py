"""Identities of organisations declared as a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl

from sanwang.collaboration.identify import identify as find
from sanwang.collaboration.studies.pairs import pairs_shown
from sanwang.region import Region
from sanwang.sources.ror import read_ror
from sanwang.study.declare import study
from sanwang.study.option import Option
from sanwang.study.shown import Shown


def shown(found: pl.DataFrame, region: Region, lang: str) -> Shown:
    """The pairs, for a person to decide on."""
    return pairs_shown("identify", found, lang)


def data(found: pl.DataFrame, region: Region) -> dict[str, object]:
    """Every pair."""
    return {"pairs": found}


@study("identify", show=shown, data=data)
def identify(
    region: Region,
    *,
    ror: Annotated[
        Path | None, Option("ROR 数据文件", "a dump of the Research Organization Registry")
    ] = None,
    lang: str = "zh",
) -> pl.DataFrame:
    """Which names stand for one organisation: short names, English names, entries of ROR; a person decides."""
    return find(region, None if ror is None else read_ror(ror), lang)
