"""The chance that a match holds: calibrated on what the Region knows of its pairs, else a stated prior by the band of
its evidence, and a person's word before both."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from sanwang.collaboration.bands import band
from sanwang.collaboration.calibration import Calibration, Level, Uncalibrated, calibrated
from sanwang.collaboration.matches import Matches
from sanwang.collaboration.verdicts import obeyed, verdicts
from sanwang.planning.assumptions import Assumptions, described
from sanwang.region import Region

PRIORS = ("prior_strong", "prior_fair", "prior_weak", "prior_accepted")


def at_level(changes: Mapping[str, float] | None, level: Level) -> Mapping[str, float] | None:
    """The changed assumptions with the priors at an end of their range; a prior that was changed has no range."""
    if level == "middle":
        return changes
    notes = described()
    return {p: float(notes[p][level]) for p in PRIORS} | dict(changes or {})


def found_on(region: Region, matches: Matches) -> Calibration | None:
    """The calibration on the Region's own outcomes and decisions, None where there are too few."""
    found = calibrated(region, matches)
    return None if isinstance(found, Uncalibrated) else found


def weighed(
    region: Region,
    matches: Matches,
    given: Assumptions,
    known: Calibration | None = None,
    level: Level = "middle",
) -> pl.DataFrame:
    """The pairs a plan may use, with their ``score`` and the ``chance`` that each holds."""
    pairs = obeyed(region, matches.frame, given.min_score)
    if known is not None:
        scores = pairs["score"].to_numpy().astype(np.float64)
        pairs = pairs.with_columns(pl.Series("chance", known.probability(scores, level)))
    pairs = with_chances(pairs, given)
    said = verdicts(region)
    backed = [
        said.verdict(n, a) in ("accept", "pin") for n, a in pairs.select("need", "achievement").iter_rows()
    ]
    sure = pl.when(pl.Series(backed, dtype=pl.Boolean)).then(pl.lit(given.prior_accepted))
    return pairs.with_columns(sure.otherwise("chance").alias("chance"))


def with_chances(pairs: pl.DataFrame, given: Assumptions) -> pl.DataFrame:
    """The pairs with the prior of their band as ``chance``, where they have none."""
    if "chance" in pairs.columns:
        return pairs
    prior = {
        b: getattr(given, f"prior_{'weak' if b == 'none' else b}") for b in ("strong", "fair", "weak", "none")
    }
    found = [prior[band(s)] for s in pairs["score"].to_list()]
    return pairs.with_columns(pl.Series("chance", found, dtype=pl.Float64))


def told(known: Calibration | None, level: Level = "middle") -> dict[str, object]:
    """What a plan says of its chances: the calibration's curve and how it held, nothing where priors were used."""
    if known is None:
        return {}
    curve = known.probability(known.scores, level)
    return {
        "calibration": {
            "scores": list(known.scores), "probabilities": curve.tolist(), "pairs": known.pairs,
            "needs": known.needs, "ece": known.ece, "brier": known.brier, "level": level,
        }
    }  # fmt: skip
