"""What every command over an exchange begins with: which database, and as whom."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sanwang.errors import InputError

if TYPE_CHECKING:
    from sanwang.exchange import Exchange
    from sanwang.exchange.who import Who

Db = Annotated[str, typer.Argument(metavar="DB", help="数据库文件或地址 / a database file or address")]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="以谁的身份；密码取自 SANWANG_PASSWORD，否则询问 / sign in as; password from SANWANG_PASSWORD",
    ),
]


def open_exchange(db: str) -> Exchange:
    """The exchange at an address or in a file. Raises InputError where there is none."""
    from sanwang.exchange import Exchange

    judge_policies()
    if "://" not in db and not Path(db).is_file():
        raise InputError(f"there is no exchange at {db}", f"没有交易所 {db}")
    return Exchange.open(db)


def judge_policies() -> None:
    """Let the exchange judge usage policies by the factors net's evaluator."""
    from sanwang.web.data_policies import register

    register()


def signed_in(x: Exchange, login: str | None) -> Who:
    """Who a login is; the password comes from SANWANG_PASSWORD, else it is asked for. A visitor without one."""
    from sanwang.exchange.who import VISITOR

    if login is None:
        return VISITOR
    password = os.environ.get("SANWANG_PASSWORD")
    return x.sign_in(login, password or typer.prompt("password", hide_input=True, err=True))
