"""A Region as the key of a cache, and studies of it that a page asks again and again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sanwang.region import Region
from sanwang.study.registry import get


class Held:
    """A Region as the key of a cache: equal where the data are."""

    def __init__(self, region: Region) -> None:
        self.region = region

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and other.region.digest == self.region.digest

    def __hash__(self) -> int:
        return hash(self.region.digest)


@lru_cache(maxsize=24)
def asked(held: Held, study: str, lang: str, given: tuple[tuple[str, Any], ...] = ()) -> Any:  # noqa: ANN401 - a result
    """A study's answer, computed once while the data and the options stay the same."""
    return get(study)(held.region, lang=lang, **dict(given))
