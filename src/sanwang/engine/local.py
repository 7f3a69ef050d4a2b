"""This machine: blocks run in this process, on its threads, or in worker processes, whichever ends soonest.

Workers are started only when the first blocks show that they pay. Compiled work that releases the interpreter's lock
stays on threads, where nothing is sent.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from sanwang.engine.doing import OVER, SINGLE, call, peak, share_of_memory, single, taken
from sanwang.engine.packing import packed, unpacked
from sanwang.engine.port import (
    AHEAD,
    RETRIES,
    EngineError,
    Function,
    Handle,
    Measured,
    Report,
    cores,
    name_of,
)
from sanwang.engine.worker import read, write

WORTH = 2.0
"""Seconds that workers must save before they are started: about what starting them takes."""

_TICK = 0.3
"""Seconds between two looks at whether the work is still wanted."""


@dataclass
class _Shared:
    """A shared value, and the file that workers read it from once there is one."""

    value: object
    path: str = ""


@dataclass(eq=False)
class _Worker:
    """A worker process, the block it holds (-1: none), and the thread that listens to it."""

    process: subprocess.Popen[bytes]
    block: int = -1


@dataclass
class _Block:
    """A block on its way: its packed bytes, and how often a worker died over it."""

    packed: bytearray
    deaths: int = 0


@dataclass
class _Work:
    """One stream's state: what waits, what runs, what is answered but not yet taken."""

    name: str
    paths: list[str]
    waiting: deque[int] = field(default_factory=deque[int])
    held: dict[int, _Block] = field(default_factory=dict[int, _Block])
    ready: dict[int, bytearray] = field(default_factory=dict[int, bytearray])


class Local:
    """An engine of this machine's cores; ``memory`` bounds what each worker process may hold of its own, in bytes."""

    name = "local"

    def __init__(self, workers: int | None = None, memory: int | None = None, worth: float = WORTH) -> None:
        self.measured: list[Measured] = []
        self._width, self._worth = workers or cores(), worth
        self.memory = memory or share_of_memory(self._width)
        self._crew: list[_Worker] = []
        self._heard: queue.SimpleQueue[tuple[_Worker, bytearray | None, bytearray | None]] = (
            queue.SimpleQueue()
        )
        self._folder: str | None = None
        self._count = 0
        self._sent = set[str]()

    @property
    def width(self) -> int:
        """Cores in use."""
        return self._width

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def share(self, value: object) -> Handle:
        """Hold a value; workers read it from one file, mapped into each."""
        self._count += 1
        return Handle(str(self._count), _Shared(value))

    def drop(self, handle: Handle) -> None:
        """Forget it, and its file."""
        if handle.held.path:
            Path(handle.held.path).unlink(missing_ok=True)
        handle.held.value, handle.held.path = None, ""

    def close(self) -> None:
        """Stop the workers and remove their files."""
        self._stop(self._crew)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

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
        """Answers in order; see ``port.Engine``."""
        name = name_of(function)
        values = [h.held.value for h in shared]
        told = _Told(total, label, progress)
        rest = iter(blocks)
        if compiled and self._width > 1 and total != 1:
            yield from self._threads(function, rest, values, told)
            return
        spent, more = 0.0, True
        while more and not self._pays(name, spent, told):
            more = False
            for block in rest:
                began = time.perf_counter()
                found = call(function, block, values)
                spent += time.perf_counter() - began
                self.measured.append(Measured(time.perf_counter() - began, 0, 0, peak()))
                told.one_more()
                yield found
                more = True
                break
        if more:
            self._sent.add(name)
            yield from self._processes(_Work(name, [self._file(h) for h in shared]), rest, told)

    def _pays(self, name: str, spent: float, told: _Told) -> bool:
        """Whether what is left would take so long here that workers save more than starting them costs."""
        if self._width == 1:
            return False
        if self._worth <= 0 or (self._crew and (told.done or name in self._sent)):
            return True
        left = (told.total - told.done) if told.total else told.done
        return told.done > 0 and spent / told.done * left * (1 - 1 / self._width) > self._worth

    def _threads(
        self, function: Function, blocks: Iterator[object], values: list[Any], told: _Told
    ) -> Iterator[Any]:
        def one(block: object) -> tuple[Any, float]:
            began = time.perf_counter()
            return function(block, *values), time.perf_counter() - began

        running: deque[Future[tuple[Any, float]]] = deque()
        pool = ThreadPoolExecutor(self._width)
        try:
            with single():
                for block in blocks:
                    running.append(pool.submit(one, block))
                    if len(running) >= AHEAD * self._width:
                        yield self._counted(running.popleft(), told)
                while running:
                    yield self._counted(running.popleft(), told)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _counted(self, one: Future[tuple[Any, float]], told: _Told) -> Any:  # noqa: ANN401 - the answer
        while True:
            try:
                found, seconds = one.result(_TICK)
                break
            except TimeoutError:
                if one.done():
                    raise
                told.still()
        self.measured.append(Measured(seconds, 0, 0, peak()))
        told.one_more()
        return found

    def _processes(self, work: _Work, blocks: Iterator[object], told: _Told) -> Iterator[Any]:
        given = taking = 0
        open_, done = True, False
        try:
            while True:
                while open_ and len(work.held) + len(work.ready) < AHEAD * self._width:
                    try:
                        block = next(blocks)
                    except StopIteration:
                        open_ = False
                        break
                    work.held[given] = _Block(packed(block))
                    work.waiting.append(given)
                    given += 1
                if not open_ and not work.held and not work.ready:
                    done = True
                    return
                self._assign(work)
                self._hear(work, told)
                while taking in work.ready:
                    found = taken(work.ready.pop(taking))
                    told.one_more()
                    yield found
                    taking += 1
        finally:
            if not done:
                self._stop([w for w in self._crew if w.block >= 0])

    def _assign(self, work: _Work) -> None:
        """A waiting block to every worker that holds none."""
        while len(self._crew) < self._width and len(self._crew) < len(work.held):
            self._crew.append(self._hired())
        for worker in self._crew:
            if worker.block < 0 and work.waiting:
                worker.block = work.waiting.popleft()
                block = work.held[worker.block]
                with contextlib.suppress(OSError):  # its death is heard
                    write(cast(BinaryIO, worker.process.stdin), packed((work.name, work.paths)), block.packed)

    def _hear(self, work: _Work, told: _Told) -> None:
        try:
            worker, head, reply = self._heard.get(timeout=_TICK)
        except queue.Empty:
            told.still()
            return
        if worker not in self._crew:
            return
        at, worker.block = worker.block, -1
        if head is not None and reply is not None:
            seconds, most = unpacked(head)
            block = work.held.pop(at)
            self.measured.append(Measured(seconds, len(block.packed), len(reply), most))
            work.ready[at] = reply
            return
        self._crew.remove(worker)
        status = worker.process.wait()
        if at >= 0:
            work.held[at].deaths += 1
            if work.held[at].deaths > RETRIES or status == OVER:
                raise _brought_down(status, self.memory)
            work.waiting.appendleft(at)

    def _hired(self) -> _Worker:
        env = {**os.environ, **SINGLE, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, "-m", "sanwang.engine.worker", str(self.memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
        )  # fmt: skip
        worker = _Worker(process)
        threading.Thread(target=self._listen, args=(worker,), daemon=True).start()
        return worker

    def _listen(self, worker: _Worker) -> None:
        out = cast(BinaryIO, worker.process.stdout)
        while True:
            head = read(out)
            reply = read(out) if head is not None else None
            self._heard.put((worker, head, reply))
            if reply is None:
                return

    def _stop(self, workers: list[_Worker]) -> None:
        for worker in list(workers):
            self._crew.remove(worker)
            worker.process.kill()
            worker.process.wait()
            for pipe in (worker.process.stdin,):
                with contextlib.suppress(OSError):
                    cast(BinaryIO, pipe).close()

    def _file(self, handle: Handle) -> str:
        if not handle.held.path:
            self._folder = self._folder or tempfile.mkdtemp(prefix="sanwang-engine-")
            path = Path(self._folder) / handle.key
            path.write_bytes(packed(handle.held.value))
            handle.held.path = str(path)
        return str(handle.held.path)


@dataclass
class _Told:
    """How far a stream is, told to whoever asked."""

    total: int
    label: str
    progress: Report | None
    done: int = 0

    def one_more(self) -> None:
        self.done += 1
        self.still()

    def still(self) -> None:
        if self.progress:
            self.progress(self.done, self.total, self.label)


def _brought_down(status: int, memory: int) -> EngineError:
    size = f"{memory / 2**30:.1f} GiB"
    if status == OVER:
        return EngineError(f"a block needs more than the {size} that a worker may hold",
                           f"一个工作块所需内存超过每个工作进程的上限 {size}")  # fmt: skip
    return EngineError(f"a block brought down {RETRIES + 1} workers (the last ended with status {status})",
                       f"一个工作块使 {RETRIES + 1} 个工作进程先后中止（最后一个的退出状态为 {status}）")  # fmt: skip
