"""Three tiers: what everybody reads, what members read, what only a named reader under an agreement reads.

A field's lowest tier is in ``rules/tiers.csv``; a field that is not listed there counts as under NDA. A listing may
raise tiers, never lower them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

TIERS = ("public", "members", "nda")
"""From open to closed; a level is the place in this row, 3 the owner's own."""

OWN = 3


@cache
def _lowest() -> Mapping[tuple[str, str], str]:
    text = (files("sanwang.exchange") / "rules" / "tiers.csv").read_text(encoding="utf-8")
    return {(row["kind"], row["field"]): row["tier"] for row in csv.DictReader(text.splitlines())}


def level(tier: str | None) -> int:
    """The level a reader must have for a tier; an unknown one counts as under NDA."""
    return TIERS.index(tier) if tier in TIERS else 2


def field_tier(kind: str, field: str, tier: str, marks: Mapping[str, str] | None) -> str:
    """The tier of a field of a listing: its kind's lowest, raised by the listing's own tier and by its owner's marks.

    What is public of its kind stays so within the listing: a listing that is not public is hidden as a whole.
    """
    lowest = _lowest().get((kind, field)) or _lowest().get(("*", field)) or "nda"
    raised = lowest if lowest == "public" else max(lowest, tier, key=level)
    mark = (marks or {}).get(field)
    return raised if mark is None else max(raised, mark, key=level)


def readable(
    kind: str, data: Mapping[str, Any], tier: str, marks: Mapping[str, str] | None, level_: int
) -> dict[str, Any]:
    """The fields of a row that a reader of a level may read."""
    return {f: v for f, v in data.items() if level(field_tier(kind, f, tier, marks)) <= level_}
