"""What a running workbench stands on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sanwang.exchange.face import Exchange

MOST_BYTES = 50 * 2**20
"""Bytes of one request's body."""


@dataclass(frozen=True)
class Settings:
    """The exchange, the folder of workspaces and results, and whether people come over TLS."""

    exchange: Exchange
    folder: Path
    secure: bool = False
