"""The answer to a study: sentences, tables with units, drawings, notes, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import polars as pl

from sanwang.errors import OptionError
from sanwang.region import Region
from sanwang.study.loading import load
from sanwang.study.rows import LeftOut
from sanwang.study.table import Table

if TYPE_CHECKING:
    from sanwang.study.declare import Study
    from sanwang.study.drawing import Drawing
    from sanwang.study.shown import Shown
    from sanwang.study.verification import Verification

A = TypeVar("A")


@dataclass(frozen=True)
class Result(Generic[A]):
    """One shape for every answer; the study's own object is ``answer``, and its names can be asked of the result too.

    ``result["routes"]`` is a Polars frame, ``result.tables`` has them all with labels and units.
    """

    study: Study[A]
    answer: A
    region: Region
    options: Mapping[str, object]
    left_out: LeftOut = field(default_factory=LeftOut)
    lang: str = "zh"
    given: Region = field(default_factory=Region.of, repr=False)
    beside: tuple[object, ...] = field(default=(), repr=False)
    formats: tuple[str, ...] = ()

    @cached_property
    def shown(self) -> Shown:
        """The result in words."""
        return self.study.show(self.answer, self.region, self.lang)

    @property
    def title(self) -> str:
        """What the result is called."""
        name = self.region.name
        return f"{self.shown.title} · {name}" if name and name not in self.shown.title else self.shown.title

    @property
    def headline(self) -> list[str]:
        """What was found, in sentences."""
        return list(self.shown.headline)

    @property
    def notes(self) -> list[str]:
        """Assumptions and warnings, and what was left out and why."""
        return [*self.shown.notes, *self.left_out.notes(self.lang)]

    @property
    def tables(self) -> Mapping[str, Table]:
        """Tables by name, with what each column is called and its unit."""
        return {t.name: t for t in self.shown.tables}

    @property
    def drawings(self) -> Sequence[Drawing]:
        """What is drawn."""
        return tuple(self.shown.drawings)

    @property
    def data(self) -> Mapping[str, object]:
        """The answer for programs: keys and plain values, money in fen."""
        return self.study.data(self.answer, self.region)

    @property
    def made_from(self) -> Mapping[str, object]:
        """The study, its options, the data's digest and the version of the software."""
        from sanwang.study.saving import made_from

        return made_from(self)

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self.tables:
            known = ", ".join(self.tables)
            raise OptionError(
                f"no table is called {name!r}; there are {known}", f"没有名为 {name!r} 的表；有 {known}"
            )
        return self.tables[name].machine

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the answer's own
        if name.startswith("_") or name == "answer":
            raise AttributeError(name)
        return getattr(self.answer, name)

    def __dir__(self) -> Iterator[str]:
        yield from super().__dir__()
        yield from (n for n in dir(self.answer) if not n.startswith("_"))

    def said(self, lang: str) -> Result[A]:
        """The same result in another language; asked again where the answer itself holds sentences."""
        if lang == self.lang:
            return self
        if self.study.speaks:
            again: dict[str, Any] = dict(self.options)
            return self.study(self.given, *self.beside, lang=lang, **again)
        return replace(self, lang=lang)

    def save(self, folder: str | Path, formats: Sequence[str] | None = None) -> list[Path]:
        """Write page, workbook, tables and summary into a folder; returns the files. Each appears whole or not at all.

        ``formats``: of ``html``, ``xlsx``, ``csv``, ``json`` and ``parquet``; by default all but the last.
        """
        from sanwang.study.saving import save

        return save(self, Path(folder), formats)

    def to_html(self, path: str | Path) -> Path:
        """Write the page as one file that needs no network."""
        return load("sanwang.study.saving:save_file")(self, Path(path), "html")

    def to_excel(self, path: str | Path) -> Path:
        """Write the workbook: an overview, a sheet a table, notes."""
        return load("sanwang.study.saving:save_file")(self, Path(path), "xlsx")

    def to_json(self) -> str:
        """The answer for programs as a JSON text."""
        return load("sanwang.study.saving:json_text")(self)

    def verify(self, region: Region | None = None) -> Verification:
        """Prove the result again from the data, without trusting what it says of itself."""
        from sanwang.study.verification import verify_result

        return verify_result(self, region or self.given)

    def _repr_html_(self) -> str:
        parts = [f"<h3>{escape(self.title)}</h3>"]
        if self.region.fictional:
            parts.append(f"<p><b>{escape(load('sanwang.study.words:say')('fictional', self.lang))}</b></p>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in self.headline]
        parts += [t.preview() for t in self.shown.tables if t.frame.height]
        notes = "".join(f"<li>{escape(n)}</li>" for n in self.notes[:8])
        return "".join(parts) + (f"<ul>{notes}</ul>" if notes else "")

    def __repr__(self) -> str:
        rows = ", ".join(f"{t.name} {t.frame.height:,}" for t in self.shown.tables)
        return f"<{self.title}: {' '.join(self.headline[:2])} [{rows}]>"
