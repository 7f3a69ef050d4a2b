"""A need in words becomes a specification: object, problem, figures, constraints, what is unclear, what to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from sanwang.collaboration.quantities import Quantity, quantities, shown
from sanwang.errors import InputError, OptionError
from sanwang.region import Region
from sanwang.sources.atomic import atomic_path

_GIVEN: dict[str, Any] = tomllib.loads(
    (files("sanwang.collaboration") / "specification.toml").read_text(encoding="utf-8")
)
_CUES: dict[str, list[str]] = _GIVEN["cues"]
_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_NUMBERING = re.compile(r"^[\s（(]*(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[①-⑳])[)）、.．:：]+\s*")
_KEEPS = 8
"""Sentences kept of each part: a specification fits on a page."""


@dataclass(frozen=True)
class Specification:
    """What a need asks for. Every sentence and figure is quoted from ``text``; a person may edit all of it."""

    need: str
    text: str
    object: str
    problem: tuple[str, ...] = ()
    metrics: tuple[Quantity, ...] = ()
    constraints: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    def to_toml(self) -> str:
        """The specification as a TOML document that a person can edit and ``from_toml`` reads back."""
        metrics = [
            {
                "name": m.name,
                **({} if m.low is None else {"low": m.low}),
                **({} if m.high is None else {"high": m.high}),
                "unit": m.unit,
                "said": m.said,
                **({"change": True} if m.change else {}),
            }
            for m in self.metrics
        ]
        lists = {n: list(getattr(self, n)) for n in ("problem", "constraints", "unclear", "questions")}
        data = {"need": self.need, "object": self.object, **lists, "metrics": metrics, "text": self.text}
        return tomli_w.dumps(data, multiline_strings=True)


def specify(text: str, title: str = "", need: str = "?", lang: str = "zh") -> Specification:
    """The specification of one need, by rules and offline. Raises OptionError for a text without words."""
    whole = "\n".join(filter(None, (title.strip(), text.strip())))
    if not whole:
        raise OptionError("the need is empty / 需求为空")
    sentences = list(dict.fromkeys(filter(None, map(_trimmed, _SENTENCE.findall(whole)))))
    problem = _with_cue(sentences, "problem", skip=title.strip())
    constraints = _with_cue(sentences, "constraint", skip=title.strip())
    metrics = tuple(
        _distinct([q for q in quantities(whole) if q.unit not in _GIVEN["constraint_units"]["units"]])
    )
    vague = tuple(dict.fromkeys(w for s in sentences for w in _vague(s)))
    bare = Specification(need, whole, _object(title or sentences[0]), problem, metrics, constraints, vague)
    return replace(bare, questions=tuple(questions(bare, lang)))


def specifications(region: Region, lang: str = "zh") -> list[Specification]:
    """A specification of each need of a Region that has words; the acceptance criteria count as part of it."""
    found: list[Specification] = []
    for row in region["needs"].drop_nulls("id").iter_rows(named=True):
        body = "\n".join(filter(None, (row["text"], row["acceptance"])))
        if (row["title"] or body).strip():
            found.append(specify(body, row["title"] or "", row["id"], lang))
    return found


def _trimmed(sentence: str) -> str:
    return _NUMBERING.sub("", sentence.strip()).strip(" \t\u3000，,、")


def _with_cue(sentences: Sequence[str], cue: str, skip: str) -> tuple[str, ...]:
    """Sentences with a cue, the title only where nothing else has one."""
    found = [s for s in sentences if any(w in s.casefold() for w in _CUES[cue])]
    return tuple(([s for s in found if s != skip] or found)[:_KEEPS])


def _object(title: str) -> str:
    """The title less the words every title has."""
    kept = title.strip()
    for _ in range(2):
        for word in sorted(_CUES["opening"], key=len, reverse=True):
            kept = (
                kept[len(word) :].strip()
                if kept.casefold().startswith(word) and len(kept) > len(word) + 1
                else kept
            )
        for word in sorted(_CUES["closing"], key=len, reverse=True):
            kept = kept.removesuffix(word).strip() if len(kept) > len(word) + 1 else kept
    return kept[:60]


def _distinct(found: Sequence[Quantity]) -> list[Quantity]:
    """A figure said twice counts once."""
    seen: dict[tuple[str, float | None, float | None, str], Quantity] = {}
    for one in found:
        seen.setdefault((one.name, one.low, one.high, one.unit), one)
    return list(seen.values())


def _vague(sentence: str) -> list[str]:
    """Vague words with the words before them, unless a figure of the same sentence says how much."""
    if quantities(sentence):
        return []
    clauses = re.split(r"[，,、：:]", sentence)
    return [c.strip()[-24:] for c in clauses if any(w in c.casefold() for w in _CUES["vague"])][:3]


def questions(given: Specification, lang: str = "zh") -> list[str]:
    """What to ask the firm: one question a vague wording or open figure, and one for each part not said."""
    asked: list[str] = []

    def ask(kind: str, said: str = "") -> None:
        asked.append(_GIVEN["question"][kind][0 if lang == "zh" else 1].format(said=said))

    for said in given.unclear[:_KEEPS]:
        ask("vague", said)
    for metric in given.metrics[:_KEEPS]:
        if not metric.name:
            ask("unnamed", metric.said.strip())
        elif metric.low == metric.high and not metric.change:
            ask("bare", metric.said.strip())
    for part, lacking in (
        ("metric", not given.metrics),
        ("problem", not given.problem),
        ("condition", not any(m.unit in ("degC", "kelvin", "pascal", "megapascal") for m in given.metrics)),
        ("budget", not any(q.unit in ("yuan", "myriad_yuan") for q in quantities(given.text))),
    ):
        if lacking:
            ask(part)
    return asked


def from_toml(path: Path) -> Specification:
    """A specification as a person left it. Raises InputError, naming the file, where it cannot be read."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        metrics = tuple(_metric(m) for m in data.get("metrics", ()))
        lists = {
            n: tuple(map(str, data.get(n, ()))) for n in ("problem", "constraints", "unclear", "questions")
        }
        return Specification(
            str(data["need"]), str(data["text"]), str(data["object"]), metrics=metrics, **lists
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is no specification ({error}) / 不是规格书文件") from error


def _metric(row: Mapping[str, Any]) -> Quantity:
    low, high = (None if row.get(side) is None else float(row[side]) for side in ("low", "high"))
    if low is None and high is None:
        raise ValueError("a metric without low or high")
    said = str(row.get("said", ""))
    return Quantity(str(row["name"]), low, high, str(row["unit"]), 0, 0, said, bool(row.get("change", False)))


def write_specifications(found: Sequence[Specification], folder: Path) -> list[Path]:
    """One TOML file a need, and ``specifications.csv`` with a row a figure. A file a person may have edited is kept.

    Returns the files written; an existing TOML file is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for one in found:
        path = folder / f"{re.sub(r'[^0-9A-Za-z_.一-鿿-]', '_', one.need)}.toml"
        if not path.exists():
            with atomic_path(path) as temporary:
                temporary.write_text(one.to_toml(), encoding="utf-8")
            written.append(path)
    return [*written, _write_table(found, folder / "specifications.csv")]


def _write_table(found: Sequence[Specification], path: Path) -> Path:
    rows = [
        {
            "need": s.need,
            "object": _plain(s.object),
            "metric": _plain(m.name),
            "wanted": shown(m),
            "said": _plain(m.said),
        }
        for s in found
        for m in s.metrics
    ]
    with atomic_path(path) as temporary:
        schema = {c: pl.String() for c in ("need", "object", "metric", "wanted", "said")}
        pl.DataFrame(rows, schema=schema).write_csv(temporary, include_bom=True)
    return path


def _plain(cell: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
