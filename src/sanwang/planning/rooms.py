"""What is left of capacity dealt out to blocks, so that whatever each does within its room all can do together."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from sanwang.planning.arrays import Floats

_SLIVER = 1e-9


def dealt(left: Floats, wish: sp.csr_matrix, step: Floats) -> sp.csc_matrix:
    """Row × block, rows of finite ``left`` alone: shares of what is left in proportion to ``wish``, in whole steps.

    What steps leave over goes to the block that comes nearest to one more. A row's shares add up to no more than is
    left of it; a row that nobody wishes for is dealt to nobody. Ties go to the lower block.
    """
    wanted = wish.tocoo()
    row, block, weight = wanted.row.astype(np.int64), wanted.col.astype(np.int64), wanted.data
    use = (weight > 0) & np.isfinite(left[row]) & (left[row] > _SLIVER)
    row, block, weight = row[use], block[use], weight[use]
    total = np.bincount(row, weight, left.size)
    unit = np.where(step > 0, step, 1.0)
    quota = left[row] * weight / total[row] / unit[row]
    share = np.floor(quota + _SLIVER)
    spare = np.floor(left / unit + _SLIVER)
    spare = np.where(np.isfinite(spare), spare, 0.0) - np.bincount(row, share, left.size)
    order = np.lexsort((block, share - quota, row))
    first = np.searchsorted(row[order], row[order], side="left")
    rank = np.arange(order.size) - first
    share[order] += rank < spare[row[order]]
    amount = share * unit[row]
    # What is less than a step is of use to one block at most: the first in that order.
    rest = left - np.bincount(row, amount, left.size)
    amount[order] += np.where(rank == 0, np.maximum(rest[row[order]], 0.0), 0.0)
    shape: tuple[int, int] = wish.shape  # pyright: ignore[reportAssignmentType]
    return sp.csc_matrix((amount, (row, block)), shape=shape)
