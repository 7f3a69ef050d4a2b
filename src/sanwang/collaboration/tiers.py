"""Who may see what: records are public, for members, or for those who signed; matching may use more than it shows."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import Literal

import polars as pl

from sanwang.collaboration.matches import Matches
from sanwang.errors import OptionError
from sanwang.region import Region

Tier = Literal["public", "members", "nda"]

TIERS: tuple[Tier, ...] = ("public", "members", "nda")
"""From the least to the most that a viewer may see."""

BAND = 0.1
"""Scores of hidden records are given in bands of this width, so that retyped needs cannot feel their words out."""

_SAID = {
    "zh": {
        "achievements": "一项保密成果；可凭此编号向平台申请查看",
        "needs": "一项保密需求；可凭此编号向平台申请查看",
    },
    "en": {
        "achievements": "a confidential result; ask the platform for access with this number",
        "needs": "a confidential need; ask the platform for access with this number",
    },
}


def may_see(openness: str | None, viewer: Tier) -> bool:
    """Whether a viewer may see a record of that tier; none is public, an unknown one the most closed."""
    needed = TIERS[0] if openness is None else openness if openness in TIERS else TIERS[-1]
    return TIERS.index(viewer) >= TIERS.index(needed)


def for_viewer(matches: Matches, region: Region, viewer: Tier, secret: str = "", lang: str = "zh") -> Matches:
    """Matches as a viewer may see them.

    Rows with a hidden achievement or need keep rank and a score rounded down to a band; the ids become numbers to
    ask with, and the reasons one fixed sentence; chances are not shown. ``secret`` keys the numbers (the Region's
    digest by default), so that they cannot be turned back. Raises OptionError for an unknown viewer.
    """
    if viewer not in TIERS:
        raise OptionError(f"viewer is {viewer!r}; one of {', '.join(TIERS)} is wanted")
    key = (secret or region.digest).encode()
    rows = matches.frame
    hidden = {kind: _hidden(region, kind, viewer) for kind in ("achievements", "needs")}
    closed = pl.lit(False)
    reasons = pl.col("reasons")
    for kind, column in (("needs", "need"), ("achievements", "achievement")):
        inside = pl.col(column).is_in(hidden[kind])
        reasons = pl.when(inside).then(pl.lit(_SAID[lang][kind])).otherwise(reasons)
        closed = closed | inside
    banded = pl.when(closed).then((pl.col("score") / BAND).floor() * BAND).otherwise(pl.col("score"))
    rows = rows.with_columns(reasons.alias("reasons"), banded.round(6).alias("score"))
    for kind, column in (("needs", "need"), ("achievements", "achievement")):
        numbers = {i: _number(key, kind, i) for i in hidden[kind]}
        rows = rows.with_columns(pl.col(column).replace(numbers) if numbers else pl.col(column))
    notices = () if hidden["needs"] else matches.notices
    return replace(matches, frame=rows, notices=notices, sure=matches.sure.clear(), judged=None)


def _hidden(region: Region, kind: str, viewer: Tier) -> list[str]:
    rows = region[kind].select("id", "openness").drop_nulls("id").iter_rows()
    return [i for i, openness in rows if not may_see(openness, viewer)]


def _number(key: bytes, kind: str, name: str) -> str:
    return "保密-" + hmac.new(key, f"{kind}\0{name}".encode(), hashlib.sha256).hexdigest()[:12]
