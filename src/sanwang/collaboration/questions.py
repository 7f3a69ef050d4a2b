"""A long need's single questions: firms often write several problems into one text."""

from __future__ import annotations

import re

MOST = 14
"""Questions kept of a need."""

LENGTH = 120
"""Characters kept of a question."""

_BREAK = re.compile(r"[。；;！!？?\n]|(?<!\d)\d{1,2}[、.．)）](?!\d)|[①-⑳]")


def split(title: str, text: str) -> list[str]:
    """The sentences and numbered points of a need, each once; the title where there is none."""
    parts = (p.strip(" \t0123456789.、)）(（") for p in _BREAK.split(text))
    kept = list(dict.fromkeys(p[:LENGTH] for p in parts if len(p) >= 10))[:MOST]
    return kept or [title or text]
