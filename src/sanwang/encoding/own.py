"""The encoder that ships: a small multilingual model of our own, 8 bit, run by onnxruntime on the processor."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sanwang.errors import InputError

Vectors = npt.NDArray[np.float32]

SHIPPED = Path(__file__).parent / "model"

WINDOW = 384
"""Tokens read at once; a longer text is read in windows of like length, whose vectors are averaged by their length."""

_FILES = ("encoder.onnx", "tokenizer.json")


Kind = Literal["need", "achievement", "achievement_title"]
"""What a text is: texts of one kind and language crowd around a middle of their own."""

Means = Mapping[Kind, Mapping[str, Vectors]]

KINDS: tuple[Kind, ...] = ("need", "achievement", "achievement_title")


@dataclass(frozen=True)
class Reference:
    """What an encoder's vectors are like at large: each kind's mean in each language, and the spread of likenesses.

    ``spread`` is the standard deviation of the centred cosines of unrelated texts.
    """

    means: Means
    spread: float


def read_reference(path: Path) -> Reference | None:
    """The reference beside a model, None where there is none."""
    if not path.exists():
        return None
    try:
        read = json.loads(path.read_text("utf-8"))
        means: Means = {k: {m: np.array(v, np.float32) for m, v in read[k].items()} for k in KINDS}
        return Reference(means, float(read["spread"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no reference of an encoder ({error}) / 不是编码器的参照文件") from error


class OwnEncoder:
    """A folder with ``encoder.onnx``, ``tokenizer.json`` and ``digests.json``; the one that ships by default.

    The model is loaded when the first text comes, after its files have been compared with their digests. A text's
    vector hangs on that text alone, never on what is encoded beside it. Raises ImportError where onnxruntime or
    tokenizers is missing and InputError where the folder is not whole.
    """

    def __init__(self, folder: str | Path = SHIPPED, threads: int | None = None) -> None:
        for module in ("onnxruntime", "tokenizers"):
            importlib.import_module(module)
        self.folder = Path(folder)
        try:
            self._digests: dict[str, str] = json.loads((self.folder / "digests.json").read_text("utf-8"))
            mark = "".join(self._digests[name] for name in _FILES)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder} holds no encoder ({error}) / 不是编码器文件夹") from error
        self.reference = read_reference(self.folder / "reference.json")
        self.name = f"sanwang-{hashlib.sha256(mark.encode()).hexdigest()[:8]}"
        self._threads = threads or os.cpu_count() or 1
        self._lock = Lock()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of needs."""
        return self._encode([f"query: {t}" for t in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of achievements."""
        return self._encode([f"passage: {t}" for t in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        with self._lock:
            tokenizer, session = self._loaded
        ids = [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]

        def one(content: list[int]) -> Vectors:
            total = np.zeros(1, dtype=np.float32)
            for part in windows(content):
                vector = session.run(None, {"ids": np.array([[0, *part, 2]], dtype=np.int64)})[0][0]
                total = total + len(part) * vector
            return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)

        if len(ids) < 2 or self._threads < 2:
            return np.stack([one(i) for i in ids]) if ids else np.zeros((0, 1), dtype=np.float32)
        with ThreadPoolExecutor(self._threads) as workers:
            return np.stack(list(workers.map(one, ids)))

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        for name in _FILES:
            self._same(name)
        runtime: Any = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # texts are shared out, not matrices
        # The graph is written as it should run: onnxruntime's fused norm is several times slower than its plain one.
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        session = runtime.InferenceSession(
            str(self.folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        tokenizer: Any = importlib.import_module("tokenizers").Tokenizer
        return tokenizer.from_file(str(self.folder / "tokenizer.json")), session

    def _same(self, name: str) -> None:
        path = self.folder / name
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error}) / 读不到编码器文件") from error
        if found != self._digests[name]:
            raise InputError(
                f"{path} is not the file it should be: install Sanwang again / 编码器文件与校验和不符，请重新安装"
            )


def windows(content: list[int]) -> list[list[int]]:
    """The tokens in as few windows of like length as hold them all; at least one."""
    count = max(1, -(-len(content) // WINDOW))
    ends = np.linspace(0, len(content), count + 1).astype(int).tolist()
    return [content[a:b] for a, b in pairwise(ends)]
