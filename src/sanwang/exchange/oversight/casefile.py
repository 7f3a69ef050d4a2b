"""A case as one file that anybody checks without the exchange: events with their digests, rules, what was found.

Each event carries the digest before it and its own, so that one that was changed is seen; whether these stand in
the chain is told by any copy of it, or by a head that was published. The digest of the file itself is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import polars as pl
import sqlalchemy as sa

from sanwang.errors import InputError, SanwangError
from sanwang.exchange import events, given
from sanwang.exchange.events import Fault
from sanwang.exchange.oversight import docket
from sanwang.exchange.oversight.facts import facts, sealed
from sanwang.exchange.oversight.reader import words
from sanwang.exchange.oversight.rules import Rule, rule
from sanwang.exchange.oversight.watching import Alert, run, spoke
from sanwang.exchange.process import processes
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.casework import rule_texts
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.tables.record import heads
from sanwang.exchange.who import Who

FORMAT = "sanwang-case-1"
WORDS = {
    "ask": ("question", "question"), "answer": ("words", "answer"), "act": ("words", "measure_words"),
    "appeal": ("words", "appeal"), "uphold": ("words", "appeal_words"), "overturn": ("words", "appeal_words"),
    "clear": ("words", "found_words"), "confirm": ("words", "found_words"), "return": ("words", "back_words"),
}  # fmt: skip
"""By step: the field whose digest its event holds, and the column that keeps the words; the last of a step counts."""


def export(tx: Tx, who: Who, case: str) -> dict[str, Any]:
    """The file of a case. Raises NotFound for who is not its analyst."""
    found = docket.file(tx, who, case)
    frame = facts(sealed(tx, max((a["link"] for a in found.alerts), default=0)))
    made = [_alert(tx, a, frame) for a in found.alerts]
    wanted = {a["event"] for a, _ in made} | {e for a, _ in made for its in a["behind"].values() for e in its}
    around = docket.gathered(tx, wanted, [a["link"] for a, _ in made])
    rows = {e["id"]: e for e in [*around, *_own(tx, case)]}
    ordered, (link, digest) = sorted(rows.values(), key=lambda e: e["link"]), events.last(tx)
    body: dict[str, Any] = {
        "format": FORMAT, "made_at": tx.now, "case": dict(found.case), "names": dict(found.names),
        "rules": {a["rule_digest"]: r.written() for a, r in made},
        "alerts": [a | {"recomputes": _again(around, a, r)} for a, r in made],
        "events": [dict(e) | {"before": _before(tx, e["link"])} for e in ordered],
        "head": {"link": link, "digest": digest},
        "published": [dict(r) for r in tx.all(sa.select(heads.c.link, heads.c.digest).order_by(heads.c.link))],
    }  # fmt: skip
    return body | {"digest": given.digest(body)}


def _alert(tx: Tx, row: Row, frame: pl.DataFrame) -> tuple[dict[str, Any], Rule]:
    """A stored alert with every event behind it, and its rule; ``frame`` are the facts up to it or later."""
    text = tx.value(sa.select(rule_texts.c.rule).where(rule_texts.c.digest == row["rule_digest"]))
    its = rule(text)
    frame = frame.filter(pl.col("link") <= row["link"])
    spoken = [a for a in run(frame, [its], row["link"] - 1, docket.MOST) if a.event == row["event"]]
    behind = {n: list(e) for a in spoken for n, e in a.behind.items()} or row["behind"]
    kept = ("id", "code", "edition", "rule_digest", "severity", "link", "event", "known_at", "subject_kind", "subject",
            "parties", "deal", "about", "values", "zh", "en")  # fmt: skip
    return {n: row[n] for n in kept} | {"behind": behind}, its


def _own(tx: Tx, case: str) -> list[Row]:
    asked = sa.select(*(record.c[n] for n in docket.TAKEN)).where(
        record.c.process == "case", record.c.subject == case, record.c.link.is_not(None)
    )
    return tx.all(asked)


def _before(tx: Tx, link: int) -> str:
    return str(tx.value(sa.select(record.c.digest).where(record.c.link == link - 1)) or events.BEGINNING)


def _again(around: list[Mapping[str, Any]], alert: Mapping[str, Any], its: Rule) -> bool:
    """Whether the events of the file alone give the alert with the same values."""
    spoken = run(facts(around), [its], alert["link"] - 1)
    return any(a.event == alert["event"] and dict(a.values) == alert["values"] for a in spoken)


def read(path: Path) -> dict[str, Any]:
    """A file that was exported. Raises InputError for what is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}", f"无法读取 {path}：{error}") from error
    if not isinstance(found, dict) or cast("dict[str, Any]", found).get("format") != FORMAT:
        raise InputError(f"{path} is no exported case", f"{path} 不是导出的案件")
    return cast("dict[str, Any]", found)


def verify(body: Mapping[str, Any], tx: Tx | None = None) -> list[Fault]:
    """What does not hold in a file; nothing where all of it does. ``tx``: a copy of the chain to compare with."""
    try:
        rest = {n: x for n, x in body.items() if n != "digest"}
        found = [] if given.digest(rest) == body["digest"] else [_fault("file", "was changed", "文件被改动")]
        found += [*_chain(body), *_path(body), *_alerts(body)]
        return found + (list(_standing(tx, body)) if tx is not None else [])
    except (KeyError, TypeError, ValueError, AttributeError, SanwangError) as error:
        return [_fault("file", f"is not whole: {error!r}", f"文件不完整：{error!r}")]


def _fault(where: str, en: str, zh: str) -> Fault:
    return Fault(where, en, zh)


def _chain(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Each event gives its digest, and follows the one before where that is in the file too."""
    last: Mapping[str, Any] | None = None
    known = {h["link"]: h["digest"] for h in (*body["published"], body["head"])}
    for e in body["events"]:
        where = f"event {e['link']}"
        if events.digest(e["before"], e) != e["digest"]:
            yield _fault(where, "was changed", "事件被改动")
        if last is not None and (e["link"] <= last["link"] or (
            e["link"] == last["link"] + 1 and e["before"] != last["digest"])):  # fmt: skip
            yield _fault(where, "does not follow the one before", "与前一事件不相接")
        if known.get(e["link"], e["digest"]) != e["digest"]:
            yield _fault(where, "is not that of the head", "与链首不符")
        last = e


def _path(body: Mapping[str, Any]) -> Iterator[Fault]:
    """The case's own steps lead where it stands, and its words are those of the steps."""
    case, state = body["case"], None
    words_: dict[str, tuple[str, str]] = {}
    ways = list(processes()["case"].transitions)
    for e in (e for e in body["events"] if e["process"] == "case" and e["subject"] == case["id"]):
        found = [t for t in ways if t.event == e["take"] and (state in t.sources if state else t.first)]
        if e["from_state"] != state or not any(t.to in (e["to_state"], "same") for t in found):
            yield _fault(f"event {e['link']}", "is no step from there", "不是该状态下的步骤")
        state = e["to_state"]
        if e["take"] in WORDS:
            field, column = WORDS[e["take"]]
            words_[column] = (e["take"], (e["data"].get(field) or {}).get("sha256", ""))
            if e["take"] in ("ask", "return"):
                words_.pop("answer" if e["take"] == "ask" else "found_words", None)
    if state != case["state"]:
        yield _fault("case", f"stands at {case['state']}, its events say {state}", "状态与事件不符")
    for column, (take, digest) in words_.items():
        if given.digest(case[column]) != digest:
            yield _fault("case", f"the words of {take} are others", f"“{take}”的文字与事件不符")


def _alerts(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Rules are what their digests say; each alert follows from its values, and from the events where these suffice."""
    for digest, written in body["rules"].items():
        if given.digest(written) != digest:
            yield _fault("rule", "is another one", "规则被改动")
    around = [e for e in body["events"] if e["process"] != "case"]
    if body["case"]["alert"] not in [a["id"] for a in body["alerts"]]:
        yield _fault("case", "its alert is missing", "缺少立案提示")
    for row in body["alerts"]:
        its = rule(body["rules"][row["rule_digest"]])
        alert = Alert(its, row["link"], row["event"], row["known_at"], tuple(row["parties"]), row["deal"] or "",
                      row["about"], row["values"], {n: tuple(e) for n, e in row["behind"].items()})  # fmt: skip
        where = f"alert {row['id']}"
        if not spoke(alert) or any(words(alert, lang) != row[lang] for lang in ("zh", "en")):
            yield _fault(where, "does not follow from its values", "提示与其数值不符")
        if row["recomputes"] and not _again(around, row, its):
            yield _fault(where, "does not follow from the events", "由事件重算的结果不同")


def _standing(tx: Tx, body: Mapping[str, Any]) -> Iterator[Fault]:
    """Every event, and the head, stands in the chain at its place."""
    for one in (*body["events"], body["head"]):
        digest = tx.value(sa.select(record.c.digest).where(record.c.link == one["link"]))
        if one["link"] and digest != one["digest"]:
            yield _fault(f"event {one['link']}", "does not stand in that chain", "不在该事件链中")
