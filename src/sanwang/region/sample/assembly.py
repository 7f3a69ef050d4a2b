"""The sample put together: texts written by hand in the folders beside this module, networks drawn with a seed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import polars as pl

from sanwang.region.chains import chain_table
from sanwang.region.region import Region
from sanwang.region.sample.networks import networks
from sanwang.schema import KINDS, TRACE
from sanwang.sources.csv_text import read_csv
from sanwang.sources.places import place_parser
from sanwang.sources.workspace import read_table
from sanwang.standards import places as gb2260
from sanwang.standards.uscc import complete

SEED = 20260101

NAME = "京津冀虚构样例"

_FOLDERS = ("common", "hydrogen", "biomedicine", "cyber", "machine_tools", "vehicles", "robots", "ai")
_MARKED = ("actors", "bases", "makers", "products")
_FIRST = {
    "firm": "91",
    "finance": "91",
    "service": "91",
    "university": "12",
    "institute": "12",
    "hospital": "12",
}


def sample_region(seed: int = SEED) -> Region:
    """The sample as a Region marked fictional."""
    return Region.of(NAME, fictional=True, frames=sample_frames(seed))


def sample_frames(seed: int = SEED) -> dict[str, pl.DataFrame]:
    """Every table of the sample by kind, typed as the schema says; the same seed gives the same frames."""
    here = Path(str(files("sanwang.region.sample")))
    places = _read("places", here)
    frames = {"places": places} | {k: _read(k, here, places) for k in KINDS if k != "places"}
    frames |= {"chains": chain_table("chains"), "links": _with_demand(chain_table("links"), here)}
    frames = {k: f for k, f in frames.items() if f.height}
    frames |= {k: _marked(frames[k]) for k in _MARKED}
    frames["actors"] = _with_codes(frames["actors"], places)
    return frames | networks(frames, seed)


def _with_demand(links: pl.DataFrame, here: Path) -> pl.DataFrame:
    """The links that ship, with what the fictional region needs of the last of them."""
    demand = pl.read_csv(here / "common" / "demands.csv", schema={"link": pl.String, "demand": pl.Float64})
    wanted = dict(demand.iter_rows())
    return links.with_columns(pl.col("id").replace_strict(wanted, default=None).alias("demand"))


def _read(kind: str, here: Path, places: pl.DataFrame | None = None) -> pl.DataFrame:
    paths = [here / folder / f"{kind}.csv" for folder in _FOLDERS]
    parser = place_parser(places, open_ended=kind == "places")
    tables = [read_table(KINDS[kind], read_csv(p), {}, parser) for p in paths if p.exists()]
    for table in tables:
        if errors := [p for p in table.problems if p.severity == "error"]:
            raise AssertionError(f"the sample is broken: {errors[0]}")
    return (
        pl.concat([t.frame.drop(TRACE) for t in tables], how="diagonal_relaxed") if tables else pl.DataFrame()
    )


def _marked(frame: pl.DataFrame) -> pl.DataFrame:
    """Names that say they are fictional."""
    marked = [(pl.col("name") + "（虚构）").alias("name")]
    if "name_en" in frame.columns:
        marked.append((pl.col("name_en") + " (fictional)").alias("name_en"))
    return frame.with_columns(marked)


def _with_codes(actors: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Credit codes that pass their checks and cannot be real: the organisation part begins with FAKE."""
    parents = dict(places.select("code", "parent").iter_rows())
    codes = [
        complete(_FIRST.get(kind, "91") + _division(place, parents), f"FAKE{number:04d}")
        for number, (kind, place) in enumerate(actors.select("kind", "place").iter_rows(), 1)
    ]
    return actors.with_columns(pl.Series("uscc", codes))


def _division(place: str, parents: dict[str, str | None]) -> str:
    return place if gb2260.place(place) else str(parents[place])
