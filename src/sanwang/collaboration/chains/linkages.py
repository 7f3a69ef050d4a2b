"""Which industries matter most to others: forward and backward linkages on an industry graph.

Rasmussen (1956) reads them off the Leontief inverse, Jones (1976, Quarterly Journal of Economics 90:323) the forward
ones off the Ghosh inverse. Where only mentions are known and no money, their shares stand for coefficients, and each
step upstream or downstream counts ``passed`` of the one before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from sanwang.errors import DataError, OptionError


def linkages(edges: pl.DataFrame, passed: float = 0.5) -> pl.DataFrame:
    """One row an industry, most critical first: feeds and fed_by (direct neighbours), forward and backward linkage
    (mean 1), and the number of the cycle group (strongly connected component) it lies in, null if in none.

    ``edges`` has upstream, downstream and count. Raises DataError without edges, OptionError for ``passed`` not in
    (0, 1).
    """
    if not 0 < passed < 1:
        raise OptionError(f"passed is {passed}; it lies between 0 and 1")
    if edges.is_empty():
        raise DataError("the graph has no edges / 图中没有边")
    names = sorted(set(edges["upstream"]) | set(edges["downstream"]))
    at = {name: n for n, name in enumerate(names)}
    rows = [at[a] for a in edges["upstream"]]
    cols = [at[b] for b in edges["downstream"]]
    size = len(names)
    weight = sp.csr_matrix((edges["count"].to_numpy().astype(np.float64), (rows, cols)), shape=(size, size))
    _, label = connected_components(weight, directed=True, connection="strong")
    many = np.bincount(label)[label] > 1
    return pl.DataFrame(
        {
            "industry": names,
            "feeds": np.diff(weight.indptr),
            "fed_by": np.diff(sp.csc_matrix(weight).indptr),
            "forward": _reach(weight, passed),
            "backward": _reach(sp.csr_matrix(weight.T), passed),
            "cycle": [int(k) if m else None for k, m in zip(label, many, strict=True)],
        }
    ).sort(["forward", "industry"], descending=[True, False])


def _reach(weight: sp.csr_matrix, passed: float) -> npt.NDArray[np.float64]:
    """Σ over walks: each receiver's inputs are shares of one, so that a giver counts by how much others rest on it."""
    into = np.asarray(weight.sum(axis=0)).ravel()
    shares = weight @ sp.diags(np.divide(1.0, into, out=np.zeros_like(into), where=into > 0))
    size = into.size
    solved: Any = spsolve(sp.csc_matrix(sp.identity(size) - passed * shares), np.ones(size))
    found = np.asarray(solved, dtype=np.float64)
    return found / float(found.mean())
