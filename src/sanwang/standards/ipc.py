"""Symbols of the International Patent Classification (WIPO, Guide to the IPC, 2024, chapter V)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_FORM = re.compile(r"([A-H])\s*(\d{2})\s*(?:([A-Z])\s*(?:(\d{1,4})\s*/\s*(\d{2,6}))?)?")


@dataclass(frozen=True)
class Ipc:
    """A symbol at any depth: section, class, subclass, main group, subgroup (None below its depth)."""

    section: str
    class_: str
    subclass: str | None
    main_group: int | None
    subgroup: str | None

    @property
    def text(self) -> str:
        """The canonical form: ``H01M 8/0267``, ``H01M`` or ``H01``."""
        if self.main_group is None:
            return self.subclass or self.class_
        return f"{self.subclass} {self.main_group}/{self.subgroup}"


def parse_ipc(text: str) -> Ipc | None:
    """The symbol a text stands for (case, width and spaces tolerated), or None if it has no symbol's form."""
    match = _FORM.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if match is None:
        return None
    section, number, letter, main, sub = match.groups()
    subclass = f"{section}{number}{letter}" if letter else None
    return Ipc(section, section + number, subclass, int(main) if main else None, sub)
