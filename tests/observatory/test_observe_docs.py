"""The code in the observatory's page runs as written."""

import re
from pathlib import Path

import pytest


def test_the_page_runs():
    pytest.importorskip("pyfixest")
    text = (Path(__file__).parents[2] / "docs" / "observe.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(block, {})
