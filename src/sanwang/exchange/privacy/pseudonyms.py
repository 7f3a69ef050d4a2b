"""Persons in what leaves the exchange: a mark in place of a name, the same within one export and in no other."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

import polars as pl

PERSONAL = ("contact", "phone", "email")
"""Fields of the Region's tables that tell of persons."""


def pseudonymised(frames: Mapping[str, pl.DataFrame], key: bytes | None = None) -> dict[str, pl.DataFrame]:
    """Tables with a mark in place of every person; the key is made for one export and kept nowhere.

    The same value gives the same mark within the export, so that it can still be counted who stands for how much.
    """
    secret = key or secrets.token_bytes(32)
    return {name: _without(frame, secret) for name, frame in frames.items()}


def _without(frame: pl.DataFrame, secret: bytes) -> pl.DataFrame:
    here = [c for c in PERSONAL if c in frame.columns]
    return frame.with_columns(_marks(frame[c], secret) for c in here) if here else frame


def _marks(values: pl.Series, secret: bytes) -> pl.Series:
    if isinstance(values.dtype, pl.List):
        made = [None if row is None else [mark(x, secret) for x in row] for row in values.to_list()]
    else:
        made = [None if x is None else mark(x, secret) for x in values.to_list()]
    return pl.Series(values.name, made, dtype=values.dtype)


def mark(value: str, secret: bytes) -> str:
    """``P-`` with twelve digits of a keyed hash (HMAC-SHA256)."""
    return f"P-{hmac.new(secret, value.strip().casefold().encode(), hashlib.sha256).hexdigest()[:12]}"
