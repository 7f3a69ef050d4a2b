"""A Ray cluster of two workers in this process."""

import os

import pytest

from sanwang.engine.cluster import Cluster


@pytest.fixture(scope="session")
def ray():
    if not os.environ.get("SANWANG_REQUIRE_RAY"):
        pytest.importorskip("ray", reason="ray is not installed: pip install 'sanwang[ray]'")
    made = Cluster(workers=2)
    yield made
    made.close()
