"""The encoder behind the fit: one function from texts to unit vectors, kept by content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sanwang.collaboration.cache import encode
from sanwang.collaboration.encoder import Encoder, Vectors, bundled, encoder_for
from sanwang.collaboration.fit.evidence import Encode


def encoding(encoder: Encoder | None = None, cache: Path | None = None) -> Encode:
    """Vectors of the given encoder; by default that of SANWANG_ENCODER, else the leading bundled one."""
    chosen = encoder or _usual()

    def vectors(texts: Sequence[str], role: str) -> Vectors:
        return encode(chosen, texts, role, cache)

    return vectors


def _usual() -> Encoder:
    named = os.environ.get("SANWANG_ENCODER")
    return encoder_for(named)[0] if named else bundled()[0][0]
