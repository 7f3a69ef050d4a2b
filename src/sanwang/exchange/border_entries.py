"""Entries of the lists for payments across the border: what each kind holds, checked, and read from a file.

No list of codes or names ships as law: none of them could be read in its own text. A person loads the list that counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from sanwang.errors import InputError, OptionError
from sanwang.exchange.clock import iso_day
from sanwang.sources.csv_text import read_csv
from sanwang.sources.excel import read_workbook
from sanwang.sources.raw import SPREADSHEETS, TEXTS, RawTable
from sanwang.standards.currencies import is_currency, smallest

Words = tuple[str, str]
Entry = dict[str, Any]

MOST = 200_000
"""Entries of one list."""

LONGEST = 2_000
"""Characters of one cell."""

COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "purpose": {"code": ("code", "代码", "编码", "用途代码"), "name": ("name", "名称", "说明")},
    "balance_of_payments": {"code": ("code", "代码", "编码", "交易编码"), "name": ("name", "名称", "项目名称")},
    "quota": {
        "name": ("name", "名称"), "party": ("party", "单位"), "purpose_code": ("purpose_code", "用途代码"),
        "currency": ("currency", "币种"), "amount": ("amount", "额度", "金额"), "from": ("from", "自", "起"),
        "until": ("until", "至", "止"), "counted": ("counted", "口径"),
    },
    "screening": {
        "name": ("name", "名称", "姓名"), "aliases": ("aliases", "alias", "别名", "曾用名"),
        "reference": ("reference", "编号", "依据"),
    },
    "export": {
        "code": ("code", "编号", "目录编号"), "class": ("class", "类别"), "name": ("name", "技术名称", "名称"),
        "words": ("words", "keywords", "关键词", "控制要点"),
    },
}  # fmt: skip
"""Kind → what an entry holds → headings by which a file may call it."""

NEEDED: Mapping[str, tuple[str, ...]] = {
    "purpose": ("code", "name"),
    "balance_of_payments": ("code", "name"),
    "quota": ("name", "currency", "amount", "from", "until", "counted"),
    "screening": ("name",),
    "export": ("code", "class", "name", "words"),
}
_CLASSES = {
    "prohibited": "prohibited",
    "禁止": "prohibited",
    "restricted": "restricted",
    "限制": "restricted",
}
_COUNTED = {"each": "each", "每家": "each", "all": "all", "合计": "all"}
_MANY = ("aliases", "words")


def named(kind: str, entry: Mapping[str, Any]) -> str:
    """What an entry is looked up by: its code, else its name."""
    return str(entry["code" if "code" in COLUMNS[kind] else "name"])


def faults(kind: str, entries: Sequence[Mapping[str, Any]]) -> Words | None:
    """The first thing wrong with entries, with its place; None where they are sound."""
    if kind not in COLUMNS:
        return f"种类须为 {'、'.join(COLUMNS)} 之一", f"the kind is one of {', '.join(COLUMNS)}"
    if not 1 <= len(entries) <= MOST:
        return f"须有 1 至 {MOST} 条", f"1 to {MOST} entries are wanted"
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        wrong = _fault(kind, entry)
        if wrong is not None:
            return f"第 {number} 条：{wrong[0]}", f"entry {number}: {wrong[1]}"
        key = named(kind, entry)
        if kind != "screening" and key in seen:
            return (
                f"第 {number} 条与第 {seen[key]} 条同为 {key}",
                f"entries {seen[key]} and {number} are both {key}",
            )
        seen[key] = number
    return None


def _fault(kind: str, entry: Mapping[str, Any]) -> Words | None:
    if set(entry) - set(COLUMNS[kind]):
        extra = ", ".join(sorted(set(entry) - set(COLUMNS[kind])))
        return f"没有 {extra} 这一栏", f"there is no {extra}"
    for name in NEEDED[kind]:
        if entry.get(name) in (None, "", []):
            return f"缺 {name}", f"{name} is missing"
    for name, held in entry.items():
        parts: list[object] = (
            cast("list[object]", held) if name in _MANY and isinstance(held, list) else [held]
        )
        if any(not isinstance(p, int if name == "amount" else str) or len(str(p)) > LONGEST for p in parts):
            return f"{name} 有误", f"{name} is wrong"
    return {"quota": _quota, "export": _export}.get(kind, _nothing)(entry)


def _nothing(entry: Mapping[str, Any]) -> Words | None:
    return None


def _quota(entry: Mapping[str, Any]) -> Words | None:
    start, end = iso_day(entry["from"]), iso_day(entry["until"])
    if start is None or end is None or start > end:
        return "起止日期有误", "from and until are no dates in order"
    if not is_currency(entry["currency"]):
        return "币种须为三位代码", "the currency is a code of three letters"
    if isinstance(entry["amount"], bool) or not 0 <= entry["amount"] < 2**53:
        return "额度有误", "the amount is wrong"
    if entry["counted"] not in _COUNTED.values():
        return "口径须为 each（每家）或 all（合计）", "counted is each or all"
    return None


def _export(entry: Mapping[str, Any]) -> Words | None:
    good = entry["class"] in _CLASSES.values() and isinstance(entry["words"], list)
    return (
        None
        if good
        else ("类别须为禁止或限制，关键词须为列表", "class is prohibited or restricted, words a list")
    )


def read_file(kind: str, path: Path) -> list[Entry]:
    """The entries of a csv or workbook's first table that holds the needed headings.

    Amounts of a quota are in the currency's whole units (元 for CNY). Raises InputError in words for a file that has
    none, OptionError for a kind that there is none of.
    """
    if kind not in COLUMNS:
        wrong = faults(kind, [])
        assert wrong is not None
        raise OptionError(wrong[1], wrong[0])
    if path.suffix.lower() in TEXTS:
        tables = [read_csv(path)]
    elif path.suffix.lower() in SPREADSHEETS:
        tables = read_workbook(path)
    else:
        raise InputError(f"{path.name} is no csv and no workbook", f"{path.name} 不是 csv 或工作簿")
    for table in tables:
        found = _entries(kind, table)
        if found is not None:
            return found
    told = "; ".join(p.message("en") for t in tables for p in t.problems)
    zh = "；".join(p.message("zh") for t in tables for p in t.problems)
    wanted = ", ".join(NEEDED[kind])
    raise InputError(
        f"{path.name} has no row of headings with {wanted} {told}".strip(),
        f"{path.name} 没有含 {wanted} 的表头 {zh}".strip(),
    )


def _entries(kind: str, table: RawTable) -> list[Entry] | None:
    rows = [list(cells) for _, cells in table.rows]
    for top, row in enumerate(rows[:20]):
        places = _places(kind, row)
        if all(n in places for n in NEEDED[kind]):
            body = rows[top + 1 :]
            return [_entry(kind, places, r) for r in body if any(_cell(c) for c in r)]
    return None


def _places(kind: str, row: Sequence[object]) -> dict[str, int]:
    heads = [re.sub(r"[\s*]+|[（(].*$", "", _cell(c)).casefold() for c in row]
    found = {n: next((heads.index(w) for w in known if w in heads), -1) for n, known in COLUMNS[kind].items()}
    return {n: at for n, at in found.items() if at >= 0}


def _entry(kind: str, places: Mapping[str, int], row: Sequence[object]) -> Entry:
    texts = {n: _cell(row[at]) if at < len(row) else "" for n, at in places.items()}
    entry: Entry = {n: _READ.get(n, _as_is)(t) for n, t in texts.items() if t}
    if kind == "quota" and "amount" in entry:
        entry["currency"] = str(entry.get("currency", "")).upper()
        amount = smallest(str(entry["amount"]).replace(",", ""), entry["currency"])
        entry["amount"] = -1 if amount is None else amount
    return entry


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _as_is(text: str) -> str:
    return text


def _many(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[;；、|\n]+", text) if one.strip()]


def _known(words: Mapping[str, str], text: str) -> str:
    return words.get(text.casefold(), text)


def _day(text: str) -> str:
    found = iso_day(text[:10].replace("/", "-"))
    return found.isoformat() if found else text


_READ: Mapping[str, Callable[[str], Any]] = {
    "aliases": _many, "words": _many, "class": partial(_known, _CLASSES), "counted": partial(_known, _COUNTED),
    "from": _day, "until": _day,
}  # fmt: skip
