"""What a worker does with one block, wherever it runs."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any

from threadpoolctl import ThreadpoolController

from sanwang.engine.packing import packed, unpacked
from sanwang.engine.port import EngineError, Function, function_of

SINGLE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
}
"""A worker is one core: its libraries start no threads of their own."""

OVER = 77
"""Exit status of a worker that took more memory than it may."""


def call(function: Function, block: object, shared: Sequence[object]) -> Any:  # noqa: ANN401 - the answer
    """The answer to one block. Sums of products run on one thread: their order, and so their last bit, would else hang
    on how many cores there are."""
    with single():
        return function(block, *shared)


def single() -> AbstractContextManager[object]:
    """Within it sums of products run on one thread, whatever libraries are loaded by then."""
    return _controller(len(sys.modules)).limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _controller(loaded: int) -> ThreadpoolController:
    """Looking for the libraries takes milliseconds: once, and again when more modules are loaded."""
    return ThreadpoolController()


def answer(name: str, block: Any, shared: Sequence[object]) -> tuple[bytearray, float]:  # noqa: ANN401 - packed
    """The packed answer of a named function to a packed block (or what it raised), and the seconds it took."""
    began = time.perf_counter()
    try:
        function = function_of(name)
        if function is None:
            raise EngineError(f"the worker knows no {name}: is another version installed there?",
                              f"工作进程没有 {name}：是否装了另一版本？")  # fmt: skip
        value = call(function, unpacked(block), shared)
        return packed((True, value)), time.perf_counter() - began
    except Exception as error:  # raised again where the work was asked for
        return packed((False, _portable(error))), time.perf_counter() - began


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made on the line itself
    except Exception:
        return EngineError(f"{type(error).__name__}: {error}")
    return error


def taken(reply: Any) -> Any:  # noqa: ANN401 - a packed answer
    """The answer in a worker's reply; what the function raised there is raised here."""
    sound, value = unpacked(reply)
    if not sound:
        raise value
    return value


def peak() -> int:
    """The most memory this process has held, in bytes."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if os.uname().sysname == "Darwin" else most * 1024


def own_memory() -> int:
    """Bytes of memory that this process alone holds now; 0 where the system does not say."""
    try:
        _, resident, common = Path("/proc/self/statm").read_text("ascii").split()[:3]
    except OSError:
        return 0
    return (int(resident) - int(common)) * os.sysconf("SC_PAGE_SIZE")


def guard(most: int) -> None:
    """End this process with status ``OVER`` once it alone holds more than so many bytes; looked at every 0.1 s."""

    def watch() -> None:
        while True:
            if own_memory() > most:
                os._exit(OVER)
            time.sleep(0.1)

    threading.Thread(target=watch, daemon=True).start()


def share_of_memory(workers: int) -> int:
    """Four fifths of the machine's memory, shared out among the workers; 4 GiB each where it is unknown."""
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 4 * 2**30
    return whole * 4 // 5 // workers
