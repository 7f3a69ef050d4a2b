"""A lasting index of achievements: changed by single rows, searched without loading the pool's texts.

Nearness of meaning over all achievements, and the need's rarest words, give the candidates; these are ranked by the
same evidence as in ``match``.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from sanwang.collaboration.cache import NOWHERE, encoded
from sanwang.collaboration.encoder import Encoder, Vectors, bundled
from sanwang.collaboration.nearest import SHARD, nearest_among
from sanwang.collaboration.prepare import Record, ask
from sanwang.collaboration.rank import Pool, Space, best, evidence
from sanwang.collaboration.shelf import Shelf, read_rows, write_rows
from sanwang.collaboration.sureness import judged_by
from sanwang.collaboration.tally import NAMES, Tally, empty, read
from sanwang.collaboration.terms import Terms, matrix, packed, rarity, terms, unpacked
from sanwang.collaboration.tokenise import language, words
from sanwang.engine.choose import engine_of
from sanwang.engine.port import Engine, Report
from sanwang.errors import InputError, OptionError

Floats = npt.NDArray[np.float32]

CANDIDATES = 200
"""Achievements that nearness of meaning hands to the ranking."""

WORDS = 12
"""Rarest words of a need that are looked up."""

SAMPLE = 1000
"""Achievements on which the spread of likenesses is measured, for an encoder that does not bring it."""

MATCHED = {"need": pl.String, "achievement": pl.String, "rank": pl.Int64, "score": pl.Float64}
"""Columns of what ``Index.match`` finds."""

_BATCH = 256
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
  slot INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, hash BLOB NOT NULL, lang TEXT NOT NULL,
  live INTEGER NOT NULL, wording BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_id ON items (id) WHERE live;
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value BLOB NOT NULL);
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


@dataclass(frozen=True)
class _Loaded:
    """What a search holds: which slots are live, the vectors where there is an encoder, and how rare terms are."""

    live: npt.NDArray[np.bool_]
    marks: npt.NDArray[np.str_]
    shelf: Shelf | None
    weight: Floats

    @property
    def spaces(self) -> tuple[Space, ...]:
        return (self.shelf.space,) if self.shelf else ()


class Index:
    """An index in a folder: ``index.sqlite3`` (rows and words), ``whole.f32`` and ``titles.f16`` (vectors)."""

    def __init__(self, folder: str | Path, encoder: Encoder | None = None) -> None:
        self.folder = Path(folder)
        self._encoders = [encoder] if encoder else bundled()[0]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(self.folder / "index.sqlite3", timeout=30)
            self._base.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"{folder} is no index ({error}) / 不是索引") from error
        self._same_encoder()
        self._loaded: _Loaded | None = None
        self._rows: tuple[npt.NDArray[np.str_], npt.NDArray[np.bool_]] | None = None
        self._tally: Tally | None = None

    def _same_encoder(self) -> None:
        name = "+".join(e.name for e in self._encoders) or "words"
        columns = {row[1] for row in self._base.execute("PRAGMA table_info(items)")}
        known = self._base.execute("SELECT value FROM about WHERE key = 'encoder'").fetchone()
        if "wording" not in columns or (known and known[0] != name):
            made = known[0] if known else "?"
            raise OptionError(
                f"the index was made with {made}, not {name}; make a new one / 编码器不同，请重建"
            )
        with self._base:
            self._base.execute("INSERT OR IGNORE INTO about VALUES ('encoder', ?)", (name,))

    def close(self) -> None:
        """Close the files."""
        self._base.close()

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM items WHERE live").fetchone()[0])

    def update(
        self, achievements: pl.DataFrame, complete: bool = True, engine: Engine | None = None
    ) -> Changed:
        """Bring the index to a table of achievements, encoding only rows that are new or changed, on the engine.

        With ``complete`` what is not in the table is withdrawn; without it the table only adds and changes.
        """
        before = len(self)
        known = self._known(None if complete else achievements["id"].cast(pl.String).drop_nulls().to_list())
        fresh: list[tuple[str, bytes, Record]] = []
        gone: list[int] = []
        seen: set[str] = set()
        added = changed = 0
        for name, record in _records(achievements):
            seen.add(name)
            mark = hashlib.sha256("\0".join((record.title, record.text, record.keywords)).encode()).digest()
            if name in known and known[name][1] == mark:
                continue
            if name in known:
                gone.append(known[name][0])
                changed += 1
            else:
                added += 1
            fresh.append((name, mark, record))
        lost = [s for i, (s, _) in known.items() if complete and i not in seen]
        self._withdraw([*gone, *lost])
        self._append_all([fresh[start : start + _BATCH] for start in range(0, len(fresh), _BATCH)], engine)
        self._keep(changed=bool(fresh or gone or lost))
        return Changed(added, changed, len(lost), before - len(gone) - len(lost))

    def update_streamed(self, frames: Iterable[pl.DataFrame], engine: Engine | None = None) -> Changed:
        """``update`` with a complete table of achievements larger than memory, given in parts."""
        seen: set[str] = set()
        before, added, changed = len(self), 0, 0
        for frame in frames:
            did = self.update(frame, complete=False, engine=engine)
            added, changed = added + did.added, changed + did.changed
            seen.update(frame["id"].cast(pl.String).drop_nulls().to_list())
        live = self._base.execute("SELECT id FROM items WHERE live")
        lost = self.withdraw([i for (i,) in live.fetchall() if i not in seen])
        return Changed(added, changed, lost, before - changed - lost)

    def _known(self, names: Sequence[str] | None) -> dict[str, tuple[int, bytes]]:
        """Slot and digest of the live achievements, or of some of them."""
        sql = "SELECT id, slot, hash FROM items WHERE live"
        if names is None:
            return {i: (s, h) for i, s, h in self._base.execute(sql)}
        found = (self._base.execute(f"{sql} AND id = ?", (n,)).fetchone() for n in names)
        return {row[0]: (row[1], row[2]) for row in found if row}

    def withdraw(self, names: Sequence[str]) -> int:
        """Take achievements out of the index; returns how many were in it."""
        slots = [
            s
            for name in names
            for (s,) in self._base.execute("SELECT slot FROM items WHERE live AND id = ?", (name,))
        ]
        self._withdraw(slots)
        self._keep(changed=bool(slots))
        return len(slots)

    def _withdraw(self, slots: Sequence[int]) -> None:
        if not slots:
            return
        tally = self._counted()
        vectors = self._vectors(max(slots))
        for slot in slots:
            tally.count(-1, *self._of(slot), [v[slot - 1] for v in vectors])
        with self._base:
            self._uncounted()
            self._base.executemany(
                "UPDATE items SET live = 0, wording = x'' WHERE slot = ?", ((s,) for s in slots)
            )
            self._base.executemany("DELETE FROM lexical WHERE rowid = ?", ((s,) for s in slots))
        if self._rows:
            live = self._rows[1].copy()
            live[np.array(slots) - 1] = False
            self._rows = self._rows[0], live

    def _append_all(
        self, batches: Sequence[Sequence[tuple[str, bytes, Record]]], engine: Engine | None
    ) -> None:
        """Batches in order, each appended as soon as its texts are encoded."""
        texts = [[[r.whole for _, _, r in b], [r.name for _, _, r in b]] for b in batches]
        flat = [t for pair in texts for t in pair]
        with engine_of(engine) as used:
            made = [encoded(one, flat, "passage", used) for one in self._encoders]
            for rows in batches:
                self._append(rows, [(next(m), next(m)) for m in made])

    def _append(
        self, rows: Sequence[tuple[str, bytes, Record]], vectors: Sequence[tuple[Vectors, Vectors]]
    ) -> None:
        """Vectors go to the files first: a row in the database always has its vectors."""
        last = int(self._base.execute("SELECT max(slot) FROM items").fetchone()[0] or 0)
        stored: list[npt.NDArray[np.floating]] = []
        for texts, names in vectors:
            whole, titles = texts.astype(np.float32), names.astype(np.float16)
            write_rows(self.folder / "whole.f32", whole, last)
            write_rows(self.folder / "titles.f16", titles, last)
            self._base.execute("INSERT OR IGNORE INTO about VALUES ('width', ?)", (whole.shape[1],))
            stored = [whole, titles]
        if self._tally and not self._tally.number.any():
            self._tally = None  # of an empty index, which knew no width
        tally = self._counted()
        wording = [terms(r.worded) for _, _, r in rows]
        marks = [language(r.whole) for _, _, r in rows]
        with self._base:
            self._uncounted()
            for slot, (name, mark, record), said, lang in zip(
                range(last + 1, last + 1 + len(rows)), rows, wording, marks, strict=True
            ):
                row = (slot, name, mark, lang, packed(said))
                self._base.execute("INSERT INTO items VALUES (?, ?, ?, ?, 1, ?)", row)
                worded = " ".join(_token(w) for w in words(record.worded))
                self._base.execute("INSERT INTO lexical (rowid, words) VALUES (?, ?)", (slot, worded))
        for place, (said, lang) in enumerate(zip(wording, marks, strict=True)):
            tally.count(1, said, lang, [v[place] for v in stored])
        if self._rows:
            fresh = np.array(marks, dtype="<U2"), np.ones(len(rows), dtype=np.bool_)
            self._rows = np.concatenate([self._rows[0], fresh[0]]), np.concatenate([self._rows[1], fresh[1]])

    def _counted(self) -> Tally:
        """What the live achievements add up to; counted afresh where a change was broken off."""
        if self._tally is None:
            sql = "SELECT value FROM about WHERE key = ?"
            kept = [self._base.execute(sql, (name,)).fetchone() for name in NAMES]
            if all(kept):
                self._tally = read(*(row[0] for row in kept))
            else:
                self._tally = empty(self._width())
                slots = [s for (s,) in self._base.execute("SELECT slot FROM items WHERE live")]
                vectors = self._vectors(max(slots, default=0))
                for slot in slots:
                    self._tally.count(1, *self._of(slot), [v[slot - 1] for v in vectors])
        return self._tally

    def _uncounted(self) -> None:
        """Within a change what is kept of the tally no longer holds."""
        self._base.executemany("DELETE FROM about WHERE key = ?", ((n,) for n in NAMES))

    def _keep(self, changed: bool) -> None:
        if changed:
            self._loaded = None
            with self._base:
                self._base.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", self._counted().saved())

    def _width(self) -> int:
        row = self._base.execute("SELECT value FROM about WHERE key = 'width'").fetchone()
        return int(row[0]) if row else 0

    def _of(self, slot: int) -> tuple[Terms, str]:
        """The terms and the language of an achievement."""
        mark = self._base.execute("SELECT lang FROM items WHERE slot = ?", (slot,)).fetchone()[0]
        return self._terms_of(slot), mark

    def _vectors(self, count: int) -> list[npt.NDArray[np.floating]]:
        """The vectors of texts and of titles of the first slots; none without an encoder."""
        width = self._width()
        if not width or not count:
            return []
        whole = read_rows(self.folder / "whole.f32", np.float32, count, width)
        return [whole, read_rows(self.folder / "titles.f16", np.float16, count, width)]

    def _terms_of(self, slot: int) -> Terms:
        return unpacked(self._base.execute("SELECT wording FROM items WHERE slot = ?", (slot,)).fetchone()[0])

    def search(self, text: str, k: int = 10) -> pl.DataFrame:
        """The k best achievements of a need: columns achievement, rank, score (an order, not a probability)."""
        if not text.strip() or k < 1:
            raise OptionError("a need in words and k of at least 1 are wanted / 需求为空")
        loaded = self._load()
        if not loaded.live.any():
            return pl.DataFrame(schema={"achievement": pl.String, "rank": pl.Int64, "score": pl.Float64})
        asked = ask([Record("", text)], self._encoders, loaded.spaces, loaded.weight, NOWHERE)
        slots = self._candidates(loaded, asked.whole, text, k)
        found = evidence(self._pool(loaded, slots), asked, loaded.spaces)
        order = best(found.total[0].astype(np.float64), k)
        names = [self._name(int(slots[i]) + 1) for i in order]
        related = judged_by([e.name for e in self._encoders]).related(found.total[0][order])
        score = np.round(np.minimum.accumulate(related), 6)
        return pl.DataFrame({"achievement": names, "rank": np.arange(1, len(names) + 1), "score": score})

    def match(
        self,
        needs: pl.DataFrame,
        k: int = 10,
        engine: Engine | None = None,
        progress: Report | None = None,
    ) -> pl.DataFrame:
        """The k best achievements of each need of a table (id, title, text; keywords where there are any).

        Columns need, achievement, rank, score. Every achievement is compared, as ``match`` does, in shards that are
        read from the index one after another: memory hangs on a shard, not on how many achievements there are.
        """
        if k < 1:
            raise OptionError(f"k is {k}; at least 1 is wanted", f"k 为 {k}，至少为 1")
        loaded = self._load()
        slots = np.flatnonzero(loaded.live)
        found = list[pl.DataFrame]()
        asked = list(_records(needs, "text"))
        if slots.size and asked:
            parts = [slots[i : i + SHARD] for i in range(0, slots.size, SHARD)]
            shards = (self._pool(loaded, part) for part in parts)
            related = judged_by([e.name for e in self._encoders]).related
            with engine_of(engine) as used:
                ready = ask(
                    [r for _, r in asked],
                    self._encoders,
                    loaded.spaces,
                    loaded.weight,
                    NOWHERE,
                    progress,
                    used,
                )
                none = np.zeros(slots.size, np.float32)
                every = nearest_among(used, shards, len(parts), loaded.spaces, ready, none, k, progress)
            for (need, _), near in zip(asked, every, strict=True):
                score = np.round(np.minimum.accumulate(related(near.pairs[:, 0])), 6)
                names = [self._name(int(slots[i]) + 1) for i in near.which]
                ranks = np.arange(1, len(names) + 1)
                found.append(
                    pl.DataFrame({"need": need, "achievement": names, "rank": ranks, "score": score}, MATCHED)
                )
        return pl.concat(found) if found else pl.DataFrame(schema=MATCHED)

    def _name(self, slot: int) -> str:
        return str(self._base.execute("SELECT id FROM items WHERE slot = ?", (slot,)).fetchone()[0])

    def _pool(self, loaded: _Loaded, slots: npt.NDArray[np.int64]) -> Pool:
        """The candidates as a pool of their own."""
        whole: tuple[Vectors, ...] = ()
        titles: tuple[Vectors, ...] = ()
        if loaded.shelf:
            near, named = loaded.shelf.rows(slots)
            whole, titles = (near,), (named,)
        wording = [self._terms_of(int(s) + 1) for s in slots]
        return Pool(whole, titles, matrix(wording, loaded.weight), tuple(loaded.marks[slots].tolist()))

    def _candidates(
        self, loaded: _Loaded, asked: Sequence[Vectors], text: str, k: int
    ) -> npt.NDArray[np.int64]:
        """Slots less one, in order, so that ties fall as they would in ``match``."""
        worded = np.array(list(self._worded(text, k)), dtype=np.int64)
        count = min(max(CANDIDATES, 2 * k), int(loaded.live.sum()))
        near = np.flatnonzero(loaded.live)[:count]
        if loaded.shelf:
            near = np.argpartition(-loaded.shelf.nearness(asked[0][0]), count - 1)[:count]
        return np.union1d(near, worded).astype(np.int64)

    def _worded(self, text: str, k: int) -> Iterator[int]:
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
            yield from (s - 1 for (s,) in self._base.execute(sql, (asked, max(CANDIDATES // 2, k))))

    def _load(self) -> _Loaded:
        if self._loaded is None:
            marks, live = self._rows = self._rows or self._read_rows()
            shelf = self._shelf(marks, live) if self._encoders and live.any() else None
            self._loaded = _Loaded(live, marks, shelf, rarity(self._counted().common, int(live.sum())))
        return self._loaded

    def _read_rows(self) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.bool_]]:
        rows = self._base.execute("SELECT lang, live FROM items ORDER BY slot").fetchall()
        return np.array([m for m, _ in rows], dtype="<U2"), np.array([v for _, v in rows], dtype=np.bool_)

    def _shelf(self, marks: npt.NDArray[np.str_], live: npt.NDArray[np.bool_]) -> Shelf:
        width, count = self._width(), len(live)
        whole = read_rows(self.folder / "whole.f32", np.float32, count, width)
        titles = read_rows(self.folder / "titles.f16", np.float16, count, width)
        slots = np.flatnonzero(live)
        some = slots[:: max(1, len(slots) // SAMPLE)]
        reference = getattr(self._encoders[0], "reference", None)
        space = self._counted().space(whole[some], marks[some].tolist(), reference)
        return Shelf(whole, titles, marks, live, space)


def _records(table: pl.DataFrame, body: str = "abstract") -> Iterator[tuple[str, Record]]:
    """Ids and records of achievements or needs; text and keywords need not be there."""
    rows = table.drop_nulls("id").to_dicts()
    for row in rows:
        keywords = row.get("keywords") or []
        said = keywords if isinstance(keywords, str) else " ".join(keywords)
        yield str(row["id"]), Record(row.get("title") or "", row.get(body) or "", said)


def _token(word: str) -> str:
    """A word as the full-text index takes it: letters, figures and characters only."""
    return "".join(c for c in word if c.isalnum()) or "_"
