"""What an engine is: whole blocks of work, each solved to the end by a plain function, results in the blocks' order.

A block is whatever one call needs: a table, arrays, numbers. What every block needs too is shared once and referred to
by its handle. A function is importable by name (no lambda, no inner function) and pure: it keeps nothing, writes into
nothing it was given, and its answer hangs on its arguments alone, so that where it ran cannot be told from the answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from sanwang.errors import SanwangError

Function = Callable[..., Any]
"""``function(block, *shared)``: the answer to one block."""

Report = Callable[[int, int, str], None]
"""``report(done, total, label)``; whatever it raises stops the work on every worker and reaches the caller."""

RETRIES = 2
"""How often a block is done again after the worker that held it died."""

AHEAD = 4
"""Blocks held at a time, finished or not, in workers: with the memory a worker may take, the bound on all memory."""


class EngineError(SanwangError):
    """Workers could not be started, or a block brought down each worker that took it."""


@dataclass(frozen=True)
class Handle:
    """A value that an engine holds for all blocks; of no use to another engine."""

    key: str
    held: Any


@dataclass(frozen=True)
class Measured:
    """What a block took: seconds of the function alone, bytes to and from the worker (0 in this process), and the most
    memory the worker had held by then, in bytes."""

    seconds: float
    sent: int
    received: int
    peak: int


class Engine(Protocol):
    """Runs a function on blocks. Engines differ in where and how fast, never in the answer."""

    name: str
    measured: list[Measured]

    @property
    def width(self) -> int:
        """How many blocks run at a time."""
        ...

    def share(self, value: object) -> Handle:
        """Hold a value for every block to come, until the engine is closed."""
        ...

    def drop(self, handle: Handle) -> None:
        """Forget a shared value that no block needs any more."""
        ...

    def stream(
        self,
        function: Function,
        blocks: Iterable[object],
        *shared: Handle,
        total: int = 0,
        label: str = "",
        progress: Report | None = None,
        compiled: bool = False,
    ) -> Iterator[Any]:
        """Answers in the blocks' order, each as soon as it and those before it are there.

        Blocks are drawn as they are needed, never more than ``AHEAD`` a worker beyond the last answer taken.
        ``compiled`` says that the function spends its time in code that releases the interpreter's lock.
        What the function raises is raised here. Raises EngineError where a block cannot be done.
        """
        ...

    def close(self) -> None:
        """Stop the workers and forget what was shared."""
        ...


def run(
    engine: Engine,
    function: Function,
    blocks: Iterable[object],
    *shared: Handle,
    label: str = "",
    progress: Report | None = None,
    compiled: bool = False,
) -> list[Any]:
    """Every answer, in the blocks' order."""
    held = list(blocks)
    return list(
        engine.stream(
            function, held, *shared, total=len(held), label=label, progress=progress, compiled=compiled
        )
    )


def name_of(function: Function) -> str:
    """``module:name`` of a plain function. Raises EngineError for one that cannot be imported by that name."""
    module, name = function.__module__, getattr(function, "__qualname__", "")
    if module == "__main__" or not name.isidentifier() or function_of(f"{module}:{name}") is not function:
        raise EngineError(
            f"{module}.{name or function!r} cannot be imported by a worker: write it as a plain function of a module",
            f"工作进程无法导入 {module}.{name or function!r}：请写成模块里的普通函数",
        )
    return f"{module}:{name}"


def function_of(name: str) -> Function | None:
    """The function of that name, None where there is none."""
    module, _, plain = name.partition(":")
    return getattr(import_module(module), plain, None)


def cores() -> int:
    """Processor cores that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
