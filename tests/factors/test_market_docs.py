"""The code in the market page runs as written."""

import re
from pathlib import Path

import pytest


def test_the_page_runs():
    pytest.importorskip("rdflib", reason="the extra catalogue is not installed")
    text = (Path(__file__).parents[2] / "docs" / "market.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})
