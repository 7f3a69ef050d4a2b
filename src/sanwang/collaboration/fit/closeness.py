"""The encoder behind the fit: one function from texts to unit vectors, kept by content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sanwang.collaboration.cache import encode
from sanwang.collaboration.encoder import Encoder, Vectors, bundled, encoder_for
from sanwang.collaboration.fit.evidence import Encode


def encoding(encoder: Encoder | None = None, cache: Path | None = None) -> Encode:
    """Vectors of the given encoder; by default that of SANWANG_ENCODER, else the leading bundled one."""
    chosen = encoder or _usual()

    def vectors(texts: Sequence[str], role: str) -> Vectors:
        # Without an encoder words and classes alone speak: nothing is near to anything.
        return np.zeros((len(texts), 1), np.float32) if chosen is None else encode(chosen, texts, role, cache)

    return vectors


def _usual() -> Encoder | None:
    named = os.environ.get("SANWANG_ENCODER")
    return encoder_for(named)[0] if named else next(iter(bundled()[0]), None)
