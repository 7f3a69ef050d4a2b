"""The chains a Region has, or those that ship, and where its rows stand in them."""

from __future__ import annotations

from sanwang.collaboration.chains.chain import Chain, chains_of, shipped
from sanwang.collaboration.chains.placing import Placing, place
from sanwang.collaboration.encoder import bundled
from sanwang.region import Region
from sanwang.study.declare import Report


def chains_here(region: Region) -> tuple[Chain, ...]:
    """The Region's own chains; where it has none, those that ship."""
    return chains_of(region) or shipped(region)


def placed(region: Region, chains: tuple[Chain, ...], words_only: bool, progress: Report | None) -> Placing:
    """Where rows stand, by words and classes, and by sentence vectors unless ``words_only``."""
    encoder = None if words_only else next(iter(bundled()[0]), None)
    return place(region, chains, encoder, progress=progress)
