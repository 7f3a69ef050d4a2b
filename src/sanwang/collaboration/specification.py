"""A need in words becomes a specification: object, problem, figures, constraints, what is unclear, what to ask."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w

from sanwang.collaboration.figures.compare import shown
from sanwang.collaboration.figures.reading import Figure, figures
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
    metrics: tuple[Figure, ...] = ()
    """The figures that are wished for; conditions, budget, present state and the like stand in ``others``."""
    others: tuple[Figure, ...] = ()
    constraints: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    def to_toml(self) -> str:
        """The specification as a TOML document that a person can edit and ``from_toml`` reads back."""
        metrics = [_row(m) for m in self.metrics]
        others = [_row(m) for m in self.others]
        lists = {n: list(getattr(self, n)) for n in ("problem", "constraints", "unclear", "questions")}
        data = {
            "need": self.need,
            "object": self.object,
            **lists,
            "metrics": metrics,
            "others": others,
            "text": self.text,
        }
        return tomli_w.dumps(data, multiline_strings=True)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON: ``metrics`` are the wishes, ``figures`` all that was read."""
        every = sorted((*self.metrics, *self.others), key=lambda f: f.start)
        lists = {n: list(getattr(self, n)) for n in ("problem", "constraints", "unclear", "questions")}
        return {
            "need": self.need,
            "object": self.object,
            "metrics": [_full(f) for f in self.metrics],
            "figures": [_full(f) for f in every],
            **lists,
        }


def _full(one: Figure) -> dict[str, Any]:
    return {
        "quote": one.quote,
        "property": one.property,
        "object": one.object,
        "low": one.low,
        "high": one.high,
        "unit": one.unit,
        "role": one.role,
        "change": one.change or None,
        "negated": one.negated,
        "start": one.start,
    }


def _row(one: Figure) -> dict[str, Any]:
    """A figure as a person edits it; what is open is left out."""
    row = {"name": one.property, "low": one.low, "high": one.high, "unit": one.unit, "said": one.quote}
    row |= {"role": one.role, "change": one.change or None}
    return {k: v for k, v in row.items() if v is not None}


def specify(
    text: str,
    title: str = "",
    need: str = "?",
    lang: str = "zh",
    acceptance: str = "",
    known: Collection[str] = (),
) -> Specification:
    """The specification of one need, by rules and offline. ``known``: parts that stand elsewhere and are not asked.

    Raises OptionError for a text without words.
    """
    whole = "\n".join(filter(None, (title.strip(), text.strip(), acceptance.strip())))
    if not whole:
        raise OptionError("the need is empty / 需求为空")
    sentences = list(dict.fromkeys(filter(None, map(_trimmed, _SENTENCE.findall(whole)))))
    problem = _with_cue(sentences, "problem", skip=title.strip())
    constraints = _with_cue(sentences, "constraint", skip=title.strip())
    read = figures(whole, "need", len(whole) - len(acceptance.strip()))
    metrics = tuple(_distinct([f for f in read if f.role == "wish"]))
    others = tuple(f for f in read if f.role != "wish")
    vague = tuple(dict.fromkeys(w for s in sentences for w in _vague(s)))
    bare = Specification(
        need, whole, _object(title or sentences[0]), problem, metrics, others, constraints, vague
    )
    return replace(bare, questions=tuple(questions(bare, lang, known)))


def specifications(region: Region, lang: str = "zh") -> list[Specification]:
    """A specification of each need of a Region that has words."""
    rows = region["needs"].drop_nulls("id").iter_rows(named=True)
    return [one for row in rows if (one := specified(row, lang)) is not None]


def specified(need: Mapping[str, object], lang: str = "zh") -> Specification | None:
    """The specification of a row of ``needs``, its acceptance criteria counted in; None where it has no words."""
    title, text, promise = (str(need.get(c) or "") for c in ("title", "text", "acceptance"))
    if not (title + text + promise).strip():
        return None
    return specify(text, title, str(need["id"]), lang, promise, _stated(need))


def _stated(need: Mapping[str, object]) -> tuple[str, ...]:
    """The parts of a specification that columns of a need state: its budget with its deadline."""
    return ("budget",) if need.get("budget") is not None and need.get("deadline") is not None else ()


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


def _distinct(found: Sequence[Figure]) -> list[Figure]:
    """A figure said twice counts once."""
    seen: dict[tuple[str, float | None, float | None, str], Figure] = {}
    for one in found:
        seen.setdefault((one.property, one.low, one.high, one.unit), one)
    return list(seen.values())


def _vague(sentence: str) -> list[str]:
    """Vague words with the words before them, unless a figure of the same sentence says how much."""
    if figures(sentence):
        return []
    clauses = re.split(r"[，,、：:]", sentence)
    return [c.strip()[-24:] for c in clauses if any(w in c.casefold() for w in _CUES["vague"])][:3]


def questions(given: Specification, lang: str = "zh", known: Collection[str] = ()) -> list[str]:
    """What to ask the firm: one question a vague wording or open figure, and one for each part not said or known."""
    asked: list[str] = []

    def ask(kind: str, said: str = "") -> None:
        asked.append(_GIVEN["question"][kind][0 if lang == "zh" else 1].format(said=said))

    for said in given.unclear[:_KEEPS]:
        ask("vague", said)
    for metric in given.metrics[:_KEEPS]:
        if not metric.property:
            ask("unnamed", metric.quote)
        elif metric.low == metric.high and not metric.change and not metric.side:
            ask("bare", metric.quote)
    for part, lacking in (
        ("metric", not given.metrics),
        ("problem", not given.problem),
        ("condition", not any(f.role == "condition" for f in given.others)),
        ("budget", not any(f.role == "budget" for f in given.others)),
    ):
        if lacking and part not in known:
            ask(part)
    return asked


def from_toml(path: Path) -> Specification:
    """A specification as a person left it. Raises InputError, naming the file, where it cannot be read."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        metrics = tuple(_metric(m, "wish") for m in data.get("metrics", ()))
        others = tuple(_metric(m, "condition") for m in data.get("others", ()))
        lists = {
            n: tuple(map(str, data.get(n, ()))) for n in ("problem", "constraints", "unclear", "questions")
        }
        return Specification(
            str(data["need"]), str(data["text"]), str(data["object"]), metrics=metrics, others=others, **lists
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is no specification ({error}) / 不是规格书文件") from error


def _metric(row: Mapping[str, Any], role: str) -> Figure:
    low, high = (None if row.get(side) is None else float(row[side]) for side in ("low", "high"))
    if low is None and high is None:
        raise ValueError("a metric without low or high")
    said, change = str(row.get("said", "")), str(row.get("change", ""))
    return Figure(
        str(row["name"]),
        "",
        low,
        high,
        str(row["unit"]),
        str(row.get("role", role)),
        said,
        0,
        0,
        said,
        "",
        change,
    )


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
            "metric": _plain(m.property),
            "wanted": shown(m),
            "said": _plain(m.quote),
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
