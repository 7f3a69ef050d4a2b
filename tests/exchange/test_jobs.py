"""Jobs: the same question once, a dead worker followed by another, an end that counts once, a stop that is heard."""

import pytest

from sanwang.errors import InputError
from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.exchange.store import Store
from sanwang.exchange.tables.people import users
from sanwang.exchange.who import Who


@pytest.fixture
def me(store: Store) -> Who:
    with store.write() as tx:
        key = tx.id()
        tx.insert(users, id=key, login="a", login_folded="a", name="a", password="x")
    return Who(key, "a")


def ask(store, who, **args):
    return store.run(lambda tx: jobs.ask(tx, who, "double", args))


def row(store, who, job):
    with store.read() as tx:
        return jobs.show(tx, who, job)


def double(task, report):
    report(1, 2, "half way")
    return str(task.args["n"] * 2)


def test_a_job_is_done_and_says_where_its_results_are(store, me):
    job = ask(store, me, n=4)
    assert jobs.run_one(store, {"double": double}) == job
    assert jobs.run_one(store, {"double": double}) is None
    found = row(store, me, job)
    assert (found["state"], found["place"], found["done"], found["total"]) == ("done", "8", 1, 2)


def test_the_same_question_is_asked_once_while_it_is_open(store, me):
    first = ask(store, me, n=4)
    assert ask(store, me, n=4) == first
    assert ask(store, me, n=5) != first
    jobs.run_one(store, {"double": double})
    assert ask(store, me, n=4) != first


@pytest.mark.parametrize(
    "error, words", [(InputError("no", "不行"), "no / 不行"), (KeyError("x"), "KeyError: 'x'")]
)
def test_what_goes_wrong_is_said(store, me, error, words):
    def broken(task, report):
        raise error

    job = ask(store, me)
    jobs.run_one(store, {"double": broken})
    assert (row(store, me, job)["state"], row(store, me, job)["words"]) == ("failed", words)


def test_a_worker_that_dies_is_followed_and_its_late_end_counts_for_nothing(store, me, clock):
    job = ask(store, me, n=1)
    first = store.run(lambda tx: jobs.claim(tx, "w1"))
    assert store.run(lambda tx: jobs.claim(tx, "w2")) is None
    clock.move(seconds=61)
    second = store.run(lambda tx: jobs.claim(tx, "w2"))
    assert (second.id, second.tries) == (job, 2)
    assert not store.run(lambda tx: jobs.end(tx, first, "done", "late"))
    assert store.run(lambda tx: jobs.end(tx, second, "done", "right"))
    assert row(store, me, job)["place"] == "right"


def test_three_dead_workers_are_enough(store, me, clock):
    job = ask(store, me)
    for name in "abc":
        assert store.run(lambda tx, n=name: jobs.claim(tx, n)) is not None
        clock.move(seconds=61)
    assert store.run(lambda tx: jobs.claim(tx, "d")) is None
    assert row(store, me, job)["state"] == "failed"


def test_a_waiting_job_stops_at_once_and_a_running_one_at_its_next_word(store, me):
    waiting = ask(store, me, n=1)
    store.run(lambda tx: jobs.cancel(tx, me, waiting))
    assert row(store, me, waiting)["state"] == "cancelled"
    running = ask(store, me, n=2)

    def slow(task, report):
        store.run(lambda tx: jobs.cancel(tx, me, task.id))
        report(1, 2, "")
        raise AssertionError

    jobs.run_one(store, {"double": slow})
    assert row(store, me, running)["state"] == "cancelled"


def test_another_person_sees_nothing(store, me):
    job = ask(store, me)
    with pytest.raises(NotFound):
        row(store, Who("somebody", "b"), job)
