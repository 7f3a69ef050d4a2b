"""Live operation: listings, deals, the ledger that mirrors their money, and a record of every step taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanwang.exchange.face import Exchange

__all__ = ["Exchange"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the database's packages load only when they are asked for
    if name != "Exchange":
        raise AttributeError(f"module 'sanwang.exchange' has no attribute {name!r}")
    try:
        from sanwang.exchange.face import Exchange
    except ModuleNotFoundError as error:
        from sanwang.errors import InputError

        raise InputError(
            f"the exchange needs {error.name}: pip install 'sanwang[exchange]'",
            f"交易所需要 {error.name}：pip install 'sanwang[exchange]'",
        ) from error
    return Exchange
