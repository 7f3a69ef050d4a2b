"""Identifiers of the Research Organization Registry (ROR)."""

from __future__ import annotations

import re

_FORM = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def canonical_ror(text: str) -> str | None:
    """The identifier as its address, or None where form or checksum (ISO 7064 MOD 97-10) is wrong.

    Source: ROR's description of its identifier: a leading 0, six characters of Crockford's base 32, two check digits.
    """
    match = _FORM.fullmatch(text.strip().casefold())
    if match is None:
        return None
    number = 0
    for character in match[1][:7]:
        number = number * 32 + _BASE32.index(character)
    check = 98 - number * 100 % 97
    return f"https://ror.org/{match[1]}" if int(match[1][7:]) == check else None
