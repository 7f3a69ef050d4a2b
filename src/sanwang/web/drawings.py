"""Drawings of results inside our pages, which run no script."""

from __future__ import annotations

import re

from sanwang.report.markup import Markup

_ACTS = re.compile(r' (?:tabindex="0"|role="button"|data-filter="[^"]*")')
"""What makes a part of a drawing act in the result's own page: a script answers there, none would here."""


def still(markup: str) -> Markup:
    """A drawing without the parts that want a script."""
    return Markup(_ACTS.sub("", markup))
