"""Values as bytes: what workers are sent and send back.

A Polars table travels as an Arrow IPC stream, which Polars itself writes and reads, so nothing more is needed for it;
everything else as a pickle of protocol 5 whose arrays lie beside it, each on a boundary of 64 bytes. Read from a
buffer that may be written to, arrays are views of it: nothing is copied, and compiled code meets the same kind of
array as in the process that made it (Numba compiles anew for, or refuses, one that is read-only).
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable
from typing import Any

import polars as pl

_ALIGN = 64
_HEAD = struct.Struct("<QQ")
_LENGTH = struct.Struct("<Q")


def _frame(stream: bytes) -> pl.DataFrame:
    return pl.read_ipc_stream(io.BytesIO(stream))


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
        if type(obj) is pl.DataFrame:
            into = io.BytesIO()
            obj.write_ipc_stream(into)
            return _frame, (into.getvalue(),)
        return NotImplemented


def packed(value: object) -> bytearray:
    """A value as bytes."""
    buffers: list[pickle.PickleBuffer] = []
    into = io.BytesIO()
    _Pickler(into, protocol=5, buffer_callback=buffers.append).dump(value)
    body, arrays = into.getbuffer(), [b.raw() for b in buffers]
    lengths = [len(body), *(a.nbytes for a in arrays)]
    at = _HEAD.size + _LENGTH.size * len(lengths)
    starts: list[int] = []
    for length in lengths:
        at = -(-at // _ALIGN) * _ALIGN
        starts.append(at)
        at += length
    whole = bytearray(at)
    _HEAD.pack_into(whole, 0, len(lengths), at)
    for place, (start, length, part) in enumerate(zip(starts, lengths, [body, *arrays], strict=True)):
        _LENGTH.pack_into(whole, _HEAD.size + _LENGTH.size * place, length)
        whole[start : start + length] = part
    return whole


def unpacked(given: Any, own: bool = True) -> Any:  # noqa: ANN401 - what was packed
    """The value in a buffer; arrays are views of it. ``own`` copies a buffer that may not be written to first."""
    view = memoryview(given)
    if own and view.readonly:
        view = memoryview(bytearray(view))
    count, _ = _HEAD.unpack_from(view, 0)
    at = _HEAD.size + _LENGTH.size * count
    parts: list[memoryview] = []
    for place in range(count):
        (length,) = _LENGTH.unpack_from(view, _HEAD.size + _LENGTH.size * place)
        at = -(-at // _ALIGN) * _ALIGN
        parts.append(view[at : at + length])
        at += length
    return pickle.loads(parts[0], buffers=parts[1:])  # noqa: S301 - written by the process that started the worker


Loader = Callable[[], Any]


class Held:
    """Values shared with a worker, by key, the latest few: a worker unpacks each once."""

    def __init__(self, most: int = 8) -> None:
        self.most, self.values = most, dict[str, Any]()

    def get(self, key: str, load: Loader) -> Any:  # noqa: ANN401 - what was shared
        """The value of that key, loaded where it is not held."""
        found = self.values.pop(key) if key in self.values else load()
        self.values[key] = found
        while len(self.values) > self.most:
            del self.values[next(iter(self.values))]
        return found
