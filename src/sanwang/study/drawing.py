"""A drawing a result asks for, by the name of the function that draws it and what it is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sanwang.study.loading import load


@dataclass(frozen=True)
class Drawing:
    """What to draw: ``draws`` is ``package.module:function``, called with ``given`` and giving SVG markup (or None
    where there is nothing to draw). ``file`` is the stem of an SVG file of its own, ``wide`` lets it scroll."""

    name: str
    title: str
    draws: str
    given: Mapping[str, object] = field(default_factory=dict[str, object])
    about: str = ""
    file: str = ""
    wide: bool = True

    def markup(self) -> str | None:
        """The drawing as SVG or HTML markup that is safe to stand in a page."""
        return load(self.draws)(**self.given)
