"""The command that opens the workbench in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from sanwang.cli.terminal import output, progress
from sanwang.cli.workspace import LangOption, spoken
from sanwang.errors import InputError
from sanwang.study.words import say


def serve(
    db: Annotated[
        str | None,
        typer.Option(
            envvar="DATABASE_URL", help="数据库地址，缺省为目录中的 market.db / the database's address"
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option(help="工作区与结果所在目录 / the folder of workspaces and results")
    ] = Path("sanwang-data"),
    host: Annotated[str, typer.Option(help="监听地址 / the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port")] = 8080,
    behind_tls: Annotated[
        bool, typer.Option("--behind-tls", help="前面有 TLS 反向代理 / a TLS proxy is in front")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="首次启动时放入虚构的演示内容 / fill a new one with a demonstration"),
    ] = False,
    bank: Annotated[
        Path | None, typer.Option(help="银行文件目录：out 放 pain.001，in 收 camt.053 / the bank's files")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="网页进程数 / processes that serve pages")] = 1,
    check: Annotated[bool, typer.Option("--check", help="只检查部署 / only say what is wrong")] = False,
    lang: LangOption = None,
) -> None:
    """The workbench in a browser: market, deals, tables, studies; what it needs starts with it."""
    try:
        from sanwang.web import server
    except ImportError as error:
        raise InputError(
            f"the workbench wants more packages ({error.name}): pip install 'sanwang[serve]'",
            f"工作台需要更多组件（{error.name}）：pip install 'sanwang[serve]'",
        ) from error
    said = spoken(lang)
    url = db or f"sqlite:///{folder / 'market.db'}"
    if check:
        found = server.faults(url, folder, host, behind_tls)
        for zh, en in found:
            output.print(escape(en if said == "en" else zh))
        if not found:
            output.print(escape(say("serve_sound", said)))
        raise typer.Exit(1 if found else 0)
    folder.mkdir(parents=True, exist_ok=True)
    with progress() as report:
        account = server.first_account(url, demo, report)
    if account is not None:
        output.print(
            escape(
                say("serve_demo" if demo else "serve_account", said, login=account[0], password=account[1])
            )
        )
    server.serve(url, folder, host, port, behind_tls, lambda: output.print(f"http://{host}:{port}/"), bank,
                 workers)  # fmt: skip
