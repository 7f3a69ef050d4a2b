"""Catalogues of data that a person brings: each dataset with its policies in words, or why it cannot be offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanwang.errors import SanwangError
from sanwang.factors import agreed
from sanwang.factors.catalogue import Catalogue, Dataset, read_catalogue


@dataclass(frozen=True)
class Brought:
    """A dataset of a catalogue: its name and title, the terms that bind it, frozen, and its clauses in words.

    Without terms ``why`` says, in Chinese and English, why it cannot be offered.
    """

    id: str
    title: str
    terms: Mapping[str, Any] | None
    clauses: tuple[agreed.Clause, ...]
    why: tuple[str, str] | None


@dataclass(frozen=True)
class Bringing:
    """The datasets of some catalogue files, and what is wrong with the files (file, Chinese, English)."""

    datasets: tuple[Brought, ...]
    problems: tuple[tuple[str, str, str], ...]


def brought(files: Sequence[Path]) -> Bringing:
    """What catalogue files hold. Raises InputError where there is no file."""
    found = read_catalogue(files)
    problems = tuple((Path(f).name, f"{e}：{zh}" if e else zh, f"{e}: {en}" if e else en)
                     for f, e, zh, en in found.problems)  # fmt: skip
    return Bringing(tuple(_one(found, dataset) for dataset in found.datasets), problems)


def _one(found: Catalogue, dataset: Dataset) -> Brought:
    try:
        terms = agreed.frozen(found, dataset)
        faults = agreed.faults(terms)
        clauses = tuple(agreed.clauses(terms))
    except SanwangError as error:
        return Brought(dataset.id, dataset.title, None, (), (error.said("zh"), error.said("en")))
    why = faults[0] if faults else None
    return Brought(dataset.id, dataset.title, None if why else terms, clauses, why)
