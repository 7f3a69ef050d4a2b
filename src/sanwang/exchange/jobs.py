"""Jobs in a table, with leases: a worker that dies is followed by another, and what ended is never done twice.

The functions behind the kinds are registered from outside; here are only the queue's own rules.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import clock, given
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Row, Store, StoreError, Tx
from sanwang.exchange.tables.work import jobs
from sanwang.exchange.who import Who

LEASE = 60 * clock.SECOND
BEAT = 15.0
TRIES = 3
OPEN = ("queued", "running")


class Cancelled(SanwangError):
    """A person stopped the job."""

    def __init__(self) -> None:
        super().__init__("stopped on request", "已按要求停止")


@dataclass(frozen=True)
class Task:
    """A job in a worker's hands."""

    id: str
    kind: str
    args: Mapping[str, Any]
    by: str
    worker: str
    tries: int


Report = Callable[[int, int, str], None]
Work = Callable[[Task, Report], str]
"""Does a job, reports on the way, gives the folder of its results; raises a SanwangError that says why it cannot."""


def ask(tx: Tx, who: Who, kind: str, args: Mapping[str, Any], data: str = "") -> str:
    """Put a question into the queue; returns the job's id, that of the open one where the same was asked already.

    ``data``: the digest of what it is asked about.
    """
    if who.user is None:
        raise NotFound
    digest = given.digest([kind, dict(args), data])
    same = sa.select(jobs.c.id).where(jobs.c.digest == digest, jobs.c.by == who.user, jobs.c.state.in_(OPEN))
    if found := tx.value(same):
        return str(found)
    made = tx.id()
    tx.insert(
        jobs,
        id=made,
        kind=kind,
        args=dict(args),
        digest=digest,
        by=who.user,
        created_at=tx.now,
        state="queued",
    )
    return made


def show(tx: Tx, who: Who, job: str) -> Row:
    """A job of one's own. Raises NotFound for another person's."""
    row = tx.one(sa.select(jobs).where(jobs.c.id == job, jobs.c.by == who.user))
    if row is None:
        raise NotFound
    return row


def mine(tx: Tx, who: Who, most: int = 50, after: tuple[int, str] | None = None) -> list[Row]:
    """One's own jobs, newest first; those behind the one made at a moment and of an id."""
    asked = sa.select(jobs).where(jobs.c.by == who.user).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    if after is not None:
        then, key = after
        same = sa.and_(jobs.c.created_at == then, jobs.c.id < key)
        asked = asked.where(sa.or_(jobs.c.created_at < then, same))
    return tx.all(asked.limit(most))


def cancel(tx: Tx, who: Who, job: str) -> None:
    """Stop a job: at once where it waits, at its next report where it runs."""
    row = show(tx, who, job)
    if row["state"] == "queued":
        ended = {"state": "cancelled", "ended_at": tx.now}
        tx.execute(jobs.update().where(jobs.c.id == job, jobs.c.state == "queued"), ended)
    tx.execute(jobs.update().where(jobs.c.id == job, jobs.c.cancel_at.is_(None)), {"cancel_at": tx.now})


def claim(tx: Tx, worker: str) -> Task | None:
    """Take the oldest job that waits or whose worker is gone; None where there is none."""
    free = sa.or_(jobs.c.state == "queued", sa.and_(jobs.c.state == "running", jobs.c.lease_until < tx.now))
    asked = sa.select(jobs).where(free).order_by(jobs.c.created_at, jobs.c.id).limit(1)
    row = tx.one(asked.with_for_update(skip_locked=True))
    if row is None:
        return None
    if row["tries"] >= TRIES or row["cancel_at"] is not None:
        state = "cancelled" if row["cancel_at"] is not None else "failed"
        words = row["words"] or "its workers stopped without a word / 运行中断"
        tx.execute(
            jobs.update().where(jobs.c.id == row["id"]), {"state": state, "words": words, "ended_at": tx.now}
        )
        return claim(tx, worker)
    taken = {"state": "running", "worker": worker, "tries": row["tries"] + 1, "lease_until": tx.now + LEASE}
    tx.execute(jobs.update().where(jobs.c.id == row["id"]), taken)
    return Task(row["id"], row["kind"], row["args"], row["by"], worker, row["tries"] + 1)


def beat(
    tx: Tx, task: Task, done: int | None = None, total: int | None = None, words: str | None = None
) -> None:
    """Say that the worker lives, and how far it is. Raises Cancelled where a person stopped it or another has it."""
    fresh: dict[str, Any] = {"lease_until": tx.now + LEASE}
    if done is not None:
        fresh |= {"done": done, "total": total or 0, "words": words}
    if not tx.execute(_held(task).values(fresh)).rowcount:
        raise Cancelled
    if tx.value(sa.select(jobs.c.cancel_at).where(jobs.c.id == task.id)) is not None:
        raise Cancelled


def end(tx: Tx, task: Task, state: str, place: str | None = None, words: str | None = None) -> bool:
    """Write the end, if the worker still holds the job; a late worker's end counts for nothing."""
    ended = {"state": state, "place": place, "words": words, "ended_at": tx.now, "worker": None}
    return bool(tx.execute(_held(task).values(ended)).rowcount)


def _held(task: Task) -> sa.Update:
    return jobs.update().where(
        jobs.c.id == task.id,
        jobs.c.state == "running",
        jobs.c.worker == task.worker,
        jobs.c.tries == task.tries,
    )


def run_one(store: Store, works: Mapping[str, Work], worker: str | None = None) -> str | None:
    """Run the next job to its end; returns its id, None where none waits."""
    name = worker or secrets.token_hex(8)
    task = store.run(lambda tx: claim(tx, name))
    if task is None:
        return None
    state, place, words = _run(store, works, task)
    store.run(lambda tx: end(tx, task, state, place, words))
    return task.id


def _run(store: Store, works: Mapping[str, Work], task: Task) -> tuple[str, str | None, str | None]:
    def report(done: int, total: int, words: str = "") -> None:
        store.run(lambda tx: beat(tx, task, done, total, words))

    with _Heart(store, task):
        try:
            return "done", works[task.kind](task, report), None
        except Cancelled:
            return "cancelled", None, None
        except SanwangError as error:
            return "failed", None, str(error)
        except Exception as error:
            return "failed", None, f"{type(error).__name__}: {error}"


class _Heart:
    """Beats while a job runs, whether or not its function reports."""

    def __init__(self, store: Store, task: Task) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go, args=(store, task), daemon=True)

    def _go(self, store: Store, task: Task) -> None:
        while not self._stop.wait(BEAT):
            with suppress(Cancelled, StoreError):
                store.run(lambda tx: beat(tx, task))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
