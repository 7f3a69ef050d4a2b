"""Sentence encoders: one small protocol, the one that ships, and a user's own."""

from __future__ import annotations

import importlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sanwang.encoding.own import OwnEncoder
from sanwang.errors import InputError, OptionError

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


def bundled(lang: str = "zh") -> tuple[list[Encoder], list[str]]:
    """The encoder that ships, or none with a notice where this machine lacks what runs it: words alone then rank."""
    try:
        return [OwnEncoder()], []
    except (ImportError, OSError) as error:
        zh = f"语义编码器不可用（{error}），只按文字匹配，换一种说法就可能找不到；请安装 onnxruntime 与 tokenizers"
        en = f"no sentence encoder ({error}): only words are matched, so other wordings are missed; "
        en += "install onnxruntime and tokenizers"
        return [], [zh if lang == "zh" else en]


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

    ``sanwang`` (the one that ships), ``folder:PATH`` (one exported like it), ``sentence-transformers:MODEL`` or
    ``openai:MODEL@https://host/v1``. Raises OptionError for any other.
    """
    return [_one(name.strip()) for name in said.split("+")]


def _one(said: str) -> Encoder:
    kind, _, rest = said.partition(":")
    if said == "sanwang" or (kind == "folder" and rest):
        return _own(rest)
    if kind == "sentence-transformers" and rest:
        return SentenceTransformer(rest)
    model, _, base = rest.partition("@")
    if kind == "openai" and model and base:
        return Endpoint(model, base)
    wanted = "sanwang, folder:PATH, sentence-transformers:MODEL, openai:MODEL@https://host/v1"
    raise OptionError(
        f"no encoder is called {said!r}; one of {wanted}, or several joined by +",
        f"没有名为 {said!r} 的编码器；可用 {wanted}，或以 + 相连",
    )


def _own(folder: str) -> Encoder:
    try:
        return OwnEncoder(folder) if folder else OwnEncoder()
    except ImportError as error:
        raise OptionError(
            f"onnxruntime and tokenizers are wanted ({error}) / 请安装 onnxruntime 与 tokenizers"
        ) from error
