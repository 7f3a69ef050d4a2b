"""The posting rules in words, from ``rules.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def rules() -> Mapping[str, Mapping[str, str]]:
    """Each rule's code with its words in both languages (``zh``, ``en``)."""
    text = (files("sanwang.exchange.ledger") / "rules.csv").read_text("utf-8")
    return {r["code"]: {"zh": r["zh"], "en": r["en"]} for r in csv.DictReader(text.splitlines())}
