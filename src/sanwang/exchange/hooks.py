"""Webhooks as Standard Webhooks has them: signed, thin, tried again with growing pauses, to allowed hosts only.

A message says which step was taken on which subject and where it stands in the record; whoever gets it reads the rest
through the interface, where reading is checked. Its id is the event's and stays the same on every try.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from random import SystemRandom
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from sanwang.errors import OptionError
from sanwang.exchange import clock, events, identity, notices, views
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.tables.hooks import deliveries, hook_hosts, hooks
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import Who

MINUTE = 60 * clock.SECOND
PAUSES = tuple(s * MINUTE // 12 for s in (1, 60, 360, 1_440, 3_600, 7_200, 10_080, 14_400, 17_280))
"""Pauses before each further try: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; a fifth is drawn by lot."""

LEASE = MINUTE
"""While one worker sends, no other does."""

PATIENCE = 5 * clock.DAY
"""An address where nothing arrives for so long is told no more."""

OVERLAP = clock.DAY
"""How long the secret before still signs beside the new one."""

AT_ONCE = 200
MOST = 20
"""Addresses of one party."""

_LOT = SystemRandom()


@dataclass(frozen=True)
class Message:
    """What is sent: to which address, under which headers."""

    delivery: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, or why there was none."""

    status: int | None
    words: str = ""

    @property
    def arrived(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300


def host_of(url: str) -> str:
    """The host of an address, with its port where it is unusual. Raises OptionError for what is no address."""
    try:
        read = urlsplit(url)
        port, name = read.port, (read.hostname or "").lower()
    except ValueError:
        read, port, name = None, None, ""
    if read is None or read.scheme not in ("https", "http") or not name or read.username or read.fragment:
        raise OptionError("an address such as https://example.org/hook is wanted", "应为 https:// 开头的网址")
    return name if port in (None, 443 if read.scheme == "https" else 80) else f"{name}:{port}"


def allow(tx: Tx, who: Who, host: str) -> None:
    """Allow a host to be told. Raises Refused for anybody but operators, OptionError for what is no host."""
    _operate(who)
    name = host_of(f"https://{host.strip()}/")
    if tx.value(sa.select(hook_hosts.c.host).where(hook_hosts.c.host == name)) is None:
        tx.insert(hook_hosts, host=name, by=who.user, at=tx.now)


def forbid(tx: Tx, who: Who, host: str) -> None:
    """Allow a host no more: nothing is sent there from now on."""
    _operate(who)
    tx.execute(hook_hosts.delete().where(hook_hosts.c.host == host))


def _operate(who: Who) -> None:
    if not who.has("operator"):
        raise Refused("role", "only the operator may do that", "须由运营方办理")


def allowed(tx: Tx) -> list[str]:
    """The hosts that may be told."""
    return [str(r["host"]) for r in tx.all(sa.select(hook_hosts.c.host).order_by(hook_hosts.c.host))]


def add(tx: Tx, who: Who, party: str, url: str) -> tuple[str, str]:
    """A new address for one's own party; its id, and its secret, shown this once. What happens from now on is told.

    Raises NotFound for a party that is not one's own, Refused for a host that the operator has not allowed.
    """
    if party not in who.parties or who.user is None:
        raise NotFound
    host = host_of(url)
    if host not in allowed(tx):
        raise Refused("host", f"the operator has not allowed {host}", f"运营方未允许 {host}")
    if len(mine(tx, who, party)) >= MOST:
        raise Refused("most", f"a party has at most {MOST} addresses", f"每个单位至多 {MOST} 个地址")
    made, secret = tx.id(), _secret()
    tx.insert(
        hooks, id=made, user=who.user, party=party, url=url, secret=secret, follows=events.last(tx)[0],
        created_at=tx.now,
    )  # fmt: skip
    return made, secret


def _secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def mine(tx: Tx, who: Who, party: str | None = None) -> list[Row]:
    """One's own addresses, without their secrets."""
    shown = (hooks.c.id, hooks.c.party, hooks.c.url, hooks.c.state, hooks.c.follows, hooks.c.failing_since, hooks.c.why,
             hooks.c.created_at)  # fmt: skip
    asked = sa.select(*shown).where(hooks.c.user == who.user, hooks.c.ended_at.is_(None))
    own = asked.where(hooks.c.party.in_(sorted(who.parties)) if party is None else hooks.c.party == party)
    return tx.all(own.order_by(hooks.c.created_at.desc()))


def one(tx: Tx, who: Who, key: str) -> Row:
    """An address of one's own, without its secret. Raises NotFound for another person's."""
    found = next((r for r in mine(tx, who) if r["id"] == key), None)
    if found is None:
        raise NotFound
    return found


def rotate(tx: Tx, who: Who, key: str) -> str:
    """A new secret; the one before signs beside it for a day."""
    one(tx, who, key)
    fresh = _secret()
    before = tx.value(sa.select(hooks.c.secret).where(hooks.c.id == key))
    changed = {"secret": fresh, "secret_before": before, "before_until": tx.now + OVERLAP}
    tx.execute(hooks.update().where(hooks.c.id == key), changed)
    return fresh


def remove(tx: Tx, who: Who, key: str) -> None:
    """Tell an address nothing more."""
    one(tx, who, key)
    tx.execute(hooks.update().where(hooks.c.id == key), {"state": "paused", "ended_at": tx.now, "secret": ""})


def resume(tx: Tx, who: Who, key: str, after: int | None = None) -> None:
    """Tell an address again, that was disabled or paused; ``after`` a place in the record, what happened since anew."""
    row = one(tx, who, key)
    follows = row["follows"] if after is None else max(0, min(after, row["follows"]))
    changed = {"state": "active", "failing_since": None, "why": None, "follows": follows}
    tx.execute(hooks.update().where(hooks.c.id == key), changed)
    if after is not None:
        again = deliveries.update().where(deliveries.c.hook == key, deliveries.c.link > after)
        tx.execute(again, {"state": "queued", "tries": 0, "due_at": tx.now, "done_at": None})


def pause(tx: Tx, who: Who, key: str) -> None:
    """Tell an address nothing for the time being; what happens meanwhile is told when it is resumed."""
    one(tx, who, key)
    tx.execute(hooks.update().where(hooks.c.id == key), {"state": "paused"})


def told(tx: Tx, who: Who, key: str, most: int = 50, before: int | None = None) -> list[Row]:
    """What an address of one's own was told, newest first; of what lies before a place in the record."""
    one(tx, who, key)
    joined = deliveries.join(record, record.c.id == deliveries.c.event)
    asked = (
        sa.select(deliveries, record.c.process, record.c.take)
        .select_from(joined)
        .where(deliveries.c.hook == key)
    )
    if before is not None:
        asked = asked.where(deliveries.c.link < before)
    return tx.all(asked.order_by(deliveries.c.link.desc()).limit(most))


def spread(store: Store) -> int:
    """Queue for every active address the sealed events it has not been told of; returns how many were queued."""
    with store.read() as tx:
        active = tx.all(sa.select(hooks.c.id).where(hooks.c.state == "active", hooks.c.ended_at.is_(None)))
    return sum(store.run(lambda tx, key=row["id"]: _spread_one(tx, key)) for row in active)


def _spread_one(tx: Tx, key: str) -> int:
    row = tx.one(sa.select(hooks).where(hooks.c.id == key).with_for_update())
    if row is None or row["state"] != "active":
        return 0
    end = events.last(tx)[0]
    found = views.happened(
        tx, _for_party(identity.person(tx, row["user"]), row["party"]), row["follows"], AT_ONCE
    )
    known = {r["event"] for r in tx.all(sa.select(deliveries.c.event).where(
        deliveries.c.hook == key, deliveries.c.link > row["follows"]))}  # fmt: skip
    fresh = [e for e in found if e["id"] not in known]
    for e in fresh:
        tx.insert(deliveries, id=tx.id(), hook=key, event=e["id"], link=e["link"], due_at=tx.now)
    follows = found[-1]["link"] if len(found) == AT_ONCE else max(end, row["follows"])
    if follows != row["follows"]:
        tx.execute(hooks.update().where(hooks.c.id == key), {"follows": follows})
    return len(fresh)


def _for_party(who: Who, party: str) -> Who:
    """A person cut to what they may do for one party: what a token for it would be."""
    kept = tuple(g for g in who.grants if g.scope_kind == "party" and g.scope == party)
    return Who(who.user, who.name, who.locale, kept, who.verified & {party})


def claim(tx: Tx) -> Message | None:
    """The next telling that is due, held for a while; None where there is none."""
    due = sa.select(deliveries.c.id).join(hooks, hooks.c.id == deliveries.c.hook)
    due = due.where(deliveries.c.state == "queued", deliveries.c.due_at <= tx.now, hooks.c.state == "active")
    key = tx.value(due.order_by(deliveries.c.due_at, deliveries.c.link).limit(1))
    row = (
        tx.one(sa.select(deliveries).where(deliveries.c.id == key).with_for_update(skip_locked=True))
        if key
        else None
    )
    if row is None or row["state"] != "queued" or row["due_at"] > tx.now:
        return None
    held = {"tries": row["tries"] + 1, "due_at": tx.now + LEASE}
    tx.execute(deliveries.update().where(deliveries.c.id == row["id"]), held)
    hook = tx.one(sa.select(hooks).where(hooks.c.id == row["hook"]))
    event = tx.one(sa.select(record).where(record.c.id == row["event"]))
    assert hook is not None
    assert event is not None
    return message(hook, event, str(row["id"]), tx.now)


def message(hook: Row, event: Row, delivery: str, now: int) -> Message:
    """An event as it is sent to an address, signed with its secret and, for a day, with the one before."""
    told_ = {k: event[k] for k in ("link", "process", "subject", "take", "from_state", "to_state")}
    content: dict[str, Any] = {
        "type": f"{event['process']}.{event['take']}", "timestamp": clock.at_home(event["at"]).isoformat(),
        "data": told_,
    }  # fmt: skip
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    at = str(now // clock.SECOND)
    keys = [hook["secret"]]
    if hook["secret_before"] and (hook["before_until"] or 0) > now:
        keys.append(hook["secret_before"])
    headers = {
        "content-type": "application/json", "user-agent": "Sanwang", "webhook-id": str(event["id"]),
        "webhook-timestamp": at, "webhook-signature": " ".join(signed(k, str(event["id"]), at, body) for k in keys),
    }  # fmt: skip
    return Message(delivery, str(hook["url"]), headers, body)


def signed(secret: str, key: str, at: str, body: bytes) -> str:
    """The signature of a message: HMAC-SHA256 of id, time and body, as Standard Webhooks says."""
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(raw, f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def ended(tx: Tx, delivery: str, answer: Answer) -> None:
    """Keep what came of a try: arrived, to be tried again later, or given up; an address that says it is gone, or
    where nothing has arrived for days, is disabled and its owner told."""
    row = tx.one(sa.select(deliveries).where(deliveries.c.id == delivery).with_for_update())
    if row is None or row["state"] != "queued":
        return
    hook = tx.one(sa.select(hooks).where(hooks.c.id == row["hook"]).with_for_update())
    assert hook is not None
    told_ = {"status": answer.status, "words": answer.words[:200] or None}
    mine_ = deliveries.update().where(deliveries.c.id == delivery)
    if answer.arrived:
        tx.execute(mine_, told_ | {"state": "arrived", "done_at": tx.now})
        tx.execute(hooks.update().where(hooks.c.id == hook["id"]), {"failing_since": None})
        return
    since = hook["failing_since"] or tx.now
    if answer.status == 410 or tx.now - since >= PATIENCE:
        _disable(tx, hook, "gone" if answer.status == 410 else "silent")
    elif hook["failing_since"] is None:
        tx.execute(hooks.update().where(hooks.c.id == hook["id"]), {"failing_since": since})
    if row["tries"] > len(PAUSES):
        tx.execute(mine_, told_ | {"state": "given_up", "done_at": tx.now})
    else:
        pause_ = PAUSES[row["tries"] - 1]
        tx.execute(mine_, told_ | {"due_at": tx.now + pause_ + _LOT.randrange(pause_ // 5)})


def _disable(tx: Tx, hook: Row, why: str) -> None:
    tx.execute(hooks.update().where(hooks.c.id == hook["id"]), {"state": "disabled", "why": why})
    words = {"key": "hook", "url": hook["url"], "why": why}
    notices.tell(tx, [hook["user"]], "feedback", "hook", str(hook["id"]), f"disabled {tx.now}", words)
