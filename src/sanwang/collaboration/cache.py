"""Vectors kept by content, so that a text is encoded once."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import platformdirs

from sanwang.collaboration.encoder import Encoder, Vectors
from sanwang.encoding.own import OwnEncoder
from sanwang.engine.port import Engine, EngineError

Report = Callable[[int, int, str], None]

_BATCH = 64

NOWHERE = Path(os.devnull)
"""In place of a folder: nothing is kept."""


def default_folder() -> Path:
    """Where vectors are kept: ``SANWANG_CACHE`` if set, else the user's cache folder."""
    chosen = os.environ.get("SANWANG_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("sanwang"))


def encode(
    encoder: Encoder,
    texts: Sequence[str],
    role: str,
    folder: Path | None = None,
    progress: Report | None = None,
    engine: Engine | None = None,
) -> Vectors:
    """Vectors of texts in a role (``query`` or ``passage``), from the cache where it has them.

    An encoder that a worker can load from its folder is run on the engine, where there is one. A cache that cannot be
    read or written is gone without: the result is the same, only slower.
    """
    keys = [hashlib.sha256(f"{role}\0{t}".encode()).digest() for t in texts]
    found = _load(folder, encoder.name, set(keys))
    missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in found}
    todo = list(missing.items())
    batches = [todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH)]
    done = 0
    for batch, vectors in zip(
        batches, encoded(encoder, [[t for _, t in b] for b in batches], role, engine), strict=True
    ):
        fresh = dict(zip((k for k, _ in batch), vectors, strict=True))
        _store(folder, encoder.name, fresh)
        found |= fresh
        done += len(batch)
        if progress:
            progress(done, len(todo), encoder.name)
    return np.stack([found[k] for k in keys]).astype(np.float32) if keys else np.zeros((0, 1), np.float32)


def encoded(
    encoder: Encoder, batches: Sequence[list[str]], role: str, engine: Engine | None
) -> Iterator[Vectors]:
    """The vectors of each batch of texts, in order."""
    if engine is None or not isinstance(encoder, OwnEncoder) or len(batches) < 3:
        work = encoder.queries if role == "query" else encoder.passages
        yield from map(work, batches)
        return
    shared = engine.share((str(encoder.folder), encoder.name, role))
    yield from engine.stream(
        encode_batch, batches, shared, total=len(batches), label=encoder.name, compiled=True
    )
    engine.drop(shared)


def encode_batch(texts: list[str], given: tuple[str, str, str]) -> Vectors:
    """The vectors of some texts (a block of an engine); the model is loaded once a process."""
    folder, name, role = given
    encoder = _loaded(folder)
    if encoder.name != name:
        raise EngineError(f"the worker has the encoder {encoder.name}, not {name}",
                          f"工作进程的编码器为 {encoder.name}，应为 {name}")  # fmt: skip
    return encoder.queries(texts) if role == "query" else encoder.passages(texts)


@cache
def _loaded(folder: str) -> OwnEncoder:
    return OwnEncoder(folder, threads=1)


def _path(folder: Path | None, name: str) -> Path:
    plain = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    if plain != name:  # two addresses may look alike once made into a file's name
        plain = f"{plain[:80]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return (folder or default_folder()) / f"{plain}.sqlite3"


def _load(folder: Path | None, name: str, keys: set[bytes]) -> dict[bytes, Vectors]:
    found: dict[bytes, Vectors] = {}
    if folder == NOWHERE:
        return found
    try:
        with closing(sqlite3.connect(_path(folder, name), timeout=10)) as base:
            wanted = list(keys)
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = base.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)  # noqa: S608
                found |= {k: np.frombuffer(v, dtype=np.float32) for k, v in rows if _sound(v)}
    except sqlite3.Error:
        return {}
    return found


def _sound(blob: object) -> bool:
    if not isinstance(blob, bytes) or not blob or len(blob) % 4:
        return False
    vector = np.frombuffer(blob, dtype=np.float32)
    return bool(np.isfinite(vector).all() and abs(float(vector @ vector) - 1) < 1e-3)


def _store(folder: Path | None, name: str, fresh: dict[bytes, Vectors]) -> None:
    if folder == NOWHERE:
        return
    path = _path(folder, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=10)) as base, base:
            base.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
            )
            rows = [(k, v.astype(np.float32).tobytes()) for k, v in fresh.items()]
            base.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
    except (sqlite3.Error, OSError):
        return
