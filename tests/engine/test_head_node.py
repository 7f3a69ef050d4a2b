"""A cluster of two nodes that is already there, joined at ``ray://HOST:PORT`` by a program of its own.

Both nodes run on this machine, each with a raylet, an object store and one worker of its own: what is shared goes from
one to the other over the network's own protocol, as between machines.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from client_of_a_cluster import core

from sanwang.engine.cluster import JOINS, _start
from sanwang.engine.doing import SINGLE
from sanwang.engine.local import Local
from sanwang.engine.port import EngineError

HERE = Path(__file__).parent
_RAY = Path(sys.executable).with_name("ray")


def environment(token):
    """Of the head node and of whoever joins it: both must have its token, and import what this process can.

    gRPC's fork handlers are off, as ``docs/engine.md`` advises: with them the head loses the server that it forks for
    a client now and then."""
    path = os.pathsep.join([str(HERE), *(p for p in sys.path if p)])
    return {
        **os.environ,
        **SINGLE,
        "PYTHONPATH": path,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "GRPC_ENABLE_FORK_SUPPORT": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": token,
    }


def free_ports(count):
    """Ports that nobody listens on; held open together, so that they differ."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return found


def listening(process, port, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def joined(process, log, seconds):
    """Whether the second node says that it runs, too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if log.read_text().count("Ray runtime started") == 2:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def cluster():
    """Address and environment of two nodes with a server for clients; skipped, with the reason, without them."""
    if not os.environ.get("SANWANG_REQUIRE_RAY"):
        pytest.importorskip("ray", reason="ray is not installed: pip install 'sanwang[ray]'")
    if not _RAY.exists():
        pytest.skip("the command ray is not installed")
    port, client = free_ports(2)
    env = environment(secrets.token_hex(32))
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
        common = ["--block", "--num-cpus=1", "--node-ip-address=127.0.0.1"]
        head = ["--head", f"--port={port}", f"--ray-client-server-port={client}", "--include-dashboard=false",
                f"--temp-dir={folder}"]  # fmt: skip
        log = Path(folder) / "nodes.log"
        nodes: list[subprocess.Popen[bytes]] = []
        with log.open("w") as out:
            nodes.append(subprocess.Popen([_RAY, "start", *head, *common], env=env, stdout=out, stderr=out))
            try:
                if not listening(nodes[0], client, 40):
                    pytest.skip(f"the server for clients did not start here: {log.read_text()[-300:]}")
                more = [_RAY, "start", f"--address=127.0.0.1:{port}", *common]
                nodes.append(subprocess.Popen(more, env=env, stdout=out, stderr=out))
                assert joined(nodes[1], log, 60), log.read_text()[-2000:]
                yield f"ray://127.0.0.1:{client}", env
            finally:
                for node in reversed(nodes):
                    node.terminate()
                    node.wait(40)


def test_a_cluster_that_is_there_is_joined(cluster, tmp_path):
    """The same to the last bit as in this process, with a worker killed in the middle."""
    address, env = cluster
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    told = tmp_path / "told.json"
    script = [sys.executable, HERE / "client_of_a_cluster.py", address, tmp_path / "there", told]
    done = subprocess.run(script, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    (tmp_path / "here" / "died").touch()  # in this process nobody is to be killed
    said = json.loads(told.read_text())
    assert said["core"] == json.loads(json.dumps(core(Local(1), str(tmp_path / "here"))))
    assert len(said["nodes"]) == 6 and len(set(said["nodes"][:2])) == len(set(said["nodes"])) == 2
    began = {n: len((tmp_path / "there" / f"began-{n}").read_text()) for n in range(6)}
    assert began.pop(3) == 2 and set(began.values()) == {1}


class Head:
    """Stands for the package ray, before a head node that loses the first servers it forks."""

    def __init__(self, lost):
        self.lost, self.asked = lost, 0

    def init(self, address, **_):
        self.asked += 1
        if self.asked <= self.lost:
            raise ConnectionAbortedError("Starting Ray client server failed")

    def shutdown(self):
        """Nothing was started."""


def test_a_lost_server_for_this_client_is_asked_for_again():
    head = Head(JOINS - 1)
    _start(head, "ray://head", 2)
    assert head.asked == JOINS
    with pytest.raises(EngineError, match="no Ray cluster at ray://head"):
        _start(Head(JOINS), "ray://head", 2)
