"""Rules on the command line: what each found in the sealed events, and every alert in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from sanwang.cli.exchange_money import print_rows
from sanwang.cli.exchange_open import Db, open_exchange
from sanwang.cli.terminal import output
from sanwang.cli.workspace import JsonOption, LangOption, print_json, spoken
from sanwang.study.words import say

if TYPE_CHECKING:
    from sanwang.exchange.oversight.judging import Judged
    from sanwang.exchange.oversight.measure import Scheme, Score, Share
    from sanwang.exchange.oversight.unusual import Standing
    from sanwang.exchange.oversight.watching import Alert


def rules(
    db: Db,
    hours: Annotated[
        float,
        typer.Option(
            min=0, help="一次误报花费的小时数（假设） / hours that a false alarm costs: an assumption"
        ),
    ] = 1.5,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="逐条列出提示及依据 / every alert with its reasons")
    ] = False,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """规则对已封存事件的提示；不写入任何内容 / What the rules say of the sealed events; writes nothing"""
    x, said = open_exchange(db), spoken(lang)
    scores, found = x.rules(hours, planted_of(db))
    judged = {j.code: j for j in x.judged()}
    if json_:
        rows = [score_row(s) | judged_row(judged.get(s.code)) for s in scores]
        print_json({"hours_a_false_alarm": hours, "interval": "Wilson 95 %", "rows": rows,
                    "alerts": [alert_row(a, said) for a in found] if alerts else len(found)})  # fmt: skip
        return
    print_rows([_short(s, said) | _judged(judged.get(s.code), said) for s in scores], False)
    for alert in found if alerts else ():
        row = alert_row(alert, said)
        output.print(
            escape("\n".join(("", *(str(row[n]) for n in ("rule", "said", "basis", "cleared"))))),
            soft_wrap=True,
        )


def unusual(
    db: Db,
    most: Annotated[int, typer.Option("-n", min=1, max=1000, help="条数 / how many")] = 20,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """与同类相比最不寻常的事实：仅为排序，不是认定 / Facts that lie apart from their kind: an order, no finding"""
    x, said = open_exchange(db), spoken(lang)
    rows: list[dict[str, Any]] = [
        {"link": u.link, "kind": say(f"seen_{u.kind}", said), "event": u.event, "score": round(u.score, 3),
         "parties": "、".join(u.parties),
         "stands_out": ("；" if said == "zh" else "; ").join(stands_out(s, u.kind, said) for s in u.standing)}
        for u in x.unusual(most)
    ]  # fmt: skip
    print_rows(rows, json_)


def stands_out(one: Standing, kind: str, lang: str) -> str:
    """A number of a fact beside the middle of its kind, in words with its unit."""
    from sanwang.exchange.oversight.watching import amount, called, unit_of

    name, unit = called(one.name, lang), unit_of(one.name, kind)
    value, middle = (amount(x, unit, lang) for x in (one.value, one.middle))
    return (
        f"{name} {value}（同类中位 {middle}）"
        if lang == "zh"
        else f"{name}: {value} (middle of its kind {middle})"
    )


def planted_of(db: str) -> list[Scheme]:
    """What a demonstration planted, from the register beside its file; the database itself does not know it."""
    from sanwang.exchange.oversight.measure import register, registered

    path = register(db)
    return registered(path) if path is not None and path.is_file() else []


def judged_row(known: Judged | None) -> dict[str, Any]:
    """How often people found that a rule was right to ask."""
    if known is None or not known.of:
        return {}
    return {"judged": known.of, "right": known.right, "judged_precision": _share(known.precision)}


def _judged(known: Judged | None, lang: str) -> dict[str, Any]:
    if known is None or not known.of:
        return {}
    p = known.precision
    word = "认定属实" if lang == "zh" else "found right"
    return {"judged": f"{word} {known.right}/{known.of} [{p.low:.0%}, {p.high:.0%}]"}


def score_row(s: Score) -> dict[str, Any]:
    """A score as plain values; false, precision and recall stand only where it is known what was planted."""
    known = s.planted > 0
    row: dict[str, Any] = {"rule": s.code, "alerts": s.alerts, "alerts_a_day": round(s.a_day, 4)}
    if known:
        row |= {"planted": s.planted, "found": s.found, "false": s.false, "hours": s.hours,
                "precision": _share(s.precision), "recall": _share(s.recall), "missed": list(s.missed),
                "days_until_found": list(s.after)}  # fmt: skip
    return row


def _share(share: Share) -> dict[str, float | None]:
    value = None if share.value is None else round(share.value, 4)
    return {"value": value, "low": round(share.low, 4), "high": round(share.high, 4)}


def alert_row(alert: Alert, lang: str) -> dict[str, Any]:
    """An alert in words, with the events behind it."""
    from sanwang.exchange.oversight.watching import as_row

    cleared = ("可消除：" if lang == "zh" else "would have cleared it: ") + alert.cleared(lang)
    words = {"said": alert.said(lang), "basis": alert.rule.basis(lang), "cleared": cleared}
    return as_row(alert) | words | {"severity": alert.rule.severity}


def _short(s: Score, lang: str) -> dict[str, Any]:
    word = ("提示", "每日") if lang == "zh" else ("alerts", "a day")
    return {"rule": s.code, "name": s.zh if lang == "zh" else s.en, "alerts": f"{word[0]} {s.alerts}",
            "a_day": f"{word[1]} {s.a_day:.3f}"}  # fmt: skip
