"""Unified social credit codes (GB 32100-2015) and the organisation codes inside them (GB 11714-1997)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100: digits and capitals without I, O, S, V, Z."""

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_AUTHORITIES = "123456789AGNY"

Failure = Literal["length", "alphabet", "registration_type", "division", "organisation_check", "uscc_check"]


@dataclass(frozen=True)
class UsccCheck:
    """What the check found; ``failures`` holds every one that failed, ``failure`` the first."""

    ok: bool
    failures: tuple[Failure, ...] = ()
    expected_organisation_check: str | None = None
    expected_uscc_check: str | None = None

    @property
    def failure(self) -> Failure | None:
        """The first failure, in the order a person would mend them."""
        return self.failures[0] if self.failures else None


def organisation_check(body: str) -> str:
    """The check character of an organisation code from its 8 characters (GB 11714-1997, 4.2): 0–9 or X."""
    total = sum(w * _ORGANISATION.index(c) for w, c in zip(_ORGANISATION_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_check(first17: str) -> str:
    """The check character of a code from its first 17 characters (GB 32100-2015, 4.6)."""
    total = sum(w * ALPHABET.index(c) for w, c in zip(_USCC_WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def complete(first8: str, body8: str) -> str:
    """The whole code from the registration part (authority, category, division) and the organisation body, 8 each."""
    first17 = first8 + body8 + organisation_check(body8)
    return first17 + uscc_check(first17)


def check_uscc(text: str) -> UsccCheck:
    """Length, alphabet, registration part and both check characters of a code, saying which failed."""
    if len(text) != 18:
        return UsccCheck(False, ("length",))
    if any(c not in ALPHABET for c in text):
        return UsccCheck(False, ("alphabet",))
    inner, outer = organisation_check(text[8:16]), uscc_check(text[:17])
    tests: tuple[tuple[bool, Failure], ...] = (
        (text[0] in _AUTHORITIES, "registration_type"),
        (text[2:8].isdecimal(), "division"),
        (text[16] == inner, "organisation_check"),
        (text[17] == outer, "uscc_check"),
    )
    failures: tuple[Failure, ...] = tuple(name for passed, name in tests if not passed)
    return UsccCheck(not failures, failures, inner, outer)
