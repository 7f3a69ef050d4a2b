"""The interval of a share that was counted."""

from __future__ import annotations

from math import sqrt

Z = 1.959963984540054
"""The normal quantile of 95 %."""


def wilson(count: int, total: int) -> tuple[float, float, float]:
    """A share with its 95 % interval (Wilson 1927): share, low, high; (0, 0, 1) of nothing."""
    if total == 0:
        return 0.0, 0.0, 1.0
    share, spread = count / total, Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / total + spread / (4 * total)) / (1 + spread)
    # Rounding must not push an end of the interval past the share itself.
    return share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
