from __future__ import annotations

from dataclasses import replace

import pytest
from report_case import small_region

from sanwang.region import Region


@pytest.fixture
def real_region() -> Region:
    """The small region without the word that it is fictional."""
    return replace(small_region(), fictional=False)
