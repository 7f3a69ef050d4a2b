"""A lasting index of achievements: changed by single rows, searched without loading the pool's texts.

Two stages. Every achievement has the quick encoder's vector (milliseconds a text) and its words in a full-text index;
they give the candidates. The slow encoder's vectors are added by ``refine`` while there is time and order the
candidates; where one is missing its evidence is expected from the quick one's.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.encoder import E5Encoder, Encoder, UseEncoder, Vectors
from sanwang.collaboration.match import HEAD
from sanwang.collaboration.rank import FEW, FULL, best, unit
from sanwang.collaboration.tokenise import language, words
from sanwang.errors import InputError, OptionError

Floats = npt.NDArray[np.float32]

CANDIDATES = 200
"""Achievements that the first stage hands to the second."""

WORDS = 12
"""Rarest words of a need that are looked up."""

EXPECTED = 0.5
"""Share of the quick encoder's evidence expected of the slow one where its vector is missing (their correlation)."""

_BATCH = 256
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
  slot INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, hash BLOB NOT NULL, lang TEXT NOT NULL,
  live INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_id ON items (id) WHERE live;
CREATE TABLE IF NOT EXISTS slow (slot INTEGER PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS lexical USING fts5 (words, detail=none);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (lexical, row);
"""


@dataclass(frozen=True)
class Changed:
    """What an update did: achievements added, changed, withdrawn, and left as they were."""

    added: int
    changed: int
    withdrawn: int
    kept: int


@dataclass
class _Loaded:
    """Vectors in memory, centred by language: the unit vectors, their languages and which are live."""

    vectors: npt.NDArray[np.float32]
    marks: npt.NDArray[np.str_]
    live: npt.NDArray[np.bool_]
    along: dict[str, Floats]
    means: dict[str, Vectors]
    norms: Floats


class Index:
    """An index in a folder: ``index.sqlite3`` (rows, words, slow vectors) and ``quick.f32`` (quick vectors)."""

    def __init__(self, folder: str | Path, quick: Encoder | None = None, slow: Encoder | None = None) -> None:
        self.folder = Path(folder)
        self._quick = quick or UseEncoder()
        self._slow = slow
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self.folder / "index.sqlite3", timeout=30)
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"{folder} is no index ({error}) / 不是索引") from error
        self._same_encoder()
        self._loaded: _Loaded | None = None

    def _same_encoder(self) -> None:
        known = self._base.execute("SELECT value FROM about WHERE key = 'encoder'").fetchone()
        if known and known[0] != self._quick.name:
            raise OptionError(
                f"the index was made with {known[0]}, not {self._quick.name}; make a new one / 编码器不同，请重建"
            )
        with self._base:
            self._base.execute("INSERT OR IGNORE INTO about VALUES ('encoder', ?)", (self._quick.name,))

    def close(self) -> None:
        """Close the files."""
        self._base.close()

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM items WHERE live").fetchone()[0])

    def update(self, achievements: pl.DataFrame, complete: bool = True) -> Changed:
        """Bring the index to a table of achievements, encoding only rows that are new or changed.

        With ``complete`` what is not in the table is withdrawn; without it the table only adds and changes.
        """
        known = {i: (s, h) for s, i, h in self._base.execute("SELECT slot, id, hash FROM items WHERE live")}
        fresh: list[tuple[str, bytes, str]] = []
        gone: list[int] = []
        seen: set[str] = set()
        added = changed = 0
        for name, text in _texts(achievements):
            seen.add(name)
            mark = hashlib.sha256(text.encode()).digest()
            if name in known and known[name][1] == mark:
                continue
            if name in known:
                gone.append(known[name][0])
                changed += 1
            else:
                added += 1
            fresh.append((name, mark, text))
        lost = [s for i, (s, _) in known.items() if complete and i not in seen]
        self._withdraw([*gone, *lost])
        for start in range(0, len(fresh), _BATCH):
            self._append(fresh[start : start + _BATCH])
        self._loaded = None if fresh or gone or lost else self._loaded
        return Changed(added, changed, len(lost), len(known) - len(gone) - len(lost))

    def withdraw(self, names: Sequence[str]) -> int:
        """Take achievements out of the index; returns how many were in it."""
        slots = [
            s
            for name in names
            for (s,) in self._base.execute("SELECT slot FROM items WHERE live AND id = ?", (name,))
        ]
        self._withdraw(slots)
        self._loaded = None if slots else self._loaded
        return len(slots)

    def _withdraw(self, slots: Sequence[int]) -> None:
        with self._base:
            self._base.executemany(
                "UPDATE items SET live = 0, text = '' WHERE slot = ?", ((s,) for s in slots)
            )
            self._base.executemany("DELETE FROM slow WHERE slot = ?", ((s,) for s in slots))
            self._base.executemany("DELETE FROM lexical WHERE rowid = ?", ((s,) for s in slots))

    def _append(self, rows: Sequence[tuple[str, bytes, str]]) -> None:
        """Vectors go to the file first: a row in the database always has its vector."""
        vectors = self._quick.passages([t for _, _, t in rows]).astype(np.float32)
        last = self._base.execute("SELECT max(slot) FROM items").fetchone()[0] or 0
        with (self.folder / "quick.f32").open("ab") as file:
            file.truncate(last * vectors.shape[1] * 4)
            file.seek(0, 2)
            file.write(vectors.tobytes())
        with self._base:
            for slot, (name, mark, text) in enumerate(rows, last + 1):
                row = (slot, name, mark, language(text), text)
                self._base.execute("INSERT INTO items VALUES (?, ?, ?, ?, 1, ?)", row)
                said = " ".join(_token(w) for w in words(text))
                self._base.execute("INSERT INTO lexical (rowid, words) VALUES (?, ?)", (slot, said))

    def refine(self, seconds: float) -> int:
        """Encode achievements with the slow encoder for about that long; returns how many still lack its vector."""
        until = time.monotonic() + seconds
        slow = self._slow = self._slow or E5Encoder()
        lacking = "FROM items WHERE live AND slot NOT IN (SELECT slot FROM slow)"
        while time.monotonic() < until:
            rows = self._base.execute(f"SELECT slot, text {lacking} LIMIT 16").fetchall()
            if not rows:
                break
            vectors = slow.passages([t for _, t in rows]).astype(np.float32)
            with self._base:
                data = ((s, v.tobytes()) for (s, _), v in zip(rows, vectors, strict=True))
                self._base.executemany("INSERT OR REPLACE INTO slow VALUES (?, ?)", data)
        return int(self._base.execute(f"SELECT count(*) {lacking}").fetchone()[0])

    def search(self, text: str, k: int = 10) -> pl.DataFrame:
        """The k best achievements of a need: columns achievement, rank, score (an order, not a probability)."""
        if not text.strip() or k < 1:
            raise OptionError("a need in words and k of at least 1 are wanted / 需求为空")
        loaded = self._load()
        if not loaded.live.any():
            return pl.DataFrame(schema={"achievement": pl.String, "rank": pl.Int64, "score": pl.Float64})
        likeness = _likeness(loaded, self._quick.queries([text[:HEAD]])[0], language(text))
        slots = self._candidates(likeness, text, k)
        total = FULL.second * likeness[slots] + FULL.lead * self._slowly(
            text, slots, EXPECTED * likeness[slots]
        )
        order = best(total.astype(np.float64), k)
        names = [self._name(int(slots[i]) + 1) for i in order]
        score = np.round(total[order].astype(np.float64), 4)
        return pl.DataFrame({"achievement": names, "rank": np.arange(1, len(names) + 1), "score": score})

    def _name(self, slot: int) -> str:
        return str(self._base.execute("SELECT id FROM items WHERE slot = ?", (slot,)).fetchone()[0])

    def _candidates(self, likeness: Floats, text: str, k: int) -> npt.NDArray[np.int64]:
        count = min(max(CANDIDATES, k), int(np.isfinite(likeness).sum()))
        near = np.argpartition(-likeness, count - 1)[:count]
        return np.union1d(near, np.array(list(self._worded(text)), dtype=np.int64)).astype(np.int64)

    def _worded(self, text: str) -> Iterator[int]:
        """Slots of the achievements that share the need's rarest words."""
        known: list[tuple[int, str]] = []
        for word in dict.fromkeys(_token(w) for w in words(text) if len(w) > 1):
            found = self._base.execute("SELECT doc FROM vocabulary WHERE term = ?", (word,)).fetchone()
            if found:
                known.append((int(found[0]), word))
        rare = [w for n, w in sorted(known) if n < 20_000][:WORDS]
        if rare:
            asked = " OR ".join(f'"{w}"' for w in rare)
            sql = "SELECT rowid FROM lexical WHERE lexical MATCH ? ORDER BY rank LIMIT ?"
            yield from (s - 1 for (s,) in self._base.execute(sql, (asked, CANDIDATES // 4)))

    def _slowly(self, text: str, slots: npt.NDArray[np.int64], expected: Floats) -> Floats:
        """The slow encoder's evidence of the candidates, standardised over those that have its vector."""
        result = expected.copy()
        marks = ",".join(str(int(s) + 1) for s in slots)
        rows = self._base.execute(f"SELECT slot, vector FROM slow WHERE slot IN ({marks})").fetchall()  # noqa: S608
        if len(rows) < FEW:
            return result
        slow = self._slow = self._slow or E5Encoder()
        vectors = np.stack([np.frombuffer(v, dtype=np.float32) for _, v in rows])
        place = {int(s) + 1: i for i, s in enumerate(slots)}
        where = np.array([place[s] for s, _ in rows])
        kinds = [str(self._load().marks[s - 1]) for s, _ in rows]
        alike = _by_language(vectors, kinds) @ slow.queries([text[:HEAD]])[0]
        standard = (alike - alike.mean()) / max(float(alike.std()), 1e-6)
        middle, spread = float(expected[where].mean()), max(float(expected[where].std()), 1e-6)
        result[where] = middle + standard * spread / EXPECTED
        return result

    def _load(self) -> _Loaded:
        if self._loaded is None:
            rows = self._base.execute("SELECT lang, live FROM items ORDER BY slot").fetchall()
            marks = np.array([m for m, _ in rows], dtype="<U2")
            live = np.array([v for _, v in rows], dtype=np.bool_)
            path = self.folder / "quick.f32"
            flat = np.memmap(path, dtype=np.float32, mode="r") if rows else np.zeros(0, np.float32)
            vectors = (
                np.asarray(flat[: flat.size]).reshape(len(rows), -1) if rows else np.zeros((0, 1), np.float32)
            )
            self._loaded = _centre(vectors, marks, live)
        return self._loaded


def _texts(achievements: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Ids and texts of achievements; an abstract need not be there."""
    body = pl.col("abstract").fill_null("") if "abstract" in achievements.columns else pl.lit("")
    for name, title, rest in (
        achievements.drop_nulls("id").select("id", pl.col("title").fill_null(""), body).iter_rows()
    ):
        yield str(name), f"{title}\n{rest}".strip()[:HEAD]


def _token(word: str) -> str:
    """A word as the full-text index takes it: letters, figures and characters only."""
    return "".join(c for c in word if c.isalnum()) or "_"


def _centre(vectors: Floats, marks: npt.NDArray[np.str_], live: npt.NDArray[np.bool_]) -> _Loaded:
    """What is needed to compare with vectors less their language's mean, without a second copy of the vectors."""
    means: dict[str, Vectors] = {}
    norms = np.ones(len(vectors), dtype=np.float32)
    along: dict[str, Floats] = {}
    for mark in ("zh", "en"):
        chosen = np.flatnonzero(live & (marks == mark))
        some = chosen[:: max(1, len(chosen) // 20_000)]
        width = vectors.shape[1]
        means[mark] = vectors[some].mean(axis=0) if len(chosen) >= FEW else np.zeros(width, dtype=np.float32)
        along[mark] = (vectors @ means[mark]).astype(np.float32)
        inside = marks == mark
        size = 1 - 2 * along[mark][inside] + float(means[mark] @ means[mark])
        norms[inside] = np.sqrt(np.maximum(size, 1e-6))
    return _Loaded(vectors, marks, live, along, means, norms)


def _likeness(loaded: _Loaded, query: Vectors, mark: str) -> Floats:
    """Centred cosines standardised over the live achievements; what is withdrawn stands at minus infinity.

    One need has no mean of its own: the mean of the achievements of its language stands for it.
    """
    asked = unit((query - loaded.means[mark])[None, :])[0]
    raw = loaded.vectors @ asked
    for other, mean in loaded.means.items():
        raw[loaded.marks == other] -= float(mean @ asked)
    raw /= loaded.norms
    standard = (raw - raw[loaded.live].mean()) / max(float(raw[loaded.live].std()), 1e-6)
    standard[~loaded.live] = -np.inf
    return standard.astype(np.float32)


def _by_language(vectors: Vectors, marks: Sequence[str]) -> Vectors:
    """Vectors less the mean of their language among them, where there are enough of it."""
    result, kinds = vectors.copy(), np.asarray(marks)
    for mark in set(marks):
        chosen = kinds == mark
        result[chosen] -= vectors[chosen].mean(axis=0) if chosen.sum() >= FEW else vectors.mean(axis=0)
    return unit(result)
