"""A heading reduced to what counts when two are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A heading without case, width, spaces, pictographs, marks of obligation (*) and punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(c for c in text if unicodedata.category(c) not in ("So", "Cf", "Mn", "Sk", "Co", "Cn"))
    return re.sub(r"[\s_*:：\-?？!！,，。、“”\"'·]+", "", text)
