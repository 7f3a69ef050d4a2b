"""Tokens of a text for search: pairs of Chinese characters, Latin words and figures as they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_RUN = re.compile(r"[a-z0-9][a-z0-9.+#%/-]*|[\u3400-\u9fff]+")


def tokens(text: str) -> Iterator[str]:
    """The tokens in order: 永磁电机 gives 永磁 磁电 电机; a lone character stands for itself."""
    for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if "\u3400" <= run[0] <= "\u9fff":
            yield from (run[n : n + 2] for n in range(max(1, len(run) - 1)))
        elif word := run.strip("./-+"):
            yield word
