"""A long need's single questions: firms often write several problems into one text."""

from __future__ import annotations

import re

LENGTH = 120
"""Characters of a question; a longer sentence is cut into pieces of like length, none is left out."""

_BREAK = re.compile(r"[。；;！!？?\n]|(?<!\d)\d{1,2}[、.．)）](?!\d)|[①-⑳]")


def split(title: str, text: str) -> list[str]:
    """The sentences and numbered points of a need, each once; the title where there is none."""
    sentences = (p.strip(" \t0123456789.、)）(（") for p in _BREAK.split(text))
    kept = list(dict.fromkeys(piece for s in sentences if len(s) >= 10 for piece in _pieces(s)))
    return kept or [title or text]


def _pieces(sentence: str) -> list[str]:
    count = -(-len(sentence) // LENGTH)
    size = -(-len(sentence) // count)
    return [sentence[i : i + size] for i in range(0, len(sentence), size)]
