"""Webhooks: signed as the standard's own library reads them, tried again, sent to allowed and public hosts only."""

import base64
import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from tests_market import market, need, published

from sanwang.errors import OptionError
from sanwang.exchange import clock as clocks
from sanwang.exchange import hooks, sending
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.hooks import PAUSES, Message
from sanwang.exchange.sending import deliver, send


class StandIn:
    """Another house's program on this machine: what it was sent, and the status it answers."""

    def __init__(self):
        self.got, self.status, self.elsewhere = [], 204, None
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                stand_in.got.append((dict(self.headers), body))
                self.send_response(stand_in.status)
                if stand_in.elsewhere:
                    self.send_header("location", stand_in.elsewhere)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/hook"


@pytest.fixture
def stand_in():
    made = StandIn()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def m(store, clock):
    return market(store, clock)


def hooked(m, stand_in, who="firm_member"):
    m.x.store.run(lambda tx: hooks.allow(tx, m["operator"], stand_in.host))
    return m.x.store.run(lambda tx: hooks.add(tx, m[who], m.party[who.partition("_")[0]], stand_in.url))


def told(m, key, who="firm_member"):
    with m.x.store.read() as tx:
        return hooks.told(tx, m[who], key)


def state(m, key, who="firm_member"):
    with m.x.store.read() as tx:
        return hooks.one(tx, m[who], key)


def happen(m, who="firm_member"):
    listing = published(m, who, "needs", need())
    m.x.seal()
    return listing


def test_a_message_is_what_the_standards_library_reads(m, stand_in):
    key, secret = hooked(m, stand_in)
    listing = happen(m)
    assert deliver(m.x.store, inner=True) == len(stand_in.got) > 0
    headers, body = stand_in.got[-1]
    real = Webhook(secret)
    lowered = {k.lower(): x for k, x in headers.items()}
    at = int(lowered["webhook-timestamp"])
    assert at == m.x.store.clock() // clocks.SECOND
    assert lowered["webhook-signature"] == real.sign(lowered["webhook-id"], _moment(at), body.decode())
    read = json.loads(body)
    assert read["type"] == "listing.publish"
    assert read["data"]["subject"] == listing
    assert set(read) == {"type", "timestamp", "data"}
    assert "涂层" not in body.decode()  # thin: no content
    assert [d["state"] for d in told(m, key)] == ["arrived"] * len(stand_in.got)
    assert len({h["webhook-id"] for h, _ in stand_in.got}) == len(stand_in.got)


def _moment(at):
    return dt.datetime.fromtimestamp(at, dt.UTC)


def test_a_changed_body_or_secret_does_not_verify(store, clock, stand_in):
    clock.at = clocks.system_clock()  # the library takes no message of another day
    m = market(store, clock)
    _, secret = hooked(m, stand_in)
    happen(m)
    deliver(m.x.store, inner=True)
    headers, body = stand_in.got[0]
    Webhook(secret).verify(body.decode(), headers)
    for other, text in (
        (secret, body.decode().replace("listing", "lasting")),
        (fresh_secret(), body.decode()),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(text, headers)


def fresh_secret():
    return "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode()


def test_two_secrets_sign_while_one_is_changed(m, stand_in, clock):
    key, old = hooked(m, stand_in)
    new = m.x.store.run(lambda tx: hooks.rotate(tx, m["firm_member"], key))
    happen(m)
    deliver(m.x.store, inner=True)
    headers, body = stand_in.got[0]
    both = headers["webhook-signature"].split()
    for secret in (old, new):
        assert hooks.signed(secret, headers["webhook-id"], headers["webhook-timestamp"], body) in both
    clock.move(days=1, seconds=1)
    stand_in.got.clear()
    m.x.draft(m["firm_member"], "needs", need(id="N2"))
    m.x.seal()
    deliver(m.x.store, inner=True)
    assert len(stand_in.got[0][0]["webhook-signature"].split()) == 1


def test_what_fails_is_tried_again_with_growing_pauses_under_the_same_id(m, stand_in, clock):
    key, _ = hooked(m, stand_in)
    m.x.draft(m["firm_member"], "needs", need())
    m.x.seal()
    stand_in.status = 500
    before = clock()
    deliver(m.x.store, inner=True)
    (row,) = told(m, key)
    assert (row["state"], row["tries"], row["status"]) == ("queued", 1, 500)
    assert PAUSES[0] <= row["due_at"] - before <= PAUSES[0] * 1.2
    assert deliver(m.x.store, inner=True) == 0
    assert len(stand_in.got) == 1  # not before it is due
    for n in range(1, 4):
        clock.move(seconds=PAUSES[n - 1] * 1.2 / clocks.SECOND + 1)
        deliver(m.x.store, inner=True)
        assert told(m, key)[0]["tries"] == n + 1
    stand_in.status = 200
    clock.move(seconds=PAUSES[3] * 1.2 / clocks.SECOND + 1)
    assert deliver(m.x.store, inner=True) == 1
    assert len({h["webhook-id"] for h, _ in stand_in.got}) == 1
    assert told(m, key)[0]["state"] == "arrived"
    assert state(m, key)["failing_since"] is None


def test_five_days_of_silence_end_it_and_its_owner_is_told(m, stand_in, clock):
    key, _ = hooked(m, stand_in)
    m.x.draft(m["firm_member"], "needs", need())
    m.x.seal()
    stand_in.status = 503
    for _ in range(12):
        deliver(m.x.store, inner=True)
        clock.move(days=1)
    assert (state(m, key)["state"], state(m, key)["why"]) == ("disabled", "silent")
    assert m.x.inbox(m["firm_member"])[0]["words"]["key"] == "hook"
    tries = len(stand_in.got)
    deliver(m.x.store, inner=True)
    assert len(stand_in.got) == tries
    stand_in.status = 200
    m.x.store.run(lambda tx: hooks.resume(tx, m["firm_member"], key, 0))
    assert deliver(m.x.store, inner=True) >= 1


def test_gone_is_heard_at_once(m, stand_in):
    key, _ = hooked(m, stand_in)
    happen(m)
    stand_in.status = 410
    deliver(m.x.store, inner=True)
    assert state(m, key)["why"] == "gone"
    assert len(stand_in.got) == 1


def test_a_redirection_is_not_followed(m, stand_in):
    other = StandIn()
    key, _ = hooked(m, stand_in)
    stand_in.status, stand_in.elsewhere = 302, other.url
    happen(m)
    deliver(m.x.store, inner=True)
    assert other.got == []
    assert told(m, key)[0]["status"] == 302
    other.server.shutdown()


def test_only_ones_own_business_is_told(m, stand_in):
    hooked(m, stand_in)
    m.x.draft(m["other_member"], "needs", need(actor="A0003"))
    m.x.seal()
    assert deliver(m.x.store, inner=True) == 0
    assert stand_in.got == []


def test_events_are_told_again_from_a_place(m, stand_in):
    key, _ = hooked(m, stand_in)
    happen(m)
    first = deliver(m.x.store, inner=True)
    m.x.store.run(lambda tx: hooks.resume(tx, m["firm_member"], key, 0))
    assert deliver(m.x.store, inner=True) == first
    ids = [h["webhook-id"] for h, _ in stand_in.got]
    assert sorted(ids[:first]) == sorted(ids[first:])


def test_a_pause_keeps_what_happens(m, stand_in):
    key, _ = hooked(m, stand_in)
    m.x.store.run(lambda tx: hooks.pause(tx, m["firm_member"], key))
    happen(m)
    assert deliver(m.x.store, inner=True) == 0
    m.x.store.run(lambda tx: hooks.resume(tx, m["firm_member"], key))
    assert deliver(m.x.store, inner=True) > 0


def test_hosts_are_allowed_by_operators_alone(m, stand_in):
    with pytest.raises(Refused):
        m.x.store.run(lambda tx: hooks.allow(tx, m["firm_member"], "example.org"))
    with pytest.raises(Refused, match="not allowed"):
        m.x.store.run(lambda tx: hooks.add(tx, m["firm_member"], m.party["firm"], "https://example.org/x"))
    key, _ = hooked(m, stand_in)
    happen(m)
    m.x.store.run(lambda tx: hooks.forbid(tx, m["operator"], stand_in.host))
    assert deliver(m.x.store, inner=True) == 0
    assert stand_in.got == []
    assert told(m, key)[0]["words"] == "host not allowed"


@pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org/", "https://a:b@example.org/", "https://", "https://x:99999/",
                                 "https://example.org/#x", "javascript:alert(1)", "file:///etc/passwd"])  # fmt: skip
def test_what_is_no_address_is_refused(url):
    with pytest.raises(OptionError):
        hooks.host_of(url)


INNER = ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "::1", "fe80::1",
         "fc00::1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1")  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_never_told(address, monkeypatch):
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (address, 443))])
    monkeypatch.setattr(sending.socket, "create_connection", lambda *_: pytest.fail("connected"))
    answer = send(Message("d", "https://example.org/x", {}, b""))
    assert answer.status is None
    assert "not public" in answer.words


def test_one_inner_address_among_public_ones_is_enough(monkeypatch):
    both = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *_, **__: both)
    assert "10.0.0.1" in send(Message("d", "https://example.org/x", {}, b"")).words


def test_a_name_that_changes_between_leads_nowhere_else(monkeypatch):
    looked, went = [], []
    monkeypatch.setattr(
        sending.socket,
        "getaddrinfo",
        lambda *_, **__: looked.append(1) or [(0, 0, 0, "", ("93.184.215.14", 443))],
    )

    def refuse(address, timeout):
        went.append(address)
        raise OSError

    monkeypatch.setattr(sending.socket, "create_connection", refuse)
    send(Message("d", "https://example.org/x", {}, b""))
    assert went == [("93.184.215.14", 443)]
    assert len(looked) == 1


def test_plain_http_is_for_stand_ins(stand_in):
    assert send(Message("d", stand_in.url, {}, b"")).words == "https only"
    assert (
        send(Message("d", stand_in.url, {"content-type": "application/json"}, b"{}"), inner=True).status
        == 204
    )


def test_another_persons_address_is_not_there(m, stand_in):
    key, _ = hooked(m, stand_in)
    for act in (hooks.rotate, hooks.remove, hooks.resume, hooks.pause, hooks.told):
        with pytest.raises(NotFound):
            m.x.store.run(lambda tx, act=act: act(tx, m["other_member"], key))
    with pytest.raises(NotFound):
        m.x.store.run(lambda tx: hooks.add(tx, m["firm_member"], m.party["other"], stand_in.url))


def test_one_message_is_held_by_one_worker(m, stand_in):
    hooked(m, stand_in)
    m.x.draft(m["firm_member"], "needs", need())
    m.x.seal()
    hooks.spread(m.x.store)
    claimed = [m.x.store.run(hooks.claim) for _ in range(3)]
    assert sum(c is not None for c in claimed) == 1
    assert hooks.spread(m.x.store) == 0
