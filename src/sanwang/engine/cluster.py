"""A Ray cluster: one started inside this process where no address is given, else the one at the address.

What is shared lies once in each machine's object store, and once more, unpacked, in each worker that uses it: Ray gives
arrays back read-only, which compiled code and code that writes into its own scratch space refuse.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from sanwang.engine.doing import SINGLE, answer, guard, peak, share_of_memory, taken
from sanwang.engine.packing import Held, packed, unpacked
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
from sanwang.errors import OptionError

PORT = 10001
"""The port of a cluster's server for clients where the address names none."""

JOINS = 3
"""How often a head node is asked to start a server for this client."""

_TICK = 0.3
_HELD = Held()
_GUARDED: list[int] = []


def remote_answer(
    name: str, keys: list[str], refs: list[Any], block: bytes, memory: int
) -> tuple[Any, float, int]:
    """Runs in a worker of the cluster: the packed answer, the seconds it took, and the worker's peak memory."""
    ray: Any = import_module("ray")
    if not _GUARDED:
        _GUARDED.append(memory or share_of_memory(os.cpu_count() or 1))
        guard(_GUARDED[0])
    shared = [
        _HELD.get(key, lambda ref=ref: unpacked(ray.get(ref))) for key, ref in zip(keys, refs, strict=True)
    ]
    reply, seconds = answer(name, block, shared)
    return np.frombuffer(reply, np.uint8), seconds, peak()


def versions() -> str:
    """Versions on which the last bit of an answer may hang."""
    names = ("sanwang", "numpy", "scipy", "numba", "polars", "ortools")
    return (
        ", ".join(f"{n} {version(n)}" for n in names)
        + f", Python {sys.version_info[0]}.{sys.version_info[1]}"
    )


class Cluster:
    """An engine of a Ray cluster's cores; ``memory`` bounds what each worker may hold of its own, in bytes.

    0 stands for four fifths of its machine's memory, shared out among the machine's cores.
    """

    name = "ray"

    def __init__(self, address: str | None = None, workers: int | None = None, memory: int = 0) -> None:
        self.measured: list[Measured] = []
        self.memory, self._count = memory, 0
        try:
            self._ray: Any = import_module("ray")
        except ImportError as error:
            raise OptionError(
                "the engine ray wants the package ray: pip install 'sanwang[ray]'",
                "引擎 ray 需要安装 ray：pip install 'sanwang[ray]'",
            ) from error
        self._mine = not self._ray.is_initialized()
        if self._mine:
            _start(self._ray, address, workers or cores())
        self._width = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._task = self._ray.remote(num_cpus=1, max_retries=RETRIES, retry_exceptions=False)(remote_answer)
        if address is not None or not self._mine:
            _same_versions(self._ray, address)

    @property
    def width(self) -> int:
        """Cores of the cluster."""
        return self._width

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def share(self, value: object) -> Handle:
        """Put a value into the object store once."""
        self._count += 1
        ref = self._ray.put(np.frombuffer(packed(value), np.uint8))
        return Handle(f"{os.getpid()}-{id(self)}-{self._count}", [ref])

    def drop(self, handle: Handle) -> None:
        """Let the object store forget it."""
        handle.held.clear()

    def close(self) -> None:
        """Leave the cluster, and end it where it was started here; one that was joined before stays joined."""
        if self._mine:
            self._ray.shutdown()

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
        keys, refs = [h.key for h in shared], [h.held[0] for h in shared]
        rest, given, taking, open_ = iter(blocks), 0, 0, True
        running: dict[Any, tuple[int, int]] = {}
        ready: dict[int, Any] = {}
        try:
            while True:
                while open_ and len(running) + len(ready) < AHEAD * self._width:
                    try:
                        block = np.frombuffer(packed(next(rest)), np.uint8)
                    except StopIteration:
                        open_ = False
                        break
                    ref = self._task.remote(name, keys, refs, block, self.memory)
                    running[ref] = given, block.nbytes
                    given += 1
                if not running and not ready and not open_:
                    return
                ended, _ = (
                    self._ray.wait(list(running), num_returns=1, timeout=_TICK) if running else ([], [])
                )
                for ref in ended:
                    at, sent = running.pop(ref)
                    reply, seconds, most = self._got(ref)
                    self.measured.append(Measured(seconds, sent, reply.nbytes, most))
                    ready[at] = reply
                if progress:
                    progress(taking, total, label)
                while taking in ready:
                    found = taken(ready.pop(taking))
                    taking += 1
                    if progress:
                        progress(taking, total, label)
                    yield found
        finally:
            for ref in running:
                with contextlib.suppress(Exception):
                    self._ray.cancel(ref, force=True)

    def _got(self, ref: Any) -> Any:  # noqa: ANN401 - Ray has no types for us
        try:
            return self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            bound = f" ({self.memory / 2**30:.1f} GiB)" if self.memory else ""
            raise EngineError(
                f"a block brought down every worker that took it, or needs more memory than one may hold{bound}: "
                f"{type(error).__name__}",
                f"一个工作块使接手的工作进程先后中止，或所需内存超过上限{bound}：{type(error).__name__}",
            ) from error


def _start(ray: Any, address: str | None, workers: int) -> None:  # noqa: ANN401
    """Join the cluster at the address, or start one here whose workers import what this process can."""
    path = os.pathsep.join(p for p in sys.path if p)
    before = dict(os.environ)
    os.environ.update({**SINGLE, "PYTHONPATH": path, "RAY_USAGE_STATS_ENABLED": "0",
                       "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"})  # fmt: skip
    quiet: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        if address is None:
            ray.init(num_cpus=workers, include_dashboard=False, **quiet)
        else:
            _join(ray, address, quiet)
    except Exception as error:
        where = address or "this machine"
        # A cluster that wants a token keeps silent towards who has none, until the time is over.
        en, zh = (
            ("", "")
            if address is None or os.environ.get("RAY_AUTH_MODE") == "token"
            else (
                " (one that wants a token: set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN here too)",
                "（集群若要求令牌，本机也须设 RAY_AUTH_MODE=token 与 RAY_AUTH_TOKEN）",
            )
        )
        raise EngineError(
            f"no Ray cluster at {where}: {error}{en}", f"无法连接或启动 Ray（{where}）：{error}{zh}"
        ) from error
    finally:
        os.environ.clear()
        os.environ.update(before)


def _join(ray: Any, address: str, quiet: dict[str, Any]) -> None:  # noqa: ANN401
    """Join at the address. A head node forks a server for each client, and the fork is lost now and then where gRPC's
    own fork handlers are on there (``GRPC_ENABLE_FORK_SUPPORT=0`` turns them off): asked again, it forks another."""
    for left in reversed(range(JOINS)):
        try:
            ray.init(address=address, **quiet)
            return
        except ConnectionAbortedError:
            if not left:
                raise
            ray.shutdown()


def _same_versions(ray: Any, address: str | None) -> None:  # noqa: ANN401
    """The cluster runs what runs here, or the same answer bit for bit could not be promised."""
    there = ray.get(ray.remote(num_cpus=1)(versions).remote())
    if there != versions():
        raise EngineError(f"{address or 'the cluster'} runs {there}; here is {versions()}: install the same there",
                          f"{address or '集群'} 上是 {there}，本机是 {versions()}：请安装相同的版本")  # fmt: skip
