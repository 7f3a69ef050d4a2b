"""The model of a cluster: what it costs by hand, and what a simulation of its workers may not do."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "engine"))
from model import LINK, RESTART, Rate, cost, rate_of, simulate

RATE = Rate((1.0, 3.0), sent=1e6, received=2e6, shared=1e9, peak=5e8)


def test_a_case_by_hand():
    """100 blocks of 2 s on 32 workers of two machines; each machine is sent what is shared once for each shard."""
    found = cost(RATE, blocks=100, workers=32, times=4.0, larger=10.0, shards=3)
    network = 1e9 * 2 * 3 + 3e6 * 10 * 100
    assert found["machines"] == 2
    assert found["network"] == pytest.approx(network)
    assert found["hours"] == pytest.approx((2.0 * 4 * 100 / 32 + network / LINK) / 3600)
    assert found["memory"] == pytest.approx(1.5e9)


def test_more_workers_save_time_until_the_network_is_all():
    hours = [cost(RATE, 10_000, workers)["hours"] for workers in (16, 64, 256, 4096)]
    assert hours[0] > hours[1] > hours[2]
    assert hours[3] > 10_000 * 3e6 / LINK / 3600


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=8), st.integers(1, 60), st.integers(1, 12),
       st.integers(0, 99))  # fmt: skip
def test_workers_that_take_the_next_block_end_in_time(seconds, blocks, workers, seed):
    """Between the mean load and Graham's bound for list scheduling (1966): the load of one and one block more."""
    ended, again = simulate(seconds, blocks, workers, seed=seed)
    times = np.random.default_rng(seed).choice(np.asarray(seconds, float), blocks)
    assert again == 0
    assert ended >= max(times.sum() / workers, times.max()) * (1 - 1e-9)
    assert ended <= times.sum() / workers + (1 - 1 / workers) * times.max() + 1e-9


def test_one_worker_that_dies_does_its_blocks_again():
    """Alone, it loses the time until it is back and what it had done: as many times as it died."""
    ended, again = simulate([600.0], 40, 1, failures=2.0, seed=1)
    assert again > 0
    assert ended >= 40 * 600.0 + again * RESTART
    assert ended <= 40 * 600.0 + again * (600.0 + RESTART)


def test_nobody_takes_a_block_before_the_worker_that_held_it_died():
    """Two workers and one block: the other may only begin it after the death."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        rng.choice(np.array([100.0]), 1)
        death = rng.exponential(36.0)
        ended, again = simulate([100.0], 1, 2, failures=100.0, seed=seed)
        if again:
            assert ended >= death + 100.0
        if again == 1:
            assert ended == pytest.approx(death + 100.0)


def test_failures_are_as_often_as_said():
    """Ten thousand blocks of 36 s are a hundred hours: at one failure an hour about a hundred are done again."""
    _, again = simulate([36.0], 10_000, 16, failures=1.0, seed=3)
    assert 70 <= again <= 135


def test_the_measured_rates_are_whole():
    for name in ("match", "solves", "prices"):
        rate = rate_of(name)
        assert min(rate.seconds) > 0
        assert min(rate.sent, rate.received, rate.shared, rate.peak) > 0
