"""The part of the exchange's face that watches: rules, cases, sandbox tests, reports, what is kept about persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from sanwang.exchange import identity, views
from sanwang.exchange.errors import Conflict
from sanwang.exchange.oversight import (
    casefile,
    docket,
    facts,
    judging,
    life,
    measure,
    reader,
    register,
    watching,
)
from sanwang.exchange.oversight import unusual as apart
from sanwang.exchange.privacy import about
from sanwang.exchange.ready import make_ready
from sanwang.exchange.reports import public
from sanwang.exchange.reports import report as monthly
from sanwang.exchange.reports.month import month as month_of
from sanwang.exchange.reports.report import Report
from sanwang.exchange.store import Row, Store, Tx
from sanwang.exchange.who import Who

T = TypeVar("T")


class Watched:
    """A store that is read and written as one person, and what is asked of it by those who watch."""

    def __init__(self, store: Store) -> None:
        make_ready()
        self.store = store
        self._facts = reader.Memory()

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def _now(self, tx: Tx, who: Who) -> Who:
        """The same person with the grants that count at this moment, whatever they had when they signed in."""
        return identity.person(tx, who.user) if who.user is not None else who

    def _read(self, function: Callable[[Tx], T]) -> T:
        with self.store.read() as tx:
            return function(tx)

    def _write(self, who: Who, function: Callable[[Tx, Who], T]) -> T:
        try:
            return self.store.run(lambda tx: function(tx, self._now(tx, who)))
        except IntegrityError as error:
            named = str(error.orig).splitlines()[0]
            raise Conflict(
                f"it is there already, or goes against what is there ({named})",
                "已有相同内容，或与已有内容冲突",
            ) from error

    def sandbox(self) -> list[register.Entry]:
        """The public register of sandbox tests, newest first: for everybody."""
        return self._read(register.register)

    def about(self, who: Who) -> about.About:
        """Everything kept about the person who asks."""
        return self._read(lambda tx: about.about(tx, who))

    def persons(self, who: Who) -> tuple[list[Row], list[dict[str, Any]]]:
        """Parties and users with their roles, for operators; that they were looked at is kept for the users to read."""

        def read(tx: Tx, now: Who) -> tuple[list[Row], list[dict[str, Any]]]:
            about.keep_reading(tx, now)
            return views.everybody(tx)

        return self._write(who, read)

    def report(self, who: Who, month: str, no: int | None = None) -> Report:
        """The supervisor's report of a month (``2026-05``), as it comes out now or as version ``no`` was given out.

        For overseers, auditors and operators.
        """
        return self._read(lambda tx: monthly.report(tx, self._now(tx, who), month_of(month), no))

    def give_out_report(self, who: Who, month: str, why: str | None = None) -> Report:
        """Keep a month's report as its next version; a restatement says why. For operators."""
        return self._write(who, lambda tx, now: monthly.give_out(tx, now, month_of(month), why))

    def reports(self, who: Who) -> list[Row]:
        """Versions of reports that were given out, newest month first; for overseers, auditors and operators."""
        return self._read(lambda tx: monthly.versions(tx, self._now(tx, who)))

    def public_year(self, year: int) -> list[public.Public]:
        """What everybody may read of a calendar year that is over: no cell shows what fewer than five did."""
        return self._read(lambda tx: public.year(tx, year))

    def rules(
        self, hours: float = 1.5, planted: Sequence[measure.Scheme] = ()
    ) -> tuple[list[measure.Score], list[watching.Alert]]:
        """Rules over every sealed event, the exchange's own in place of shipped ones: what each did, its alerts.

        ``hours``: what one false alarm costs, an assumption. ``planted``: schemes that are known to be there.
        """

        def read(tx: Tx) -> tuple[list[measure.Score], list[watching.Alert]]:
            frame, rules = facts.facts(facts.sealed(tx)), life.running(tx)
            alerts = watching.run(frame, rules)
            return measure.scores(frame, rules, alerts, planted, hours), alerts

        return self._read(read)

    def unusual(self, most: int = 20, seed: int = 7) -> list[apart.Unusual]:
        """Facts of the sealed events that lie apart from the others of their kind: an order and no finding."""
        return self._read(lambda tx: apart.unusual(facts.facts(facts.sealed(tx)), most, seed))

    def cases(self, who: Who, ended: bool = False) -> list[Row]:
        """Cases by severity and age, for analysts and overseers: those that wait, or those that have ended."""
        return self._read(lambda tx: docket.queue(tx, self._now(tx, who), ended))

    def case(self, who: Who, case: str) -> docket.File:
        """A case with its alerts, facts and the parties around it; for its analysts."""
        return self._read(lambda tx: docket.file(tx, self._now(tx, who), case))

    def case_file(self, who: Who, case: str) -> dict[str, Any]:
        """A case as one file that ``casefile.verify`` checks without the exchange; for its analysts."""
        return self._read(lambda tx: casefile.export(tx, self._now(tx, who), case))

    def told(self, who: Who, code: str | None = None) -> list[Row]:
        """Alerts that were stored, newest first; for analysts and overseers."""
        return self._read(lambda tx: docket.alerts(tx, self._now(tx, who), code))

    def judge(self, who: Who, alert: str, right: bool, words: str) -> None:
        """Say whether a shadow alert was right to ask."""
        self._write(who, lambda tx, now: judging.judge(tx, now, alert, right, words))

    def rule_names(self, lang: str) -> list[tuple[str, str]]:
        """Codes of the rules on duty with what they are called."""
        return self._read(lambda tx: [(d.rule.code, d.rule.label(lang)) for d in life.on_duty(tx)])

    def judged(self) -> list[judging.Judged]:
        """How often each rule on duty was right to ask, as people found."""
        return self._read(
            lambda tx: [judging.judged(tx, d.rule.code) for d in life.on_duty(tx) if d.mode == "live"]
        )

    def watch(self) -> tuple[int, int]:
        """Run the rules on what was sealed since the last round; how many alerts were stored and cases opened."""
        return reader.run(self.store, self._facts)
