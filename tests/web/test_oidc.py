"""Sign-in through a provider: a small one on this machine with real keys, and what may be wrong with its word."""

import base64
import hashlib
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from test_server import free_port

from sanwang.errors import InputError
from sanwang.exchange import people
from sanwang.exchange.tables.people import users
from sanwang.exchange.who import EXCHANGE
from sanwang.web.oidc import provider_of

KEY, OTHER = (RSAKey.generate_key(2048, {"kid": k}) for k in ("one", "one"))


@dataclass
class StandIn:
    """A provider that says of the person what a test wants."""

    port: int
    now: int
    says: dict = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    challenges: dict = field(default_factory=dict)

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.port}"

    def app(self):
        return Starlette(routes=[Route("/.well-known/openid-configuration", self.described), Route("/keys", self.keys),
                                 Route("/token", self.token, methods=["POST"])])  # fmt: skip

    async def described(self, request):
        return JSONResponse({"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                             "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"})  # fmt: skip

    async def keys(self, request):
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def token(self, request):
        """The code's token, for who holds the verifier of its challenge; once."""
        form = await request.form()
        asked = self.challenges.pop(form.get("code"), None)
        held = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        if asked is None or held.rstrip(b"=").decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {"iss": self.issuer, "aud": "sanwang", "sub": "p-1", "iat": self.now, "exp": self.now + 300,
                  "nonce": asked["nonce"]}  # fmt: skip
        return JSONResponse(
            {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims | self.says, self.key)}
        )


@pytest.fixture
def provider(bench, monkeypatch):
    made = StandIn(free_port(), bench.clock() // 1_000_000)
    server = uvicorn.Server(uvicorn.Config(made.app(), host="127.0.0.1", port=made.port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    monkeypatch.setenv("SANWANG_OIDC_ISSUER", made.issuer)
    monkeypatch.setenv("SANWANG_OIDC_CLIENT", "sanwang")
    bench.exchange.store.run(
        lambda tx: people.add_user(tx, EXCHANGE, "li@example.org", "李（虚构）", "correct horse battery")
    )
    yield made
    server.should_exit = True
    thread.join(5)


def leave(browser, provider, after="/market"):
    """Off to the provider; what it was asked, and the way back it would send the person."""
    answer = browser.get(f"/sign-in/outside?next={after}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    at = urlsplit(answer.headers["location"])
    asked = {k: x[0] for k, x in parse_qs(at.query).items()}
    provider.challenges["c1"] = asked
    return asked, f"/sign-in/back?code=c1&state={asked['state']}"


VERIFIED = {"email": "Li@Example.org", "email_verified": True}


def signed_in(browser):
    return browser.get("/mine/deal", follow_redirects=False).status_code == 200


def test_a_verified_email_leads_to_the_account_it_names_and_stays_linked(bench, provider):
    browser = bench.browser(None)
    provider.says = VERIFIED
    asked, back = leave(browser, provider)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert "code_verifier" not in asked
    answer = browser.get(back, follow_redirects=False)
    assert answer.headers["location"] == "/market"
    assert signed_in(browser)
    provider.says = {}  # from now on the subject is enough
    again = bench.browser(None)
    again.get(leave(again, provider)[1])
    assert signed_in(again)
    assert bench.exchange.verify() == []


def test_an_operator_links_whom_no_email_names(bench, provider):
    browser = bench.browser(None)
    text = browser.get(leave(browser, provider)[1]).text
    assert "请运营方关联外部标识 p-1" in text
    assert not signed_in(browser)
    with bench.exchange.store.read() as tx:
        user = tx.value(sa.select(users.c.id).where(users.c.login == "buyer"))
    assert bench.browser("seller").post(f"/admin/users/{user}/link", {"subject": "p-1"}).status_code == 403
    assert bench.browser("operator").post(f"/admin/users/{user}/link", {"subject": "p-1"}).status_code == 303
    assert "关联外部身份" in bench.browser("operator").get("/admin").text
    browser.get(leave(browser, provider)[1])
    assert "buyer" in browser.get("/").text


@pytest.mark.parametrize(("says", "words"), [
    ({"nonce": "another"}, "令牌属于另一次登录"), ({"nonce": None}, "令牌属于另一次登录"),
    ({"aud": "another"}, "给其他程序的"), ({"aud": ["sanwang", "another"]}, "给其他程序的"),
    ({"iss": "https://example.org"}, "其他身份提供方"), ({"exp": 1_000_000_000}, "已过期"), ({"exp": None}, "已过期"),
    ({"iat": 9_000_000_000, "exp": 9_000_000_300}, "核对时钟"), ({"sub": ""}, "没有写明是谁"),
    ({"email_verified": False}, "没有与您关联的账号"), ({"email_verified": "true"}, "没有与您关联的账号"),
    ({"email": "nobody@example.org"}, "没有与您关联的账号"),
])  # fmt: skip
def test_what_is_wrong_with_a_token_is_said_and_nobody_signed_in(bench, provider, says, words):
    browser = bench.browser(None)
    provider.says = VERIFIED | says
    answer = browser.get(leave(browser, provider)[1])
    assert answer.status_code == 401
    assert words in answer.text
    assert not signed_in(browser)


def test_a_token_of_another_key_is_refused(bench, provider):
    browser = bench.browser(None)
    provider.says, provider.key = VERIFIED, OTHER
    assert "不是由身份提供方的密钥签发" in browser.get(leave(browser, provider)[1]).text
    assert not signed_in(browser)


def test_a_state_counts_once_and_in_its_browser_alone(bench, provider):
    provider.says = VERIFIED
    browser, other = bench.browser(None), bench.browser(None)
    _, back = leave(browser, provider)
    assert "不是在此浏览器中发起的" in other.get(back).text
    assert not signed_in(other)
    kept = browser.client.cookies["sanwang_oidc"]
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert "不是在此浏览器中发起的" in browser.get(back).text  # the words are gone with the first return
    other.client.cookies.set("sanwang_oidc", kept, path="/sign-in")
    assert "已使用过" in other.get(back).text
    assert not signed_in(other)


def test_a_changed_state_or_a_late_return_is_refused(bench, provider):
    provider.says = VERIFIED
    browser = bench.browser(None)
    _, back = leave(browser, provider)
    assert "不是在此浏览器中发起的" in browser.get(back + "x").text
    _, back = leave(browser, provider)
    bench.clock.move(seconds=11 * 60)
    assert "登录超时" in browser.get(back).text
    assert not signed_in(browser)


def test_the_provider_refuses_or_is_not_there(bench, provider):
    browser = bench.browser(None)
    asked, back = leave(browser, provider)
    assert "未予登录" in browser.get(f"/sign-in/back?error=access_denied&state={asked['state']}").text
    _, back = leave(browser, provider)
    provider.challenges.clear()
    assert "未按规定应答" in browser.get(back).text


def test_it_leads_to_our_own_pages_only(bench, provider):
    provider.says = VERIFIED
    browser = bench.browser(None)
    _, back = leave(browser, provider, "//example.org/")
    assert browser.get(back, follow_redirects=False).headers["location"] == "/"


def test_without_a_provider_there_is_no_such_page(bench):
    assert bench.browser(None).get("/sign-in/outside").status_code == 404
    assert "/sign-in/outside" not in bench.browser(None).get("/sign-in").text


def test_settings_that_cannot_be_meant_are_said():
    assert provider_of({}) is None
    for bad in ({"SANWANG_OIDC_ISSUER": "http://example.org", "SANWANG_OIDC_CLIENT": "x"},
                {"SANWANG_OIDC_ISSUER": "https://example.org"}):  # fmt: skip
        with pytest.raises(InputError):
            provider_of(bad)
