"""Identifiers that sort by time."""

from __future__ import annotations

import os
import uuid


def new_id(at: int) -> str:
    """A UUIDv7 (RFC 9562, 5.7) for a moment in microseconds: 48 bits of milliseconds, 12 of the fraction, 62 random."""
    milliseconds, rest = divmod(max(at, 0), 1000)
    fraction = rest * 4096 // 1000
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    whole = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random
    return str(uuid.UUID(int=whole))
