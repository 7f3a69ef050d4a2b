"""The code in the finance page runs as written."""

import re
from pathlib import Path


def test_the_page_runs():
    text = (Path(__file__).parents[2] / "docs" / "finance.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        exec(block, {})
