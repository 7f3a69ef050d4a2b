"""The container file and the unit, as far as a machine without a container engine can tell."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTAINER = (ROOT / "deploy/Containerfile").read_text("utf-8")
UNIT = ROOT / "deploy/sanwang.service"


def lines() -> list[tuple[str, str]]:
    """The instructions of the container file with their arguments, lines that go on joined."""
    joined = CONTAINER.replace("\\\n", " ")
    read = [x.split(None, 1) for x in joined.splitlines() if x.strip() and not x.startswith("#")]
    return [(a, b.strip()) for a, b in read]


def started(words: list[str], folder: Path) -> subprocess.CompletedProcess:
    """The command as it would start, with the folder of this test, asked only to check."""
    given = [str(folder) if w in ("/data", "/var/lib/sanwang") else w for w in words[1:]]
    database = {"DATABASE_URL": f"sqlite:///{folder / 'market.db'}"}
    return subprocess.run(
        [sys.executable, "-m", "sanwang.cli", *given, "--check", "--lang", "en"],
        capture_output=True, text=True, env={**os.environ, **database}, check=False,
    )  # fmt: skip


@pytest.fixture
def deployed(bench, tmp_path: Path) -> Path:
    """A folder as a first start leaves it."""
    bench.exchange.seal()
    return tmp_path


def test_everything_that_is_copied_is_there():
    stages = [a.partition(" AS ")[2] for name, a in lines() if name == "FROM"]
    for name, given in lines():
        if name == "COPY" and not given.startswith("--from="):
            *sources, _ = given.split()
            assert all((ROOT / s).exists() for s in sources), sources
        if name == "COPY" and given.startswith("--from="):
            assert re.match(r"--from=(\w+) ", given)[1] in stages
    known = ("FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD")
    assert {name for name, _ in lines()} <= set(known)


def test_nothing_runs_as_root():
    users = [a for name, a in lines() if name == "USER"]
    assert users == ["sanwang"]
    unit = UNIT.read_text("utf-8")
    assert "DynamicUser=yes" in unit
    assert "NoNewPrivileges=yes" in unit


def test_the_containers_command_is_one_that_starts(deployed):
    command = json.loads(next(a for name, a in lines() if name == "CMD"))
    assert command[0].endswith("/bin/sanwang")
    told = started(command, deployed)
    assert "many people" in told.stdout, told.stderr  # SQLite behind an outside address: all else is sound
    assert len(told.stdout.strip().splitlines()) == 1, told.stdout


def test_the_units_command_is_one_that_starts(deployed):
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(UNIT, "utf-8")
    command = shlex.split(read["Service"]["ExecStart"])
    told = started(command, deployed)
    assert told.returncode == 0, told.stdout + told.stderr
    assert read["Service"]["StateDirectory"] in read["Service"]["WorkingDirectory"]


def test_systemd_understands_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    text = UNIT.read_text("utf-8").replace("/opt/sanwang/bin/sanwang", shutil.which("true"))
    unit = tmp_path / "sanwang.service"
    unit.write_text(
        text.replace("After=network-online.target postgresql.service\nWants=network-online.target\n", "")
    )
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "Unknown" not in told.stderr


def test_the_health_check_asks_what_is_there(bench):
    place = re.search(r"8080(/\w+)'", CONTAINER)[1]
    assert bench.browser(None).get(place).text == "ok"
