"""Identifiers that sort by time."""

from __future__ import annotations

import os
import threading
import uuid

_LOCK = threading.Lock()
_last = [0]


def new_id(at: int) -> str:
    """A UUIDv7 (RFC 9562, 5.7) for a moment in microseconds: 48 bits of milliseconds, 12 of the fraction, 62 random.

    Of one moment those made later in a process sort later (6.2, method 2).
    """
    milliseconds, rest = divmod(max(at, 0), 1000)
    fraction = rest * 4096 // 1000
    # the highest random bit is left free, so that counting on from a number never reaches the variant's bits
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 61) - 1)
    whole = (milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random
    with _LOCK:
        if whole >> 64 == _last[0] >> 64 and whole <= _last[0]:
            whole = _last[0] + 1 + random % (1 << 20)
        _last[0] = whole
    return str(uuid.UUID(int=whole))
