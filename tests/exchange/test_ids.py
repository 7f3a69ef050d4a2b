"""Identifiers: of the right version, in the order of time, and of one moment in the order they were made."""

import uuid

from sanwang.exchange.ids import new_id


def test_ids_sort_as_they_were_made():
    made = [new_id(1_796_086_800_000_000) for _ in range(2000)] + [new_id(1_796_086_800_000_500)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {uuid.UUID(i).version for i in made} == {7}
    assert {uuid.UUID(i).variant for i in made} == {uuid.RFC_4122}


def test_a_clock_that_goes_back_gives_no_id_twice():
    made = [new_id(at) for at in (5_000_000, 4_000_000, 5_000_000, 4_000_000)]
    assert len(set(made)) == 4
