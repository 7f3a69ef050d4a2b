"""Cases: the queue of analysts, one page a case, and the case as a file that verifies without us."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange import views
from sanwang.exchange.oversight import docket
from sanwang.exchange.oversight.cases import MEASURES
from sanwang.report.around import Tie, around
from sanwang.study.words import say
from sanwang.web.drawings import still
from sanwang.web.pages.subjects import told_of
from sanwang.web.render import forms, page, through
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import column, said, state, value

router = APIRouter()


@router.get("/cases")
def cases(v: Here) -> Response:
    """What waits, the most severe first and of these the oldest; what has ended; how often each rule was right."""
    who = v.signed_in()
    waiting, ended = v.exchange.cases(who), v.exchange.cases(who, ended=True)
    names = dict(v.exchange.rule_names(v.lang))
    shown = [_row(v, c, names) for c in waiting]
    table = table_of("cases", said("cases", v.lang), shown, v.lang, number="text", severity="text", rule="text",
                     state="text", opened="text", deadline_at="text")  # fmt: skip
    judged = [j for j in v.exchange.judged() if j.of]
    return page(
        v, "cases", waiting=shown, ended=[_row(v, c, names) for c in ended], judged=judged, names=names, take=[table],
        python=through("cases"),
    )  # fmt: skip


def _row(v: Visit, case: Any, names: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - a row of the store
    return {
        "id": case["id"], "number": case["number"], "severity": said(f"severity.{case['severity']}", v.lang),
        "rule": names.get(case["code"], case["code"]), "state": state("case", case["state"], v.lang),
        "opened": value("opened_at", case["opened_at"], v.lang),
        "deadline_at": value("deadline_at", case["deadline_at"], v.lang),
    }  # fmt: skip


@router.get("/case/{key}")
def case(v: Here, key: str) -> Response:
    """A case: for its analysts all of it, for the party concerned what it is asked and what is done."""
    who = v.signed_in()
    row = v.exchange.show(who, "case", key)
    steps = v.exchange.allowed(who, "case", key, v.lang)
    with v.exchange.store.read() as tx:
        told = [told_of(tx, v, e) for e in v.exchange.events(who, "case", key)]
        people = {
            u: views.user_name(tx, u)
            for u in (row.get("handler"), row.get("found_by"), row.get("acted_by"))
            if u
        }
    found = v.exchange.case(who, key) if "code" in row else None
    names = dict(found.names) if found else {}
    filled = forms(v.lang, steps)
    for field in (f for s in filled for f in s["fields"]):
        if field["name"] == "party":
            field["choices"] = [(p, names.get(p, p)) for p in row.get("parties") or ()]
        if field["name"] == "case_measure":
            field["choices"] = [(m, words[0 if v.lang == "zh" else 1]) for m, words in MEASURES.items()]
    return page(
        v, "case", row=row, subject=key, found=found, names=names, people=people, told=told, steps=filled,
        facts=_facts(found, v.lang) if found else [], drawing=_drawing(found, v.lang) if found else "",
        notes=[(column(n, v.lang), row.get(n)) for n in NOTES if row.get(n)], drawn=True,
        may_take=bool(found), python=through(f"subjects/case/{key}"),
        measure=MEASURES[row["case_measure"]][0 if v.lang == "zh" else 1] if row.get("case_measure") else "",
    )  # fmt: skip


NOTES = (
    "question",
    "answer",
    "found_words",
    "back_words",
    "article",
    "measure_words",
    "appeal",
    "appeal_words",
)
"""What was said, in the order in which it is said."""


def _facts(found: docket.File, lang: str) -> list[dict[str, Any]]:
    """Facts by time, each in words with its parties, sum and place in the record."""
    spoken = {a["event"] for a in found.alerts}
    return [
        {"at": value("read_at", f["known"], lang), "kind": say(f"seen_{f['kind']}", lang), "link": f["link"],
         "alert": f["event"] in spoken, "amount": value("amount", f["amount"], lang) if _money(f) else "",
         "who": " → ".join(found.names[p] for p in (f.get("party"), f.get("other")) if p and p in found.names)}
        for f in found.facts
    ]  # fmt: skip


def _money(fact: Any) -> bool:  # noqa: ANN401 - a fact
    return fact["kind"] not in ("evidence", "relation", "use") and bool(fact.get("amount"))


def _drawing(found: docket.File, lang: str) -> str:
    ties = [
        Tie(
            t.one, t.two, "、".join(dict.fromkeys(say(f"seen_{k}", lang) for k in t.kinds)), t.count, t.amount
        )
        for t in found.ties
    ]
    if not ties:  # one party alone is named in the facts
        return ""
    alt = say("around_alt", lang, count=len(found.names))
    return still(around(ties, found.names, found.case["parties"], lang, alt))


@router.get("/case/{key}/file")
def file(v: Here, key: str) -> Response:
    """The case as one file: ``sanwang exchange verify-case`` checks it."""
    body = v.exchange.case_file(v.signed_in(), key)
    name = quote(f"{body['case']['number']}.json", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(
        json.dumps(body, ensure_ascii=False, indent=1), media_type="application/json", headers=headers
    )
