"""From evidence to fit: the chance that a station could do the job with ordinary adaptation."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from sanwang.collaboration.fit.evidence import FEATURES

Floats = npt.NDArray[np.float64]


@cache
def _given() -> dict[str, Any]:
    text = (files("sanwang.collaboration.fit") / "weights.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def pair_odds(table: Floats) -> Floats:
    """Log odds of each pair, shape (jobs, stations), by logistic regression over the evidence."""
    given = _given()
    weights = np.array([given["pair"][f] for f in FEATURES])
    return table @ weights + given["pair"]["constant"]


def reach(table: Floats, odds: Floats) -> Floats:
    """The chance that any of the stations could do each job, one number a job (0 where there is no station)."""
    if table.shape[1] == 0:
        return np.zeros(table.shape[0])
    given = _given()["anyone"]
    best = given["best"] * odds.max(axis=1)
    best += given["main"] * table[:, :, FEATURES.index("main")].max(axis=1)
    best += given["clause"] * table[:, :, FEATURES.index("clause")].max(axis=1)
    return 1 / (1 + np.exp(-(best + given["constant"])))


def fit_of(table: Floats) -> Floats:
    """The fit of each pair, 0…1: its own chance, damped where it is unlikely that anybody here could do the job.

    The order of a job's stations is that of their own chance.
    """
    odds = pair_odds(table)
    return 1 / (1 + np.exp(-odds)) * np.sqrt(reach(table, odds))[:, None]
