"""Notices that show a firm only its own invoices: other ids are keyed hashes, and one root commits to all notices."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanwang.errors import OptionError
from sanwang.finance.setoff import Settlement
from sanwang.sources.atomic import atomic_path

SHORTEST_KEY = 16
_COLUMNS = ("id", "debtor", "creditor", "currency", "amount", "cleared", "after")


def keyed(key: bytes, identity: str) -> str:
    """The pseudonym of a firm or invoice: HMAC-SHA-256 with the settling party's key, 128 bits in hex."""
    return hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()[:32]


def write_private(settled: Settlement, key: bytes, folder: Path) -> list[Path]:
    """One notice a firm named by its pseudonym, and root.json with the root of the hash tree over them; no more.

    Raises OptionError where the key is shorter than 16 bytes.
    """
    if len(key) < SHORTEST_KEY:
        raise OptionError(f"the key has {len(key)} bytes; at least {SHORTEST_KEY} are wanted / 密钥太短")
    notices = _notices(settled, key)
    names = sorted(notices)
    levels = _tree([_leaf(notices[name]) for name in names])
    written: list[Path] = []
    for index, name in enumerate(names):
        sealed = {"notice": notices[name], "proof": _proof(levels, index)}
        written.append(_write(folder / f"{name}.json", sealed))
    return [
        *written,
        _write(folder / "root.json", {"root": levels[-1][0] if names else "", "notices": len(names)}),
    ]


def check_notice(sealed: Mapping[str, Any], root: str) -> bool:
    """Whether a firm's notice is one of those the root commits to, and its own sums agree and keep its balance."""
    balance: defaultdict[str, int] = defaultdict(int)
    body: dict[str, Any] = sealed["notice"]
    for line in body["invoices"]:
        if line["cleared"] + line["after"] != line["amount"] or not 0 <= line["cleared"] <= line["amount"]:
            return False
        balance[line["currency"]] += line["cleared"] if line["debtor"] == body["firm"] else -line["cleared"]
    digest = _leaf(body)
    for side, other in sealed["proof"]:
        digest = _node(other, digest) if side == "left" else _node(digest, other)
    return digest == root and not any(balance.values())


def _notices(settled: Settlement, key: bytes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in settled.invoices.select(_COLUMNS).iter_rows(named=True):
        line = row | {who: keyed(key, f"firm:{row[who]}") for who in ("debtor", "creditor")}
        line["id"] = keyed(key, f"invoice:{row['id']}") if row["id"] else ""
        for who in (line["debtor"], line["creditor"]):
            salt = keyed(key, f"salt:{who}")
            found.setdefault(who, {"firm": who, "salt": salt, "invoices": []})["invoices"].append(line)
    return found


def _leaf(notice: Mapping[str, Any]) -> str:
    text = json.dumps(notice, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(b"\0" + text.encode()).hexdigest()


def _node(left: str, right: str) -> str:
    return hashlib.sha256(b"\1" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def _tree(leaves: list[str]) -> list[list[str]]:
    levels = [leaves]
    while len(levels[-1]) > 1:
        level = levels[-1]
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        levels.append(pairs + ([level[-1]] if len(level) % 2 else []))
    return levels


def _proof(levels: list[list[str]], index: int) -> list[tuple[str, str]]:
    path: list[tuple[str, str]] = []
    for level in levels[:-1]:
        other = index ^ 1
        if other < len(level):
            path.append(("left" if other < index else "right", level[other]))
        index //= 2
    return path


def _write(path: Path, data: Mapping[str, Any]) -> Path:
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path
