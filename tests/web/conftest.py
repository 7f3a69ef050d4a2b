"""A workbench over a fresh exchange: an operator, two verified firms with people, a reviewer's pair."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("fastapi", reason="the workbench wants the packages of sanwang[serve]")

from fastapi.testclient import TestClient

from sanwang.exchange import identity, people
from sanwang.exchange.clock import SetClock, moment
from sanwang.exchange.face import Exchange
from sanwang.exchange.who import EXCHANGE
from sanwang.region.sample import sample_region
from sanwang.web.app import create
from sanwang.web.settings import Settings

PASSWORD = "correct horse battery"
ROLES = {
    "buyer": ("member", "manager", "signer", "payer"),
    "seller": ("member", "manager", "signer", "releaser"),
}


@dataclass
class Bench:
    """The application, its exchange and folder, and signed-in browsers by login."""

    exchange: Exchange
    folder: Path
    clock: SetClock
    parties: dict[str, str]
    browser: Callable[[str | None], "Browser"]


class Browser:
    """A browser that knows where forms put their token."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **more):
        return self.client.get(path, **more)

    def token(self, path: str = "/market") -> str:
        text = self.client.get(path).text
        return text.partition('name="csrf" value="')[2].partition('"')[0]

    def post(self, path: str, data=None, **more):
        return self.client.post(
            path, data={"csrf": self.token(), **(data or {})}, follow_redirects=False, **more
        )


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    clock = SetClock(moment("2026-12-01T09:00:00+08:00"))
    url = f"sqlite:///{tmp_path / 'market.db'}"
    exchange = Exchange.create(url, "operator", PASSWORD, clock=clock)
    parties: dict[str, str] = {}

    def fill(tx):
        for name, place in (("buyer", "130100"), ("seller", "110000")):
            party = people.add_party(tx, EXCHANGE, f"A-{name}", f"{name}（虚构）", place=place, foreign_id=f"XX-{name}",
                                     fictional=True)  # fmt: skip
            people.verify_party(tx, EXCHANGE, party)
            parties[name] = party
            user = people.add_user(tx, EXCHANGE, name, name, PASSWORD)
            for role in ROLES[name]:
                people.grant(tx, EXCHANGE, user, role, "party", party)
        for name in ("first", "second"):
            user = people.add_user(tx, EXCHANGE, name, name, PASSWORD)
            for place in ("110000", "130000"):
                people.grant(tx, EXCHANGE, user, "reviewer", "place", place)

    exchange.store.run(fill)
    app = create(Settings(exchange, tmp_path / "data"))

    def browser(login: str | None = None) -> Browser:
        made = Browser(TestClient(app, base_url="http://testserver"))
        if login is not None:
            answer = made.post("/sign-in", {"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
        return made

    yield Bench(exchange, tmp_path / "data", clock, parties, browser)
    exchange.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Path:
    """A workspace with the sample's first hydrogen needs, saved once."""
    region = sample_region()
    needs = region["needs"].filter(pl.col("chain") == "H2").head(8)
    place = tmp_path_factory.mktemp("small") / "small"
    region.with_tables(needs=needs).save(place, "csv")
    return place


@pytest.fixture
def space(bench, small):
    """The same as the buyer's own workspace, and his browser."""
    browser = bench.browser("buyer")
    with bench.exchange.store.read() as tx:
        who = identity.of_session(tx, browser.client.cookies["sanwang_session"])
    place = bench.folder / "people" / str(who.user) / "mine"
    shutil.copytree(small, place)
    return browser, place


@pytest.fixture
def program(bench):
    """A function that calls with a fresh token of a person."""

    def of(login, scopes="take"):
        browser = bench.browser(login)
        page = browser.post("/tokens", {"name": "t", "party": bench.parties[login], "scopes": scopes}).text
        token = page.partition("<pre><code>")[2].partition("<")[0]
        client = bench.browser(None).client
        client.headers["authorization"] = f"Bearer {token}"
        return client

    return of
