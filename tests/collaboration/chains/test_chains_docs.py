import re
from pathlib import Path

from typer.testing import CliRunner

from sanwang.cli.app import app

PAGE = Path(__file__).resolve().parents[3] / "docs" / "chains.md"


def test_the_pages_code_runs_as_written(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        exec(block, names)
    told = capsys.readouterr().out
    assert "碳纤维" in told and "missing" in told


def test_the_pages_commands_exist():
    for command in re.findall(r"^sanwang (\S+)", PAGE.read_text(encoding="utf-8"), re.M):
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
