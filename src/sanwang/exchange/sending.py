"""Sending a webhook's message: to an allowed host, over TLS, never to an address of an inner network, never elsewhere.

The host is looked up once, every address it has must be a public one, and the connection goes to the very address that
was looked at, so that a name which changes in between leads nowhere else. Redirections are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import socket
import ssl
import threading
from urllib.parse import urlsplit

from sanwang.errors import SanwangError
from sanwang.exchange import hooks
from sanwang.exchange.hooks import Answer, Message
from sanwang.exchange.store import Store

TIMEOUT = 10.0
AT_MOST = 100
"""Messages of one round."""

log = logging.getLogger("sanwang")


class Barred(SanwangError):
    """An address that may not be told."""


def addresses(host: str, port: int, inner: bool) -> list[str]:
    """The addresses of a host. Raises Barred where one of them is not public, unless ``inner`` allows that."""
    found = sorted({str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    for one in found:
        if not (inner or _public(one)):
            raise Barred(f"{host} leads to {one}, which is not public", f"{host} 指向非公网地址 {one}")
    return found


def _public(address: str) -> bool:
    read = ipaddress.ip_address(address.partition("%")[0])
    inside = getattr(read, "ipv4_mapped", None) or read
    return inside.is_global and not inside.is_multicast


def send(message: Message, inner: bool = False, timeout: float = TIMEOUT) -> Answer:
    """Send a message once; ``inner`` allows inner addresses and plain HTTP, as a stand-in on this machine has them."""
    read = urlsplit(message.url)
    if read.scheme != "https" and not inner:
        return Answer(None, "https only")
    host, port = read.hostname or "", read.port or (443 if read.scheme == "https" else 80)
    try:
        address = addresses(host, port, inner)[0]
        connection = _connected(read.scheme, host, port, address, timeout)
        try:
            path = (read.path or "/") + (f"?{read.query}" if read.query else "")
            connection.request("POST", path, message.body, dict(message.headers))
            return Answer(connection.getresponse().status)
        finally:
            connection.close()
    except Barred as error:
        return Answer(None, error.said("en"))
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Answer(None, type(error).__name__)


def _connected(scheme: str, host: str, port: int, address: str, timeout: float) -> http.client.HTTPConnection:
    """A connection to one address under the name of the host, which its certificate must have."""
    made = socket.create_connection((address, port), timeout)
    if scheme == "https":
        made = ssl.create_default_context().wrap_socket(made, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = made
    return connection


def deliver(store: Store, inner: bool = False, timeout: float = TIMEOUT) -> int:
    """Send what is due to hosts that are allowed; returns how many messages arrived."""
    hooks.spread(store)
    arrived = 0
    for _ in range(AT_MOST):
        message = store.run(hooks.claim)
        if message is None:
            break
        with store.read() as tx:
            open_ = hooks.host_of(message.url) in hooks.allowed(tx)
        answer = send(message, inner, timeout) if open_ else Answer(None, "host not allowed")
        store.run(lambda tx, key=message.delivery, a=answer: hooks.ended(tx, key, a))
        arrived += answer.arrived
    return arrived


def keep_delivering(store: Store, stop: threading.Event, inner: bool = False, wait: float = 2.0) -> None:
    """Deliver round after round until told to stop."""
    while not stop.wait(wait):
        try:
            deliver(store, inner)
        except Exception:
            log.exception("a round of deliveries failed; the next one tries again")
