"""How near a heading that nobody listed is in meaning to the words that are: sentence vectors, those of the
words shipped.

The encoder is the one that ships; ``scripts/recognise/build_vectors.py`` makes ``vectors.npz`` from ``words.toml`` and
the schema. The mean of all words is taken off, as vectors of one language lie close together. Where the encoder cannot
run, headings are compared by their letters alone.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt

from sanwang.encoding.own import OwnEncoder

Vectors = npt.NDArray[np.float32]
_LEAST, _MOST = 0.36, 0.9
_WORTH = 0.78
"""What the nearest meaning counts at most, beside an exact word's 1."""


@lru_cache(maxsize=65_536)
def closeness(kind: str, field: str, heading: str) -> float:
    """From 0 to 0.78: how near a heading is in meaning to a field's words (kind and field empty: columns no
    table has)."""
    if len(heading) < 2 or _model() is None:
        return 0.0
    places = _places().get((kind, field))
    if places is None:
        return 0.0
    near = float((_vectors()[places] @ _of(heading)).max())
    return _WORTH * min(1.0, max(0.0, (near - _LEAST) / (_MOST - _LEAST)))


@lru_cache(maxsize=8192)
def _of(heading: str) -> Vectors:
    return _centred(encode([heading]))[0]


def encode(texts: Sequence[str]) -> Vectors:
    """Vectors of texts, one row each, as the encoder gives them."""
    model = _model()
    assert model is not None
    return model.queries(list(texts))


@cache
def _model() -> OwnEncoder | None:
    try:
        return OwnEncoder()
    except ImportError:
        return None


@cache
def _shipped() -> tuple[Vectors, Vectors]:
    """The words' vectors, centred and of length one, and the mean that was taken off."""
    with as_file(files("sanwang.sources.recognise") / "vectors.npz") as path, np.load(path) as data:
        rows = data["vectors"].astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True), data["mean"].astype(np.float32)


def _vectors() -> Vectors:
    return _shipped()[0]


def _centred(rows: Vectors) -> Vectors:
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12) - _shipped()[1]
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


@cache
def _places() -> Mapping[tuple[str, str], npt.NDArray[np.int64]]:
    index = {word: i for i, word in enumerate(listed())}
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for kind, fields in _words().items():
        for field, said in fields.items():
            found[kind, field] += [index[w] for w in said]
    return {key: np.array(rows, dtype=np.int64) for key, rows in found.items() if rows}


def _words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    from sanwang.sources.recognise import names  # names asks for meanings, so it cannot be imported above

    return names.words()


@cache
def listed() -> tuple[str, ...]:
    """Every word of every field, folded, in order: the rows of the shipped vectors."""
    return tuple(sorted({w for fields in _words().values() for said in fields.values() for w in said}))


def digest() -> str:
    """A hash of the words, to tell whether the shipped vectors are theirs."""
    return hashlib.sha256("\n".join(listed()).encode()).hexdigest()
