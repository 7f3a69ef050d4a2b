"""A local worker: takes messages on standard input and answers on standard output until the input ends.

A message is a length (8 bytes) and as many bytes. Two are a question (the function's name and the files of what is
shared; the block), two an answer (seconds and peak; the answer). What code prints goes to standard error.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from sanwang.engine.doing import answer, guard, peak
from sanwang.engine.packing import Held, packed, unpacked

LENGTH = struct.Struct("<Q")


def write(to: BinaryIO, *messages: bytes | bytearray) -> None:
    """Messages, one after another."""
    for message in messages:
        to.write(LENGTH.pack(len(message)))
        to.write(message)
    to.flush()


def read(given: BinaryIO) -> bytearray | None:
    """The next message; None where the other side is gone."""
    head = given.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = bytearray(length)
    return body if given.readinto(body) == length else None  # pyright: ignore[reportAttributeAccessIssue]


def mapped(path: str) -> mmap.mmap:
    """A file as memory that may be written to: pages are common to all workers until one writes, and the file stays."""
    with Path(path).open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)


def main() -> None:
    """Serve until the input ends."""
    given, out = os.fdopen(os.dup(0), "rb", 1 << 20), os.fdopen(os.dup(1), "wb", 1 << 20)
    os.dup2(2, 1)
    sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - for as long as the process lives
    guard(int(sys.argv[1]))
    held = Held()
    while (message := read(given)) is not None:
        block = read(given)
        if block is None:
            return
        name, paths = unpacked(message)
        shared = [held.get(path, lambda path=path: unpacked(mapped(path))) for path in paths]
        reply, seconds = answer(name, block, shared)
        write(out, packed((seconds, peak())), reply)


if __name__ == "__main__":
    main()
