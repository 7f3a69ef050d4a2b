"""Small cells cannot be worked out: a reader who tries every table that fits is wrong by as much as wanted."""

from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sanwang.optimize.suppression import Suppressed, interval, protected, suppress, with_totals

K = 3


def judged(cells):
    """Small cells and reach of counts: below K, to be mistaken up to K."""
    table = with_totals(cells)
    small = (table > 0) & (table < K)
    return small, np.where(small, K - table, 0)


def every_table(cells, hidden):
    """Every table of whole numbers that shows the same where nothing is hidden, by trying (a second program)."""
    table = with_totals(cells)
    rows, columns = cells.shape
    most = int(table[-1, -1]) + 2 * K
    inner = [(i, j) for i in range(rows) for j in range(columns) if hidden[i, j]]
    for values in product(range(most + 1), repeat=len(inner)):
        tried = cells.copy()
        for (i, j), x in zip(inner, values, strict=True):
            tried[i, j] = x
        whole = with_totals(tried)
        if (whole == table)[~hidden].all():
            yield whole


tables = st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=2), min_size=2, max_size=3).map(
    lambda rows: np.array(rows, np.int64)
)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_the_reader_s_interval_is_what_trying_every_table_gives(cells):
    small, reach = judged(cells)
    hidden = suppress(cells, small, reach).hidden
    if hidden[:-1, :-1].sum() > 3:
        hidden[:-1, :-1] &= np.arange(hidden[:-1, :-1].size).reshape(cells.shape) < 3
    found = list(every_table(cells, hidden))
    for i, j in zip(*np.nonzero(hidden), strict=True):
        low, high = interval(cells, hidden, (int(i), int(j)))
        seen = [int(t[i, j]) for t in found]
        assert min(seen) == round(low)
        assert (high == float("inf") and max(seen) >= with_totals(cells)[-1, -1]) or max(seen) == round(high)


@given(st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=3, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_small_cell_is_told_to_within_its_reach(rows):
    cells = np.array(rows, np.int64)
    small, reach = judged(cells)
    made = suppress(cells, small, reach)
    assert (made.hidden >= made.small).all()
    assert not made.hidden[with_totals(cells) == 0].any()
    if not protected(cells, made, reach):  # only where hiding everything would not do either
        assert not protected(cells, Suppressed(made.small, with_totals(cells) > 0), reach)


def fewest(cells, small, reach):
    """The fewest cells that protect, by trying sets of every size."""
    table = with_totals(cells)
    others = [tuple(c) for c in np.argwhere(~small & (table > 0))]
    for count in range(len(others) + 1):
        for more in combinations(others, count):
            hidden = small.copy()
            for cell in more:
                hidden[cell] = True
            if protected(cells, Suppressed(small, hidden), reach):
                return int(hidden.sum())
    return None


def test_few_more_are_hidden_than_must_be():
    draw = np.random.default_rng(7)
    ours = best = 0
    for _ in range(12):
        cells = draw.integers(0, 12, (3, 3))
        small, reach = judged(cells)
        least = fewest(cells, small, reach)
        if least is None:
            continue
        made = int(suppress(cells, small, reach).hidden.sum())
        assert made >= least
        ours, best = ours + made, best + least
    assert best > 0
    assert ours <= 1.25 * best, (ours, best)


def test_hiding_the_small_cell_alone_tells_it():
    cells = np.array([[2, 30], [40, 50]])
    small, reach = judged(cells)
    assert interval(cells, small, (0, 0)) == (2.0, 2.0)
    made = suppress(cells, small, reach)
    assert made.hidden.sum() == 4
    low, high = interval(cells, made.hidden, (0, 0))
    assert low <= 1 and high >= 3


def test_nothing_small_hides_nothing():
    cells = np.array([[20, 30], [40, 50]])
    assert not suppress(cells, *judged(cells)).hidden.any()
