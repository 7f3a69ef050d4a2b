import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "match.md"


def test_the_pages_code_runs_as_written(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SANWANG_ENCODER", raising=False)
    monkeypatch.setenv("SANWANG_CACHE", str(tmp_path))
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        exec(block, names)
    assert "密封圈漏油" in capsys.readouterr().out
    hidden = names["shown"].frame["achievement"].str.starts_with("保密-")
    assert 0 < hidden.sum() < len(hidden)
