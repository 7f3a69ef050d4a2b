"""The processes: which step leads where, who may take it, when, and by when; read from the tables in ``processes/``.

The same rows run the exchange, answer what a person may do now, and draw the documentation.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from sanwang.exchange.steps import EFFECTS, GUARDS

Two = Literal["", "sides", "limit", "always"]
AGENTS = ("clock", "rail", "exchange")
"""Roles that are no person."""

_SPAN = re.compile(r"\d+(wd|d)|@[a-z_]+")


@dataclass(frozen=True)
class Asked:
    """A field that a step wants: whether it must be given, and whether its value stands openly in the event."""

    name: str
    required: bool
    open: bool


@dataclass(frozen=True)
class Transition:
    """One row: from where, by whom, under which guards, with which effects, to where, until when."""

    process: str
    sources: tuple[str, ...]
    event: str
    by: tuple[str, ...]
    two: Two
    guards: tuple[str, ...]
    effects: tuple[str, ...]
    to: str
    deadline: str
    remind: tuple[str, ...]
    data: tuple[Asked, ...]
    zh: str
    en: str

    @property
    def first(self) -> bool:
        """Whether it begins something new."""
        return not self.sources

    def label(self, lang: str) -> str:
        """What the step is called."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Process:
    """A process: the table its subjects stand in, its states in order, where it ends, and its transitions.

    ``sides``: roles that belong to the people of a party, each with the column that names the party.
    """

    name: str
    table: str
    zh: str
    en: str
    states: Mapping[str, tuple[str, str]]
    ends: tuple[str, ...]
    transitions: tuple[Transition, ...]
    sides: Mapping[str, str]

    def label(self, lang: str) -> str:
        """What the process is called."""
        return self.zh if lang == "zh" else self.en

    def state(self, name: str, lang: str) -> str:
        """What a state is called."""
        return self.states[name][0 if lang == "zh" else 1]

    def leaving(self, state: str | None) -> Iterator[Transition]:
        """Transitions out of a state; of None, those that begin something."""
        return (t for t in self.transitions if (state in t.sources if state else t.first))


@cache
def processes() -> Mapping[str, Process]:
    """Every process by name."""
    here = files("sanwang.exchange") / "processes"
    heads = tomllib.loads((here / "processes.toml").read_text(encoding="utf-8"))
    made = {
        name: Process(
            name=name,
            table=head["table"],
            zh=head["zh"],
            en=head["en"],
            states=MappingProxyType({s: tuple(words) for s, words in head["states"].items()}),
            ends=tuple(head["ends"]),
            transitions=tuple(_transition(name, row) for row in _rows(f"{name}.csv")),
            sides=MappingProxyType(dict(head.get("sides", {}))),
        )
        for name, head in heads.items()
    }
    return MappingProxyType(made)


@cache
def words(table: str) -> Mapping[str, Mapping[str, str]]:
    """Rows of ``roles``, ``guards``, ``fields`` or ``reasons`` by their first column."""
    rows = _rows(f"{table}.csv")
    first = next(iter(rows[0]))
    return MappingProxyType({row[first]: row for row in rows})


def spoken(table: str, name: str, lang: str, **terms: object) -> str:
    """The words of a role, guard, field or reason in one language, with its blanks filled; the name where it has none.

    A term may be a pair: Chinese, English.
    """
    row = words(table).get(name)
    if row is None:
        return name
    spot = 0 if lang == "zh" else 1
    said = {k: v[spot] if isinstance(v, tuple) else v for k, v in terms.items()}
    return row["zh" if lang == "zh" else "en"].format_map(_Blanks(said))


class _Blanks(dict[str, object]):
    """Terms of a sentence: one that is not given shows as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("sanwang.exchange") / "processes" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _transition(process: str, row: Mapping[str, str]) -> Transition:
    return Transition(
        process=process,
        sources=_split(row["from"], ";"),
        event=row["event"],
        by=_split(row["by"], ";"),
        two=row["two"],  # pyright: ignore[reportArgumentType]  # check() compares it with the words of Two
        guards=_split(row["guard"]),
        effects=_split(row["effects"]),
        to=row["to"],
        deadline=row["deadline"],
        remind=_split(row["remind"]),
        data=tuple(Asked(re.sub(r"\W", "", f), "!" in f, "=" in f) for f in _split(row["data"])),
        zh=row["zh"],
        en=row["en"],
    )


def _split(text: str, between: str | None = None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(between) if part.strip())


def check() -> list[str]:
    """What is wrong with the tables, in sentences; empty where every name, state, way and deadline is sound."""
    twice = [fault for table in ("roles", "guards", "fields", "reasons") for fault in _twice(table)]
    return twice + [fault for process in processes().values() for fault in faults(process)]


def _twice(table: str) -> Iterator[str]:
    """Names that stand twice in a table of words: the later would silently count for both."""
    names = [next(iter(row.values())) for row in _rows(f"{table}.csv")]
    yield from (
        f"{table}: {name!r} stands twice" for name in sorted({n for n in names if names.count(n) > 1})
    )


def faults(process: Process) -> list[str]:
    """What is wrong with one process."""
    found = [f for t in process.transitions for f in _names(process, t)]
    return found + list(_ways(process)) + list(_deadlines(process)) + list(_ambiguous(process))


def _names(process: Process, t: Transition) -> Iterator[str]:
    where = f"{process.name}.{t.event}"
    known_states = {*process.states, "same"}
    unknown: Iterable[tuple[str, Iterable[str], Iterable[str]]] = (
        ("state", (*t.sources, t.to), known_states),
        ("role", t.by, words("roles")),
        ("guard", t.guards, GUARDS.keys() & words("guards").keys()),
        ("effect", t.effects, EFFECTS),
        ("field", (f.name for f in t.data), words("fields")),
        ("way of two", [t.two], ("", "sides", "limit", "always")),
    )
    for what, names, known in unknown:
        yield from (f"{where}: no {what} is called {name!r}" for name in names if name not in known)
    for span in (*t.remind, *filter(None, [t.deadline])):
        if not _SPAN.fullmatch(span):
            yield f"{where}: {span!r} is no span"


def _ways(process: Process) -> Iterator[str]:
    """Every state can be reached, and from every state an end."""
    steps = [(s, s if t.to == "same" else t.to) for t in process.transitions for s in t.sources]
    starts = {t.to for t in process.transitions if t.first}
    reached = _closure(starts, steps)
    ending = _closure(set(process.ends), [(b, a) for a, b in steps])
    for state in process.states:
        if state not in reached:
            yield f"{process.name}: nothing leads to {state}"
        if state not in ending:
            yield f"{process.name}: from {state} there is no way to an end"
        if (state in process.ends) == any(True for _ in process.leaving(state)):
            yield f"{process.name}: {state} is an end and is left, or is no end and is never left"


def _closure(start: set[str], steps: list[tuple[str, str]]) -> set[str]:
    reached, fresh = set(start), set(start)
    while fresh := {b for a, b in steps if a in fresh} - reached:
        reached |= fresh
    return reached


def _deadlines(process: Process) -> Iterator[str]:
    """A state with a deadline has something that the clock does there."""
    timed = {s for t in process.transitions if t.deadline for s in (t.sources if t.to == "same" else (t.to,))}
    for state in sorted(timed):
        if not any("clock" in t.by for t in process.leaving(state)):
            yield f"{process.name}: {state} has a deadline and the clock does nothing there"


def _ambiguous(process: Process) -> Iterator[str]:
    """One event from one state by one role is one transition."""
    seen: set[tuple[str, str, str]] = set()
    for t in process.transitions:
        for state in t.sources or ("",):
            for role in t.by:
                if (state, t.event, role) in seen:
                    yield f"{process.name}: {t.event} from {state or 'nothing'} by {role} stands twice"
                seen.add((state, t.event, role))
