"""How strong the evidence of a pair is, in words: what is said instead of a percentage where nothing is calibrated."""

from __future__ import annotations

from typing import Literal

from sanwang.study.words import word

Band = Literal["strong", "fair", "weak", "none"]

LEAST: tuple[tuple[Band, float], ...] = (("strong", 0.9), ("fair", 0.65), ("weak", 0.5))
"""The score from which each band holds. On judged pairs of real needs (benchmarks/match) the share that was useful
differed from band to band and hardly within one."""


def band(score: float) -> Band:
    """The band of a score; ``none`` below the least of them."""
    for name, least in LEAST:
        if score >= least:
            return name
    return "none"


def band_words(score: float, lang: str) -> str:
    """The band of a score in words."""
    return word("evidence", band(score), lang)
