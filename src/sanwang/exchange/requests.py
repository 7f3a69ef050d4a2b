"""The same request twice is answered once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from sanwang.exchange import given
from sanwang.exchange.errors import Conflict
from sanwang.exchange.store import Tx
from sanwang.exchange.tables.record import requests
from sanwang.exchange.who import Who

T = TypeVar("T")


def once(tx: Tx, who: Who, key: str, asked: Any, function: Callable[[], T]) -> T:  # noqa: ANN401 - any JSON
    """What the function gives; for a key that was used before, what it gave then, and nothing is done.

    The key's row is written first, in the transaction of the effect, so that two at once cannot both act. Raises
    Conflict where the key was used for something else.
    """
    body = given.digest(asked)
    mine = sa.and_(requests.c.user == who.user, requests.c.key == key)
    before = tx.one(sa.select(requests).where(mine).with_for_update())
    if before is not None:
        if before["body"] != body:
            raise Conflict("that key was used for another request", "该请求编号已用于其他内容")
        return before["answer"]
    tx.insert(requests, user=who.user, key=key, route=str(asked[0]), body=body, answer=None, at=tx.now)
    answer = function()
    tx.execute(requests.update().where(mine), {"answer": answer})
    return answer
