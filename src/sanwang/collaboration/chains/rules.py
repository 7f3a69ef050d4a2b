"""The thresholds of the chain network, from ``rules.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Rules:
    """Weights of placing and thresholds of diagnosis; shares lie in 0…1."""

    in_title: float
    in_text: float
    ipc: float
    division: float
    meaning: float
    unrelated: float
    least_score: float
    least_in_own_chain: float
    near_best: float
    most_links: int
    in_hand_trl: int
    filler_trl: int
    single_share: float
    outside_share: float
    strong_cover: float


@dataclass(frozen=True)
class Terms:
    """What a member adds to the cost of a team, in points, and how many leading firms are tried."""

    member: float
    distance_100km: float
    border: float
    workload: float
    tie: float
    strength: float
    lead: float
    leaders: int


def _read() -> tuple[Rules, Terms]:
    text = (files("sanwang.collaboration.chains") / "rules.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Rules(**data["placing"], **data["diagnosis"]), Terms(**data["consortium"])


RULES, TERMS = _read()
"""The rules in force."""
