"""The workbench running: the web server, one worker process for jobs, and what happens by itself."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import secrets
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from sanwang.errors import InputError
from sanwang.exchange.demo import Report, fill
from sanwang.exchange.errors import Refused
from sanwang.exchange.face import Exchange
from sanwang.exchange.sending import TIMEOUT, keep_delivering
from sanwang.exchange.store import open_store
from sanwang.web import data_policies
from sanwang.web.app import create
from sanwang.web.settings import Settings
from sanwang.web.works import keep_working

ROUND = 5.0
"""Seconds between rounds of deadlines, alerts, payments and sealing."""

LOCAL = ("127.0.0.1", "localhost", "::1")

log = logging.getLogger("sanwang")


def first_account(url: str, demo: bool = False, report: Report | None = None) -> tuple[str, str] | None:
    """Make the exchange at an address where there is none yet; login and password of its operator, told once.

    None where there was one already: it is brought to this version of the program. ``demo`` fills it with fictional
    parties, people of every role (the same password), listings and deals.
    """
    store = open_store(url)
    store.migrate()
    store.close()
    password = secrets.token_urlsafe(12)
    try:
        made = Exchange.create(url, "admin", password, "运营 Operator")
    except Refused:
        return None
    data_policies.register()
    if demo:
        fill(made, password, report)
    made.close()
    return "admin", password


def serve(
    url: str,
    folder: Path,
    host: str,
    port: int,
    secure: bool,
    ready: Callable[[], None],
    bank: Path | None = None,
    workers: int = 1,
) -> None:
    """Run until interrupted; ``bank`` is the folder of the bank's files, ``workers`` how many processes serve pages.

    Raises InputError for an address outside this machine without TLS in front.
    """
    if host not in LOCAL and not secure:
        raise InputError(
            "an address outside this machine wants a TLS proxy in front: start with --behind-tls",
            "对外地址须由 TLS 反向代理保护：请加 --behind-tls",
        )
    folder.mkdir(parents=True, exist_ok=True)
    worker = multiprocessing.get_context("spawn").Process(
        target=work_for, args=(url, str(folder)), daemon=True
    )
    worker.start()
    exchange = Exchange.open(url)
    stop = threading.Event()
    rounds = threading.Thread(target=_rounds, args=(exchange, stop, bank), daemon=True)
    rounds.start()
    try:
        ready()
        os.environ[_SERVED] = json.dumps([url, str(folder), secure])
        uvicorn.run(
            create(Settings(exchange, folder, secure)) if workers == 1 else "sanwang.web.server:served", host=host,
            port=port, log_level="warning", proxy_headers=secure, server_header=False, timeout_keep_alive=10,
            h11_max_incomplete_event_size=65_536, factory=workers > 1, workers=workers if workers > 1 else None,
        )  # fmt: skip
    finally:
        stop.set()
        worker.terminate()
        worker.join(5)
        exchange.close()


_SERVED = "SANWANG_SERVED"
"""What processes that serve pages are told by the one that started them."""


def served() -> FastAPI:
    """The application in a process of its own, over what the starting process said."""
    url, folder, secure = json.loads(os.environ[_SERVED])
    return create(Settings(Exchange.open(url), Path(folder), secure))


def work_for(url: str, folder: str) -> None:
    """The worker's process: one job after another; it ends with its parent."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(10)  # whoever waits for a page goes before a job
    parent = os.getppid()
    store = open_store(url)
    watch = threading.Thread(target=_with_parent, args=(parent, stop), daemon=True)
    watch.start()
    telling = threading.Thread(target=keep_delivering, args=(store, stop, inner_hooks()), daemon=True)
    telling.start()
    keep_working(store, Path(folder), stop)
    telling.join(2 * TIMEOUT)
    store.close()


def inner_hooks() -> bool:
    """Whether webhooks may lead to inner addresses: a setting of the machine, for programs beside it."""
    return os.environ.get("SANWANG_INNER_HOOKS") == "1"


def _with_parent(parent: int, stop: threading.Event) -> None:
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()


def _rounds(exchange: Exchange, stop: threading.Event, bank: Path | None) -> None:
    while not stop.wait(ROUND):
        try:
            exchange.work(bank)
        except Exception:
            log.exception("a round failed; the next one tries again")


def faults(url: str, folder: Path, host: str, secure: bool) -> list[tuple[str, str]]:
    """What is wrong with a deployment, in Chinese and English; empty where it can run."""
    found: list[tuple[str, str]] = []
    try:
        exchange = Exchange.open(url)
        found += [(f"{f.where}：{f.zh}", f"{f.where}: {f.en}") for f in exchange.verify()]
        exchange.close()
    except InputError as error:
        found.append((error.said("zh"), error.said("en")))
    except Exception as error:
        said = getattr(error, "said", None)
        found.append((said("zh"), said("en")) if said else (str(error), str(error)))
    if not os.access(folder if folder.exists() else folder.parent, os.W_OK):
        found.append((f"目录不可写：{folder}", f"the folder cannot be written: {folder}"))
    if host not in LOCAL and not secure:
        found.append(
            (
                "对外地址须由 TLS 反向代理保护（--behind-tls）",
                "an outside address wants a TLS proxy (--behind-tls)",
            )
        )
    if url.startswith("sqlite") and host not in LOCAL:
        found.append(
            ("多人使用请设 DATABASE_URL=postgresql://…", "for many people set DATABASE_URL=postgresql://…")
        )
    return found
