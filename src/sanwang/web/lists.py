"""What a chain office said of the rows of its three lists: confirmed, struck or to be checked, and a note, kept beside
what was computed; the newest word of a row holds, one that was taken back gives way to the one before it, and every
word stays in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sanwang.collaboration.chains.lists import Lists
from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound
from sanwang.exchange.who import Who
from sanwang.sources.turn import turn
from sanwang.study.cells import guarded, unguarded
from sanwang.web import spaces

NAMES = ("bottlenecks", "gaps", "firms")
"""卡点、堵点、企业."""

STATES = ("confirmed", "check", "struck")

WITHDRAWN = "withdrawn"
"""In the place of a state: the word that held is taken back."""

_KEYS = {"bottlenecks": ("link", "achievement"), "gaps": ("link", "candidate"), "firms": ("chain", "firm")}
_HEADINGS = ("list", "a", "b", "state", "note", "who", "at")
FOLDER = ".lists"


@dataclass(frozen=True)
class Said:
    """A person's word on a row of a list."""

    state: str
    note: str
    who: str
    at: str


def key_of(name: str, row: Mapping[str, object]) -> tuple[str, str]:
    """What a row of a list is known by."""
    a, b = _KEYS[name]
    return str(row[a] or ""), str(row[b] or "")


def said_of(folder: Path, who: Who, workspace: str) -> dict[tuple[str, str, str], Said]:
    """By list and key the word that holds."""
    told: dict[tuple[str, str, str], list[Said]] = {}
    for key, word in _told(folder, who, workspace):
        standing = told.setdefault(key, [])
        if word.state == WITHDRAWN:
            del standing[-1:]
        else:
            standing.append(word)
    return {key: standing[-1] for key, standing in told.items() if standing}


def _told(folder: Path, who: Who, workspace: str) -> list[tuple[tuple[str, str, str], Said]]:
    """Every word, the oldest first."""
    path = _path(folder, who, workspace)
    if not path.is_file():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    plain = ({k: unguarded(x or "") for k, x in r.items() if k} for r in rows)
    return [((r["list"], r["a"], r["b"]), Said(r["state"], r["note"], r["who"], r["at"])) for r in plain]


def keep(folder: Path, who: Who, workspace: str, name: str, key: tuple[str, str], word: Said) -> None:
    """Add a word, or take one back. Raises OptionError for an unknown list or state, or a row struck without saying
    why, NotFound where there is no word to take back."""
    if name not in NAMES or word.state not in (*STATES, WITHDRAWN):
        raise OptionError(f"{name} {word.state}: unknown", f"未知的清单或状态：{name} {word.state}")
    if word.state == WITHDRAWN and (name, *key) not in said_of(folder, who, workspace):
        raise NotFound
    if word.state == "struck" and not word.note:
        raise OptionError("say why it is struck", "请写明划去的理由")
    path = _path(folder, who, workspace)
    path.parent.mkdir(parents=True, exist_ok=True)
    row = dict(zip(_HEADINGS, (name, *key, word.state, word.note, word.who, word.at), strict=True))
    with turn(path.parent, path.stem):
        fresh = not path.exists()
        text = guarded(pl.DataFrame([row])).write_csv(include_header=fresh)
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(("\ufeff" if fresh else "") + text)


def _path(folder: Path, who: Who, workspace: str) -> Path:
    return spaces.home(folder, who) / FOLDER / f"{workspace}.csv"


def edited(found: Lists, said: Mapping[tuple[str, str, str], Said], name: str) -> pl.DataFrame:
    """A list with what people said: columns ``said_state``, ``said_note``, ``said_by``; confirmed rows first, struck
    last, each group in the list's own order."""
    frame: pl.DataFrame = getattr(found, name)
    words = [said.get((name, *key_of(name, r))) for r in frame.iter_rows(named=True)]
    order = [{"confirmed": 0, "struck": 2}.get(w.state, 1) if w else 1 for w in words]
    told = frame.with_columns(
        pl.Series("said_state", [w.state if w else None for w in words], dtype=pl.String),
        pl.Series("said_note", [w.note if w else None for w in words], dtype=pl.String),
        pl.Series("said_by", [f"{w.who} {w.at}" if w else None for w in words], dtype=pl.String),
        pl.Series("_order", order, dtype=pl.Int64),
    )
    return told.sort("_order", maintain_order=True).drop("_order")
