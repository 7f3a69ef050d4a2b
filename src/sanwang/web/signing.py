"""The deployment's secret, and words signed with it: whoever holds one can show it again and cannot make another."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

from sanwang.errors import InputError, OptionError

VARIABLE = "SANWANG_SECRET"
"""The secret in the environment, for a deployment on several machines; else it lies in the folder."""

SHORTEST = 32
"""Characters of a secret that is given."""


def secret_of(folder: Path) -> bytes:
    """The deployment's secret: the environment's, else the folder's own file, made where there is none.

    Raises InputError for one that is too short to be a secret.
    """
    given = os.environ.get(VARIABLE, "")
    if given and len(given) < SHORTEST:
        raise InputError(
            f"{VARIABLE} wants at least {SHORTEST} characters", f"{VARIABLE} 至少 {SHORTEST} 个字符"
        )
    return given.encode() if given else _kept(folder / ".secret")


def _kept(path: Path) -> bytes:
    """The file's secret; of processes that start at once one makes it and all read that one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f".secret.{secrets.token_hex(8)}")
        held = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(held, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def signed(secret: bytes, purpose: str, held: object) -> str:
    """Plain data as letters for an address, with a signature that counts for this purpose alone."""
    body = json.dumps(held, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{_letters(body)}.{_letters(_signature(secret, purpose, body))}"


def opened(secret: bytes, purpose: str, letters: str) -> Any:  # noqa: ANN401 - any JSON
    """The data of signed letters. Raises OptionError for others, changed ones, or ones for something else."""
    body, _, signature = letters.partition(".")
    try:
        held, told = _bytes(body), _bytes(signature)
        if hmac.compare_digest(told, _signature(secret, purpose, held)):
            return json.loads(held)
    except (binascii.Error, ValueError):
        pass
    raise OptionError(
        "this cursor is not one that was handed out for this request",
        "该游标不是为本次查询发出的，或已被改动",
    )


def _signature(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.new(secret, purpose.encode() + b"\0" + body, hashlib.sha256).digest()


def _letters(held: bytes) -> str:
    return base64.urlsafe_b64encode(held).rstrip(b"=").decode()


def _bytes(letters: str) -> bytes:
    """Strict: each signature has one way of being written."""
    held = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    if _letters(held) != letters:
        raise ValueError(letters)
    return held
