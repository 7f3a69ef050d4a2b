"""What a running workbench stands on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sanwang.exchange import people
from sanwang.exchange.face import Exchange
from sanwang.web.signing import secret_of

MOST_BYTES = 50 * 2**20
"""Bytes of one request's body."""


@dataclass(frozen=True)
class Settings:
    """The exchange, the folder of workspaces and results, and whether people come over TLS."""

    exchange: Exchange
    folder: Path
    secure: bool = False

    @cached_property
    def secret(self) -> bytes:
        """What cursors and passing states are signed with: the same in every process of the deployment."""
        return secret_of(self.folder)

    @cached_property
    def fictional(self) -> bool:
        """Whether the exchange is a demonstration: its parties are made up."""
        with self.exchange.store.read() as tx:
            return people.fictional(tx)
