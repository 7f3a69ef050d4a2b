"""An engine by the name it is asked for: ``local``, ``ray``, or ``ray://HOST``."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from sanwang.engine.cluster import PORT, Cluster
from sanwang.engine.local import Local
from sanwang.engine.port import Engine
from sanwang.errors import OptionError

_ADDRESS = re.compile(r"ray://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


def address_of(said: str) -> str | None:
    """The address in ``ray://HOST`` with its port; None for ``local`` and ``ray``. Raises OptionError for any other."""
    if said in ("local", "ray"):
        return None
    found = _ADDRESS.fullmatch(said)
    if found is None:
        raise OptionError(
            f"{said!r} is no engine: local, ray or ray://HOST is wanted",
            f"{said!r} 不是引擎：应为 local、ray 或 ray://主机",
        )
    return f"ray://{found[1]}{found[2] or f':{PORT}'}"


@contextmanager
def engine_of(said: str | Engine | None = None) -> Generator[Engine]:
    """The engine of that name, closed in the end; one that is given is used and left open.

    None is ``local``. Raises OptionError for another name and EngineError where it cannot be started.
    """
    if said is not None and not isinstance(said, str):
        yield said
        return
    address = address_of(said or "local")
    made: Local | Cluster = Local() if said in (None, "local") else Cluster(address)
    try:
        yield made
    finally:
        made.close()
