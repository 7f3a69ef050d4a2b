"""Cases: what analysts look into because a rule gave an alert, until somebody found and a second person acted.

A case is opened by the exchange alone. Whoever has an interest in it neither sees nor touches it. The party concerned
learns what it is asked and what is done, never which rule spoke; it may appeal to a third person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock, notices
from sanwang.exchange.deals import count_on
from sanwang.exchange.errors import NotFound
from sanwang.exchange.oversight.rules import Rule, rule
from sanwang.exchange.oversight.watching import amount
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.casework import ENDED, cases, labels, rule_texts, watch_alerts
from sanwang.exchange.tables.deals import documents
from sanwang.exchange.tables.people import grants, parties
from sanwang.exchange.tables.record import events as record
from sanwang.exchange.who import Who

MEASURES: Mapping[str, tuple[str, str]] = {
    "notice": ("提示", "a notice"),
    "correct": ("要求更正", "it must be corrected"),
    "report": ("移送主管机关", "handed to the authority"),
    "suspend": ("建议运营方暂停，另行办理", "the operator is asked to suspend, by its own steps"),
}
"""What can be done; none moves money or changes a deal by itself."""


@opener("case")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of a case from its alert. Raises NotFound where there is no such alert."""
    alert = tx.the(watch_alerts, step.data["alert"])
    places = sa.select(parties.c.place).where(
        parties.c.id.in_(alert["parties"]), parties.c.place.is_not(None)
    )
    kept = ("code", "edition", "severity", "subject_kind", "subject", "parties", "link")
    return {n: alert[n] for n in kept} | {
        "number": "", "alert": alert["id"], "opened_at": tx.now,
        "places": sorted({str(r["place"]) for r in tx.all(places)}),
    }  # fmt: skip


def open_case(tx: Tx, code: str, kind: str, subject: str) -> str | None:
    """The open case of a rule about a subject."""
    its = (cases.c.code == code, cases.c.subject_kind == kind, cases.c.subject == subject)
    return tx.value(sa.select(cases.c.id).where(*its, cases.c.state.not_in(ENDED)))


@guard("case_none_open")
def case_none_open(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """One case at a time of a rule about a subject."""
    row = step.row
    return {} if open_case(tx, row["code"], row["subject_kind"], row["subject"]) else None


@guard("no_interest")
def no_interest(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who deals with it belongs to no party that it names and took none of the steps that it is about."""
    why = interest(tx, step.who, step.row)
    return {"why": why} if why else None


def interest(tx: Tx, who: Who, case: Row) -> tuple[str, str] | None:
    """Why a person may not deal with a case, in Chinese and English; None where nothing is against it."""
    if who.parties & set(case["parties"]):
        return "属于所涉单位", "belongs to a party that it names"
    alert = tx.the(watch_alerts, case["alert"])
    seen = {alert["event"], *(e for its in alert["behind"].values() for e in its)}
    about = {alert["about"], alert["deal"] or "", case["subject"]} - {""}
    took = sa.or_(record.c.id.in_(sorted(seen)), record.c.subject.in_(sorted(about)))
    if tx.value(sa.select(record.c.id).where(record.c.user == who.user, took).limit(1)):
        return "曾办理所涉事项", "took one of the steps that it is about"
    return None


@guard("case_handler")
def case_handler(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Who works on it."""
    return None if step.row["handler"] == step.who.user else {}


@guard("asked_concerned")
def asked_concerned(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Nobody else learns that there is a case."""
    return None if step.data["party"] in step.row["parties"] else {}


@guard("question_hides_rule")
def question_hides_rule(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """The question says nothing by which the rule or its limits could be guessed."""
    alert = tx.the(watch_alerts, step.row["alert"])
    asked = _bare(step.data["question"])
    found = [w for w in _telling(rule_of(tx, alert), alert) if _bare(w) in asked]
    return {"words": "、".join(dict.fromkeys(found))} if found else None


def rule_of(tx: Tx, alert: Row) -> Rule:
    """The rule as it ran when it gave an alert."""
    text = tx.value(sa.select(rule_texts.c.rule).where(rule_texts.c.digest == alert["rule_digest"]))
    if text is None:
        raise NotFound
    return rule(text)


_OF_RULES = ("规则", "阈值", "门槛", "预警", "命中", "触发", "算法", "rule", "threshold", "alert",
             "flagged", "triggered", "algorithm")  # fmt: skip


def _telling(its: Rule, alert: Row) -> Iterator[str]:
    """Words that would give a rule away: its names, what it means, what it reads, its limits as people write them."""
    yield from _OF_RULES
    yield from (its.code, its.zh, its.en, its.says_zh, its.says_en)
    for feature in its.reads:
        yield from (feature.name, feature.zh, feature.en)
    for limit in its.limits.values():
        if limit >= _TELLING:
            yield from (str(limit), str(limit // 100), f"{limit // 1_000_000}万")
            yield from (amount(limit, "fen", lang) for lang in ("zh", "en"))


_TELLING = 1_000_000
"""Limits from here on are sums; a small number in a question gives nothing away."""


def _bare(text: str) -> str:
    """A text without spaces, signs and differences of writing."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@guard("answer_sound")
def answer_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A file is one that the party itself keeps here."""
    key = step.data.get("document")
    if key is None:
        return None
    owner = tx.value(sa.select(documents.c.party).where(documents.c.id == key))
    return None if owner == step.row["asked_party"] else {}


@guard("second_analyst")
def second_analyst(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Neither who found it nor who works on it."""
    return {} if step.who.user in (step.row["found_by"], step.row["handler"]) else None


@guard("measure_sound")
def measure_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A known measure that concerns one of the parties."""
    if step.data["case_measure"] not in MEASURES:
        return {"wanted": (f"种类须为 {'、'.join(MEASURES)}", f"one of {', '.join(MEASURES)}")}
    if step.data["party"] not in step.row["parties"]:
        return {"wanted": ("单位须为提示所涉的单位", "the party must be one that the alert names")}
    return None


@guard("not_involved")
def not_involved(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A third person."""
    return {} if step.who.user in (step.row["found_by"], step.row["handler"], step.row["acted_by"]) else None


@effect("number_case")
def number_case(tx: Tx, step: Step) -> None:
    """Its number; the alert belongs to it; analysts of the place are told."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"W-{year}-{count_on(tx, f'cases:{year}'):05d}"
    tx.execute(watch_alerts.update().where(watch_alerts.c.id == step.row["alert"]), {"case": step.subject})


@effect("hold_case")
def hold_case(tx: Tx, step: Step) -> None:
    """Who took it on works on it."""
    step.changes["handler"] = step.who.user


@effect("release_case")
def release_case(tx: Tx, step: Step) -> None:
    """Nobody works on it."""
    step.changes["handler"] = None


@effect("ask_party")
def ask_party(tx: Tx, step: Step) -> None:
    """The party is told what it is asked; an earlier answer stays in the record by its digest."""
    party = step.data["party"]
    step.changes |= {"asked_party": party, "question": step.data["question"], "asked_at": tx.now, "answer": None,
                     "document": None, "answered_at": None}  # fmt: skip
    _tell_party(tx, step, party)


def _tell_party(tx: Tx, step: Step, party: str | None) -> None:
    if party:
        words = {"key": "turn", "event": step.take, "state": step.row["state"]}
        notices.tell(tx, notices.inside(tx, [party]), "turn", "case", step.subject, step.event, words)


@effect("keep_answer")
def keep_answer(tx: Tx, step: Step) -> None:
    """What the party answered; who works on it is told."""
    step.changes |= {
        "answer": step.data["words"],
        "document": step.data.get("document"),
        "answered_at": tx.now,
    }
    if step.row["handler"]:
        words = {"key": "turn", "event": step.take, "state": step.row["state"]}
        notices.tell(tx, [step.row["handler"]], "turn", "case", step.subject, step.event, words)


@effect("find_false")
def find_false(tx: Tx, step: Step) -> None:
    """It was a false alarm."""
    _found(tx, step, "false")


@effect("find_true")
def find_true(tx: Tx, step: Step) -> None:
    """Something is wrong; a second person looks at it."""
    _found(tx, step, "true")


def _found(tx: Tx, step: Step, verdict: str) -> None:
    step.changes |= {"finding": verdict, "found_by": step.who.user, "found_words": step.data["words"]}
    label(tx, step.row, verdict, step.data["words"], step.who)


def label(tx: Tx, case: Row, verdict: str, words: str, who: Who) -> None:
    """What was found counts for the rule that spoke."""
    tx.insert(
        labels, id=tx.id(), alert=case["alert"], case=case["id"], code=case["code"], edition=case["edition"],
        verdict=verdict, words=words, by=who.user, at=tx.now,
    )  # fmt: skip


@effect("act_on")
def act_on(tx: Tx, step: Step) -> None:
    """The measure stands; the party it concerns is told, and the operators where they are asked to do something."""
    data = step.data
    step.changes |= {"acted_by": step.who.user, "held_party": data["party"], "case_measure": data["case_measure"],
                     "article": data["article"], "measure_words": data["words"]}  # fmt: skip
    _tell_party(tx, step, data["party"])
    if data["case_measure"] == "suspend":
        words = {"key": "turn", "event": step.take, "state": step.row["state"]}
        notices.tell(tx, notices.operators(tx), "turn", "case", step.subject, step.event, words)


@effect("give_case_back")
def give_case_back(tx: Tx, step: Step) -> None:
    """Not convincing yet: what was found does not stand."""
    step.changes |= {"back_words": step.data["words"], "finding": None, "found_by": None, "found_words": None}


@effect("keep_appeal")
def keep_appeal(tx: Tx, step: Step) -> None:
    """What the party says against it; overseers are told."""
    step.changes |= {"appeal": step.data["words"], "appealed_at": tx.now}
    tell_heads(tx, step)


@effect("answer_appeal")
def answer_appeal(tx: Tx, step: Step) -> None:
    """The measure stands."""
    step.changes |= {"appeal_by": step.who.user, "appeal_words": step.data["words"]}
    _tell_party(tx, step, step.row["held_party"])


@effect("overturn_case")
def overturn_case(tx: Tx, step: Step) -> None:
    """The party was right: the measure falls, and the alert counts as false."""
    step.changes["finding"] = "false"
    label(tx, step.row, "false", step.data["words"], step.who)
    answer_appeal(tx, step)


@effect("tell_heads")
def tell_heads(tx: Tx, step: Step) -> None:
    """Overseers without an interest in it are told that it waits."""
    asked = sa.select(grants.c.user).where(grants.c.role == "overseer")
    users = {str(r["user"]) for r in tx.all(asked)} - set(notices.inside(tx, step.row["parties"]))
    words = {"key": "overdue", "event": step.take, "state": step.row["state"]}
    notices.tell(tx, users, "overdue", "case", step.subject, step.event, words)
