"""Sign-in through an OpenID Connect provider: authorization code with PKCE, state and nonce; every claim checked.

Source: OpenID Connect Core 1.0 §3.1.2–3.1.3.7, RFC 7636. Signatures by joserfc; the provider is asked by httpx.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sanwang.errors import InputError, OptionError
from sanwang.exchange.errors import Refused
from sanwang.web.signing import opened, signed

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LASTS = 600
"""Seconds between leaving for the provider and coming back."""

LEEWAY = 60
"""Seconds by which clocks may differ."""

WAIT = 10.0


@dataclass(frozen=True)
class Provider:
    """A provider and what we are known by there."""

    issuer: str
    client: str
    secret: str = ""
    name: str = "OIDC"


@dataclass(frozen=True)
class Identity:
    """Who the provider says it is; the e-mail only where the provider has verified it."""

    issuer: str
    subject: str
    email: str | None


def provider_of(environment: Mapping[str, str] = os.environ) -> Provider | None:
    """The provider that the environment names, None where it names none.

    Raises InputError for an issuer that is not https (loopback aside), or one without a client.
    """
    issuer, client = (environment.get(f"SANWANG_OIDC_{n}", "").strip() for n in ("ISSUER", "CLIENT"))
    if not issuer:
        return None
    at = urlsplit(issuer)
    safe = at.scheme == "https" or (at.scheme == "http" and at.hostname in ("127.0.0.1", "localhost", "::1"))
    if not safe or not client:
        raise InputError(
            "SANWANG_OIDC_ISSUER wants https, and SANWANG_OIDC_CLIENT beside it",
            "SANWANG_OIDC_ISSUER 须为 https，并同时设置 SANWANG_OIDC_CLIENT",
        )
    secret, name = (environment.get(f"SANWANG_OIDC_{n}", "") for n in ("SECRET", "NAME"))
    return Provider(issuer, client, secret, name or "OIDC")


def begin(one: Provider, key: bytes, back: str, after: str, now: int) -> tuple[str, str]:
    """Where to send the person, and the signed words that the browser must bring back; ``now`` in seconds."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": one.client, "redirect_uri": back, "scope": "openid email", "state": state,
        "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    at = _described(one)["authorization_endpoint"]
    kept = [state, nonce, verifier, after, now + LASTS]
    return f"{at}{'&' if '?' in at else '?'}{urlencode(asked)}", signed(key, "oidc", kept)


def finish(
    one: Provider, key: bytes, folder: Path, back: str, brought: str, query: Mapping[str, str], now: int
) -> tuple[Identity, str]:
    """Who came back from the provider, and where to go on. Raises Refused in words for what is not right."""
    state, nonce, verifier, after, until = _kept(key, brought)
    if not hmac.compare_digest(query.get("state", "").encode(), str(state).encode()):
        raise _refused(
            "state", "this sign-in was not begun in this browser", "本次登录不是在此浏览器中发起的"
        )
    if now > until:
        raise _refused("late", "the sign-in took too long: begin again", "登录超时，请重新开始")
    _once(folder, str(state), now)
    if query.get("error"):
        raise _refused("provider", "the provider did not sign you in", "身份提供方未予登录")
    described = _described(one)
    token = _token(one, described, query.get("code", ""), str(verifier), back)
    claims = _claims(one, described, token)
    _require(one, claims, str(nonce), now)
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Identity(one.issuer, str(claims["sub"]), str(email) if email else None), str(after)


def _kept(key: bytes, brought: str) -> list[Any]:
    try:
        return opened(key, "oidc", brought)
    except OptionError:
        raise _refused(
            "state", "this sign-in was not begun in this browser", "本次登录不是在此浏览器中发起的"
        ) from None


def _once(folder: Path, state: str, now: int) -> None:
    """A state counts once, also in another process and when the browser still has the words."""
    place = folder / ".oidc"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if old.stem.isdigit() and int(old.stem) < now - 2 * LASTS:
            old.unlink(missing_ok=True)
    name = hashlib.sha256(state.encode()).hexdigest()
    if any(place.glob(f"*.{name}")):
        raise _refused(
            "replayed", "this sign-in was used already: begin again", "本次登录已使用过，请重新开始"
        )
    (place / f"{now}.{name}").touch(exist_ok=False)


def _described(one: Provider) -> Mapping[str, Any]:
    at = f"{one.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _asked("GET", at)
    if found.get("issuer") != one.issuer:
        raise _refused("issuer", "the provider calls itself something else", "身份提供方自称与设置不符")
    return found


def _token(one: Provider, described: Mapping[str, Any], code: str, verifier: str, back: str) -> str:
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier,
             "client_id": one.client}  # fmt: skip
    more = {"auth": (one.client, one.secret)} if one.secret else {}
    return str(_asked("POST", str(described["token_endpoint"]), data=given, **more).get("id_token", ""))


def _asked(method: str, at: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx takes them
    import httpx

    try:
        answer = httpx.request(method, at, timeout=WAIT, follow_redirects=False, **more)
        answer.raise_for_status()
        return dict(answer.json())
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise _refused(
            "provider", "the provider did not answer as it should", "身份提供方未按规定应答"
        ) from error


def _claims(one: Provider, described: Mapping[str, Any], token: str) -> dict[str, Any]:
    """What the token says, once its signature is one of the provider's keys'."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        keys = KeySet.import_key_set(_asked("GET", str(described["jwks_uri"])))  # pyright: ignore[reportArgumentType]
        return dict(jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refused(
            "signature", "the provider's token is not signed by its keys", "令牌不是由身份提供方的密钥签发"
        ) from error


def _require(one: Provider, claims: Mapping[str, Any], nonce: str, now: int) -> None:
    """Raise Refused for a token of another issuer, for another audience, of another time or of another sign-in."""
    heard = claims.get("aud")
    audience = list(heard) if isinstance(heard, list) else [heard]
    if claims.get("iss") != one.issuer:
        raise _refused("issuer", "the token is of another issuer", "令牌由其他身份提供方签发")
    if one.client not in audience or (len(audience) > 1 and claims.get("azp") != one.client):
        raise _refused("audience", "the token is for another program", "令牌是给其他程序的")
    ends, made = claims.get("exp"), claims.get("iat")
    if not isinstance(ends, int | float) or now > ends + LEEWAY:
        raise _refused("expired", "the token has expired", "令牌已过期")
    if not isinstance(made, int | float) or made > now + LEEWAY:
        raise _refused(
            "early", "the token is of a time to come: see the clocks", "令牌签发时间在将来，请核对时钟"
        )
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise _refused("nonce", "the token belongs to another sign-in", "令牌属于另一次登录")
    if not claims.get("sub"):
        raise _refused("subject", "the token names nobody", "令牌没有写明是谁")


def _refused(code: str, en: str, zh: str) -> Refused:
    return Refused(f"oidc_{code}", en, zh)
