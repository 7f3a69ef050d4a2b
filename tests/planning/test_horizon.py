import datetime as dt

import pytest

from sanwang.errors import OptionError
from sanwang.planning.studies.asked import horizon


@pytest.mark.parametrize(
    ("years", "start", "today", "span", "begin"),
    [
        (None, None, None, range(2026, 2031), 0),
        (None, None, dt.date(2026, 11, 28), range(2026, 2031), 11),
        (None, None, dt.date(2026, 12, 1), range(2027, 2032), 0),
        (None, "2027-05", dt.date(2026, 11, 28), range(2027, 2032), 4),
        (range(2026, 2031), None, dt.date(2027, 3, 9), range(2027, 2031), 3),
        (range(2028, 2031), None, dt.date(2026, 3, 9), range(2028, 2031), 0),
        (range(2026, 2031), "2026-01", dt.date(2026, 11, 28), range(2026, 2031), 0),
    ],
)
def test_nothing_starts_before_next_month_unless_a_start_is_given(years, start, today, span, begin):
    assert horizon(years, start, today) == (span, begin)


def test_a_start_outside_the_years_is_refused():
    with pytest.raises(OptionError, match="2031-01"):
        horizon(range(2026, 2031), None, dt.date(2030, 12, 31))
    with pytest.raises(OptionError, match="2025-01"):
        horizon(range(2026, 2031), "2025-01", None)
