"""People at a workbench, for locust: each looks, searches, opens, now and then writes, and thinks in between.

One class for the workbench, one for a Django admin over the same rows; LOAD_* in the environment say where and who.
"""

from __future__ import annotations

import os
import random
import re
import sys

from locust import FastHttpUser, between, events, task

PASSWORD = os.environ["LOAD_PASSWORD"]
LOGINS = os.environ["LOAD_LOGINS"].split(",")
WORDS = os.environ["LOAD_WORDS"].split(",")
SYSTEM = os.environ["LOAD_SYSTEM"]
_LOT = random.Random(1)
_TOKEN = re.compile(r'name="(?:csrf|csrfmiddlewaretoken)" value="([^"]+)"')


class Person(FastHttpUser):
    """Somebody signed in, from an address of their own, who thinks two to six seconds between pages."""

    abstract = True
    wait_time = between(2, 6)

    def on_start(self) -> None:
        self.cookie = ""
        self.address = {
            "X-Forwarded-For": f"10.{_LOT.randrange(256)}.{_LOT.randrange(256)}.{_LOT.randrange(1, 255)}"
        }
        self.sign_in()

    def look(self, path: str, name: str) -> str:
        """A page, which must be there."""
        with self.client.get(path, name=name, headers=self.headers(), catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"status {answer.status_code}")
            return answer.text or ""

    def send(self, path: str, form: dict[str, str], name: str) -> object:
        """A form; what is written answers with the way on."""
        with self.client.post(
            path, data=form, name=name, headers=self.headers(), allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code not in (302, 303):
                answer.failure(f"status {answer.status_code}")
            return answer

    def headers(self) -> dict[str, str]:
        return self.address | ({"Cookie": self.cookie} if self.cookie else {})

    def keep(self, answer: object) -> None:
        """The cookies that were set: over plain HTTP a jar would not send those that are for TLS alone."""
        told = [v for k, v in answer.headers.items() if k.lower() == "set-cookie"]  # pyright: ignore[reportAttributeAccessIssue]
        fresh = dict(p.split("=", 1) for one in told for p in re.findall(r"(?:^|, )([\w-]+=[^;]+)", one))
        known = dict(p.split("=", 1) for p in self.cookie.split("; ") if p)
        self.cookie = "; ".join(f"{k}={v}" for k, v in (known | fresh).items())


class Ours(Person):
    """At the workbench."""

    abstract = SYSTEM != "ours"

    def sign_in(self) -> None:
        token = _TOKEN.search(self.look("/sign-in", "sign in form"))
        form = {
            "csrf": token[1] if token else "",
            "login": _LOT.choice(LOGINS),
            "password": PASSWORD,
            "next": "/market",
        }
        self.keep(self.send("/sign-in", form, "sign in"))

    @task(4)
    def search(self) -> None:
        page = self.look(f"/market?q={_LOT.choice(WORDS)}", "search")
        if found := re.findall(r'href="(/listing/[0-9a-f-]{36})"', page):
            self.look(_LOT.choice(found), "open")

    @task(2)
    def first(self) -> None:
        self.look("/", "first page")

    @task(1)
    def write(self) -> None:
        page = self.look("/draft/needs", "form")
        actor = re.search(r'<select name="actor_of_party".*?<option value="([^"]+)"', page, re.DOTALL)
        token = _TOKEN.search(page)
        if actor and token:
            form = {"csrf": token[1], "actor_of_party": actor[1], "tier": "members", "title": f"负载 {_LOT.random()}",
                    "text": "负载测试用的虚构需求。"}  # fmt: skip
            self.send("/draft/needs", form, "write")


class Django(Person):
    """At a Django admin."""

    abstract = SYSTEM != "django"

    def sign_in(self) -> None:
        with self.client.get(
            "/admin/login/", name="sign in form", headers=self.headers(), catch_response=True
        ) as answer:
            self.keep(answer)
            token = _TOKEN.search(answer.text or "")
        form = {"csrfmiddlewaretoken": token[1] if token else "", "username": _LOT.choice(LOGINS), "password": PASSWORD,
                "next": "/admin/"}  # fmt: skip
        self.keep(self.send("/admin/login/?next=/admin/", form, "sign in"))

    @task(4)
    def search(self) -> None:
        page = self.look(f"/admin/django_peer/listing/?q={_LOT.choice(WORDS)}", "search")
        if found := re.findall(r'href="(/admin/django_peer/listing/\d+/change/)', page):
            self.look(_LOT.choice(found), "open")

    @task(2)
    def first(self) -> None:
        self.look("/admin/", "first page")

    @task(1)
    def write(self) -> None:
        page = self.look("/admin/django_peer/listing/add/", "form")
        token = _TOKEN.search(page)
        form = {"csrfmiddlewaretoken": token[1] if token else "", "kind": "needs", "title": f"负载 {_LOT.random()}",
                "text": "负载测试用的虚构需求。", "tier": "members", "place": "110000"}  # fmt: skip
        self.send("/admin/django_peer/listing/add/", form, "write")


@events.quitting.add_listener
def _say(environment, **_):
    total = environment.stats.total
    sys.stdout.write(f"TOTAL requests={total.num_requests} failures={total.num_failures} rps={total.total_rps:.1f} "
          f"p50={total.get_response_time_percentile(0.5)} p95={total.get_response_time_percentile(0.95)} "
          f"p99={total.get_response_time_percentile(0.99)}\n")  # fmt: skip
