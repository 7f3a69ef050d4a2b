"""The supervisor's months: what was given out, a month as it comes out now, what a restatement changed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange.reports import shown
from sanwang.exchange.reports.month import month_before
from sanwang.exchange.reports.report import Report, changes
from sanwang.report.tables import plain_table
from sanwang.study.words import say
from sanwang.web.render import page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()


@router.get("/reports")
def reports(v: Here) -> Response:
    """Versions given out, newest month first, and the way to any month."""
    given = v.exchange.reports(v.signed_in())
    return page(v, "reports", given=given, last=str(month_before(v.exchange.store.clock())))


@router.get("/reports/{month}")
def report(v: Here, month: str) -> Response:
    """A month's figures with their definitions: as they come out now, or a version given out."""
    who = v.signed_in()
    made = v.exchange.report(who, month, _number(v.query.get("no")))
    before = _before(v, made)
    tables = shown.tables(made, v.lang)
    with v.exchange.store.read() as tx:
        behind = shown.events_table(tx, made, v.lang) if v.query.get("as") else None
    more = (
        [shown.changes_table(changes(before, made), v.lang)]
        if before and before.digest != made.digest
        else []
    )
    return page(
        v, "report", made=made, lines=shown.headline(made, v.lang), before=before, note=say("report_unit", v.lang),
        tables=[(t, plain_table(t)) for t in (*more, *tables)], may=who.has("operator") and made.over and not made.no,
        title=say("report_title", v.lang, month=made.month), take=[*tables, *filter(None, (behind,))],
        python=f"from sanwang.exchange import Exchange\n\nx = Exchange.open(db)\nmade = x.report(who, {month!r})\n"
        "made.figures",
    )  # fmt: skip


@router.get("/public/{year}")
def public(v: Here, year: str) -> Response:
    """A year's public figures, for everybody."""
    found = v.exchange.public_year(_number(year) or 0)
    tables = shown.public_tables(found, v.lang)
    return page(
        v, "report", made=None, before=None, lines=[say("public_about", v.lang)], note="", may=False,
        tables=[(t, plain_table(t)) for t in tables], title=say("public_title", v.lang, year=year), take=tables,
        python=f"from sanwang.exchange import Exchange\n\nExchange.open(db).public_year({int(year)})",
    )  # fmt: skip


@router.post("/reports/{month}")
def give_out(v: Here, month: str) -> Response:
    """Keep the month as its next version; for operators."""
    made = v.exchange.give_out_report(v.signed_in(), month, v.form.get("why", "").strip() or None)
    return to(f"/reports/{made.month}?no={made.no}")


def _before(v: Visit, made: Report) -> Report | None:
    """The version given out that a report is compared with: the one before it, or the last one."""
    numbers = [r["no"] for r in v.exchange.reports(v.who) if r["month"] == str(made.month)]
    earlier = [n for n in numbers if not made.no or n < made.no]
    return v.exchange.report(v.who, str(made.month), max(earlier)) if earlier else None


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise OptionError(f"{text!r} is no version", f"{text!r} 不是版本号")
    return int(text)
