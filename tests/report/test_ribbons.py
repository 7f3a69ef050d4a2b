import re

import numpy as np

from sanwang.report.ribbons import MOST, ribbons


def test_every_flow_is_a_ribbon_and_shares_add_up():
    drawn = str(ribbons(["甲市", "乙省"], np.asarray([[3.0, 1.0], [0.0, np.nan]]), "图", "说明"))
    assert drawn.count("<path") == 2 and "甲 100%" in drawn and "乙 25%" in drawn


def test_small_places_are_gathered_and_nothing_is_lost():
    values = np.arange(1, 145, dtype=float).reshape(12, 12)
    drawn = str(ribbons([f"地{n}" for n in range(12)], values, "图", ""))
    left = [int(p) for p in re.findall(r">(?:地\d+|其他) (\d+)%<", drawn)]
    assert len(left) == 2 * (MOST + 1) and abs(sum(left) - 200) <= len(left)


def test_nothing_at_all_is_drawn_as_nothing():
    assert "<path" not in str(ribbons(["甲", "乙"], np.zeros((2, 2)), "图", ""))
