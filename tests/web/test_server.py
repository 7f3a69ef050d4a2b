"""The server as people start it: accounts on first start, a link, jobs run by the worker, a sound check."""

import os
import re
import socket
import subprocess
import sys
import time

import httpx
import pytest


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(params=["1", "2"], ids=["one-process", "two-processes"])
def running(request, tmp_path):
    """A started server: its address and what it printed."""
    port, folder = free_port(), tmp_path / "data"
    command = [
        sys.executable,
        "-m",
        "sanwang.cli",
        "serve",
        "--folder",
        str(folder),
        "--port",
        str(port),
        "--lang",
        "en",
        "--workers",
        request.param,
    ]
    with (tmp_path / "out").open("w+") as out:
        env = {**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=env)
        try:
            address = f"http://127.0.0.1:{port}"
            wait(lambda: httpx.get(f"{address}/market").status_code == 200, process)
            yield address, (tmp_path / "out").read_text(), folder
        finally:
            process.terminate()
            process.wait(20)


def wait(ready, process=None, seconds=90):
    until = time.time() + seconds
    while time.time() < until:
        assert process is None or process.poll() is None
        try:
            if ready():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError("not in time")


def test_from_first_start_to_a_result(running):
    address, said, folder = running
    login, password = re.search(r"login is (\w+), the password (\S+)", said).groups()
    assert address in said
    with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as browser:

        def post(path, **data):
            token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/market").text)[1]
            return browser.post(path, data={"csrf": token, **data})

        assert (
            "Administration" in post("/sign-in", login=login, password=password).text
            or "管理" in browser.get("/").text
        )
        place = post("/studies/closure", workspace="sample").url.path
        wait(lambda: "/files/" in browser.get(place).text)
        name = re.search(rf'href="{place}/files/([^"]+)"', browser.get(place).text)[1]
        assert browser.get(f"{place}/files/{name}").status_code == 200
    checked = subprocess.run(
        [sys.executable, "-m", "sanwang.cli", "serve", "--check", "--folder", str(folder), "--lang", "en"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout.strip()) == (0, "The deployment is sound.")


def test_an_outside_address_wants_tls(tmp_path):
    command = [sys.executable, "-m", "sanwang.cli", "serve", "--folder", str(tmp_path), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
    assert done.returncode != 0
    assert "TLS" in done.stdout + done.stderr
    checked = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 1
