"""The tables of processes: sound as they ship, and the check finds what is broken in them."""

from dataclasses import replace

import pytest

from sanwang.exchange import access, consents, process, ready, steps
from sanwang.exchange.errors import StoreError
from sanwang.exchange.process import faults, processes


@pytest.fixture(autouse=True)
def loaded():
    ready.make_ready()


def test_the_tables_are_sound():
    assert process.check() == []
    assert sum(len(p.transitions) for p in processes().values()) > 100


def broken(name, event, **changes):
    one = processes()[name]
    rows = tuple(replace(t, **changes) if t.event == event else t for t in one.transitions)
    return faults(replace(one, transitions=rows))


@pytest.mark.parametrize(
    ("event", "changes", "said"),
    [
        ("pass", {"guards": ("nobody",)}, "no guard is called 'nobody'"),
        ("publish", {"effects": ("explode",)}, "no effect is called 'explode'"),
        ("publish", {"to": "gone"}, "no state is called 'gone'"),
        ("pass", {"by": ("king",)}, "no role is called 'king'"),
        ("publish", {"to": "draft"}, "nothing leads to published"),
        ("expire", {"by": ("owner",)}, "published has a deadline and the clock does nothing there"),
        ("submit", {"deadline": "soon"}, "'soon' is no span"),
        ("submit", {"sources": ("closed",)}, "closed is an end and is left"),
    ],
)
def test_what_is_broken_is_named(event, changes, said):
    assert any(said in f for f in broken("listing", event, **changes))


def test_every_guard_and_role_has_words_in_both_languages():
    for table in ("guards", "roles", "fields", "reasons"):
        assert [n for n, row in process.words(table).items() if not (row["zh"] and row["en"])] == []
    assert set(steps.GUARDS) == set(process.words("guards"))


def test_no_guard_or_effect_stands_idle():
    used = {g for p in processes().values() for t in p.transitions for g in t.guards}
    done = {e for p in processes().values() for t in p.transitions for e in t.effects}
    assert set(steps.GUARDS) - used == set()
    assert {e for e in steps.EFFECTS if not e.startswith("S")} - done == set()


def test_what_takes_two_above_an_amount_knows_its_amount():
    """A step of which nobody can say how much it is about would never ask for the second person."""
    for one in processes().values():
        columns = {c.name for c in access.table_of(one.name).columns}
        for t in one.transitions:
            given = any(f.name == "amount" and f.required for f in t.data)
            assert t.two != "limit" or given or consents.AMOUNTS.get(one.name, "amount") in columns, t


def test_a_name_belongs_to_one_function_and_stands_in_one_row(monkeypatch):
    """Two functions of a name: whichever was loaded last ran for both."""
    with pytest.raises(StoreError, match="number_fund"):
        steps.effect("number_fund")(lambda tx, step: None)
    rows = process._rows("guards.csv")
    monkeypatch.setattr(process, "_rows", lambda name: [*rows, rows[0]] if name == "guards.csv" else rows[:1])
    assert any("stands twice" in fault for fault in process._twice("guards"))
