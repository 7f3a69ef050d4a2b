"""kill -9 in the middle of work: nothing acknowledged is lost, nothing is half done.

SANWANG_KILLS says how often; a few by default, two hundred in the benchmarks' results.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest_exchange import fresh

from sanwang.exchange.clock import system_clock
from sanwang.exchange.face import Exchange
from sanwang.exchange.store import open_store
from sanwang.exchange.tables.record import events

WORKER = Path(__file__).parents[2] / "benchmarks" / "exchange" / "killed.py"
RUNS = int(os.environ.get("SANWANG_KILLS", "4"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_acknowledged_is_there(kind, request, tmp_path):
    made = fresh(kind, request)(tmp_path / "m.db", system_clock)
    address = made.engine.url.render_as_string(hide_password=False)
    made.close()
    acknowledged = tmp_path / "acknowledged"
    for run in range(RUNS):
        child = subprocess.Popen([sys.executable, str(WORKER), address, str(acknowledged), str(run)])
        while not acknowledged.exists() or f"ready {run}" not in acknowledged.read_text():
            assert child.poll() is None
            time.sleep(0.02)
        time.sleep(0.15 + 0.07 * (run % 12))
        child.send_signal(signal.SIGKILL)
        child.wait()
    told = [line for line in acknowledged.read_text().split("\n")[:-1] if not line.startswith("ready")]
    store = open_store(address)
    exchange = Exchange(store)
    exchange.seal()
    assert exchange.verify() == []
    with store.read() as tx:
        there = {(r["subject"], r["take"]) for r in tx.all(sa.select(events.c.subject, events.c.take))}
    store.close()
    assert len(told) > RUNS
    assert [line for line in told if tuple(line.split()) not in there] == []
