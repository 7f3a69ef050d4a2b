"""The exchange as one object: what a program, the command line and the web ask of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sanwang.exchange import (
    access,
    alerts,
    bids,
    deadlines,
    events,
    export_class,
    fund_figures,
    identity,
    insolvency,
    limits,
    mandates,
    milestones,
    people,
    prepaid,
    proof,
    quotas,
    registration,
    screening,
    search,
    secrecy,
    showing,
    snapshot,
    standing,
    suggestions,
    taking,
    views,
)
from sanwang.exchange.clock import Clock, system_clock
from sanwang.exchange.errors import NotFound, Refused, Stale
from sanwang.exchange.face_data import WithData
from sanwang.exchange.outcomes_table import Line
from sanwang.exchange.privacy.register import expire
from sanwang.exchange.quotas import Quota
from sanwang.exchange.rails import wallet
from sanwang.exchange.rails import work as rails
from sanwang.exchange.requests import once
from sanwang.exchange.store import Row, Tx, open_store
from sanwang.exchange.tiers import OWN
from sanwang.exchange.who import EXCHANGE, VISITOR, Who

if TYPE_CHECKING:
    from sanwang.region import Region


class Exchange(WithData):
    """A store with everything that may be done in it. Every method takes who asks, and every answer is cut to that."""

    @classmethod
    def open(cls, url: str | Path, clock: Clock = system_clock) -> Exchange:
        """The exchange at a database address. Raises StoreError where its tables are of another version."""
        store = open_store(url, clock)
        store.require_current()
        return cls(store)

    @classmethod
    def create(
        cls, url: str | Path, login: str, password: str, name: str = "", clock: Clock = system_clock
    ) -> Exchange:
        """A new exchange with one operator. Raises Refused where there are users already."""
        store = open_store(url, clock)
        store.migrate()
        made = cls(store)
        made.store.run(lambda tx: _first(tx, login, password, name or login))
        return made

    def sign_in(self, login: str, password: str) -> Who:
        """Who a login and password belong to. Raises Refused where they do not fit or the login is locked."""
        user = self.store.run(lambda tx: identity.check_password(tx, login, password))
        if user is None:
            raise Refused("sign_in", "login or password is wrong", "登录名或密码有误")
        return self.person(user)

    def person(self, user: str) -> Who:
        """A user with today's grants."""
        return self._read(lambda tx: identity.person(tx, user))

    def take(
        self,
        who: Who,
        process: str,
        subject: str | None,
        event: str,
        data: Mapping[str, Any] | None = None,
        *,
        request: str | None = None,
        versions: Collection[int] | None = None,
        **more: Any,  # noqa: ANN401 - fields of the step
    ) -> str:
        """Take a step of a process; returns the subject's id. Fields of the step are ``data`` or keywords.

        ``request``: a key made by the client; the same again changes nothing and answers the same. ``versions``: the
        step is taken only where the subject is of one of them, Stale is raised else. Raises NotFound, Refused or
        OptionError with the reason; nothing is written then.
        """
        whole = dict(data or {}) | more

        def step(tx: Tx, now: Who) -> str:
            if versions is not None and subject is not None:
                _require_version(access.locked(tx, now, process, subject), versions)
            return taking.take(tx, now, process, subject, event, whole, request)

        if request is None:
            return self._write(who, step)
        asked = [process, subject, event, whole]
        return self._write(who, lambda tx, now: once(tx, now, request, asked, lambda: step(tx, now)))

    def allowed(self, who: Who, process: str, subject: str, lang: str | None = None) -> list[taking.Choice]:
        """What a person may do now with a subject, and why not the rest."""
        spoken = lang or who.locale
        return self._read(lambda tx: taking.allowed(tx, self._now(tx, who), process, subject, spoken))

    def draft(self, who: Who, kind: str, row: Mapping[str, Any], **more: Any) -> str:  # noqa: ANN401
        """Begin a listing of a row of a kind; an id is made where it has none. Returns the listing's id."""
        number = row.get("id") or self.store.run(lambda tx: _row_id(tx, kind))
        asked = {"kind": kind, "row": number, "data": dict(row) | {"id": number}}
        return self.take(who, "listing", None, "draft", asked | more)

    def show(self, who: Who, process: str, subject: str) -> Row:
        """The row of a subject, for its own people; of a listing, what the asker may read."""
        return self._read(lambda tx: showing.shown(tx, self._now(tx, who), process, subject))

    def terms(self, who: Who, deal: str) -> dict[str, Any]:
        """Offers of a deal, newest first, and the digest of the text to agree to; for the people of the deal."""

        def read(tx: Tx) -> dict[str, Any]:
            now = self._now(tx, who)
            row = access.seen(tx, now, "deal", deal)
            if not standing.roles(tx, now, "deal", row) - {"operator"}:
                raise NotFound
            asked = ("no", "state", "terms", "digest", "valid_until_on")
            made = [{k: offer[k] for k in asked} for offer in views.offers_of(tx, now, row)]
            return {"offers": made, "digest": views.agreed_text(tx, "deal", row)}

        return self._read(read)

    def offers(self, who: Who, holding: str) -> list[bids.Offer]:
        """Bids for a part of a voucher, each with what comes in and the yearly cost with all fees; cheapest first."""
        return self._read(lambda tx: bids.offers(tx, self._now(tx, who), holding))

    def outcomes(self, who: Who, prepaid_: str) -> list[Line]:
        """All that can happen to prepaid money: for every phase and every set of facts, how each part ends."""
        return self._read(lambda tx: prepaid.outcomes(tx, self._now(tx, who), prepaid_))

    def quotas(self, who: Who, party: str) -> list[Quota]:
        """Quotas for payments across the border that concern a party today, with what is used of each."""
        return self._read(lambda tx: quotas.of(tx, self._now(tx, who), party))

    def export_class(self, who: Who, deal: str) -> export_class.Suggestion:
        """What the catalogue in force suggests of a deal across the border; a person declares."""
        return self._read(lambda tx: export_class.suggest(tx, self._now(tx, who), deal))

    def screenings(self, who: Who, subject: str, process: str = "crossing") -> list[Row]:
        """Every comparison with a list and every decision on a payment across the border or a deal's side from abroad
        (``process`` is ``crossing`` or ``counterparty``), oldest first."""

        def read(tx: Tx) -> list[Row]:
            access.seen(tx, self._now(tx, who), process, subject)
            return screening.of(tx, subject, process)

        return self._read(read)

    def debits(self, who: Who, creditor: str) -> list[Row]:
        """Debits of a creditor that stand in no message yet; for its own people."""
        return self._read(lambda tx: mandates.waiting(tx, self._now(tx, who), creditor))

    def write_debits(self, who: Who, creditor: str) -> mandates.Message:
        """What waits under mandates in force, as one pain.008 message; each debit is written once."""
        return self._write(who, lambda tx, now: mandates.write(tx, now, creditor))

    def debits_again(self, who: Who, creditor: str, message: str) -> mandates.Message:
        """A message of direct debits that was written before, for a file that was lost."""
        return self._read(lambda tx: mandates.again(tx, self._now(tx, who), creditor, message))

    def fund(self, who: Who, fund: str) -> fund_figures.Figures:
        """A fund in figures: sums, flows, what its investments are worth, rates; for its manager and investors."""
        return self._read(lambda tx: fund_figures.figures(tx, self._now(tx, who), fund))

    def estate(self, who: Who, stop: str, **given: int) -> list[insolvency.Claim]:
        """Known claims against an insolvent party by rank and what each would get; for operators. Pays nothing."""
        return self._read(lambda tx: insolvency.estate(tx, self._now(tx, who), stop, given))

    def portfolio(self, who: Who, lender: str) -> list[limits.Portfolio]:
        """A lender's book by currency: outstanding, arrears, guarantees, concentration, limits; for its own people."""
        return self._read(lambda tx: limits.portfolio(tx, self._now(tx, who), lender))

    def search(self, who: Who = VISITOR, text: str = "", **narrow: Any) -> list[search.Hit]:  # noqa: ANN401
        """Listings on show that a person may see; see ``search.find``."""
        return self._read(lambda tx: search.find(tx, self._now(tx, who), text, **narrow))

    def counts(self, who: Who = VISITOR) -> dict[str, int]:
        """How many listings of each kind the person may see."""
        return self._read(lambda tx: search.counts(tx, self._now(tx, who)))

    def duplicates(self, who: Who, kind: str, row: Mapping[str, Any]) -> list[search.Alike]:
        """Listings the person may see that are likely the same as a row."""
        return self._read(lambda tx: search.duplicates(tx, self._now(tx, who), kind, row))

    def mine(self, who: Who, process: str, before: str | None = None, most: int = 500) -> list[Row]:
        """Subjects of a process that are the person's own business, newest first; those before an id."""
        return self._read(lambda tx: showing.mine(tx, self._now(tx, who), process, before, most))

    def queue(self, who: Who) -> list[dict[str, Any]]:
        """What waits for the person's office: reviews, filed sheets, payments to release, money without an owner."""
        return self._read(lambda tx: views.queue(tx, self._now(tx, who)))

    def withdraw_evidence(self, who: Who, evidence: str) -> None:
        """Take a piece of evidence back; it stays known."""
        self._write(who, lambda tx, now: milestones.withdraw_evidence(tx, now, evidence))

    def reveal(self, who: Who, nda: str) -> dict[str, Any]:
        """The whole text of a listing for a named reader; who read what is kept before anything is shown."""
        return self._write(who, lambda tx, now: showing.reveal(tx, now, nda))

    def readings(self, who: Who, listing: str) -> list[Row]:
        """Who read what of a listing under an agreement, newest first; for its own people and auditors."""
        return self._read(lambda tx: secrecy.readings(tx, self._now(tx, who), listing))

    def events(self, who: Who, process: str, subject: str) -> list[Row]:
        """The steps taken on a subject, for who may see it; an auditor sees every one."""
        return self._read(lambda tx: showing.events(tx, self._now(tx, who), process, subject))

    def inbox(self, who: Who) -> list[Row]:
        """What the person was told, newest first."""
        return self._read(lambda tx: alerts.inbox(tx, self._now(tx, who)))

    def save_search(self, who: Who, name: str, cadence: str = "daily", **query: str) -> str:
        """Keep a search that tells what is new."""
        return self._write(who, lambda tx, now: alerts.save(tx, now, name, query, cadence))

    def suggestions(self, who: Who, need: str | None = None) -> list[suggestions.Suggestion]:
        """Drafts the person may see."""
        return self._write(who, lambda tx, now: suggestions.of(tx, now, need))

    def suggest(self, who: Who, origin: str, region: Region, pairs: list[Mapping[str, Any]]) -> int:
        """Keep pairs of a match or plan as drafts; returns how many are new."""
        return self._write(who, lambda tx, now: suggestions.keep(tx, now, origin, region.digest, pairs))

    def dismiss(self, who: Who, suggestion: str, why: str, words: str | None = None) -> None:
        """Not this, because …"""
        self._write(who, lambda tx, now: suggestions.dismiss(tx, now, suggestion, why, words))

    def keep_document(self, who: Who, party: str, name: str, content: bytes, deal: str | None = None) -> str:
        """Keep a file of a party by its digest. Returns its id."""
        digest = registration.digest_of(content)

        def keep(tx: Tx, now: Who) -> str:
            if party not in now.parties:
                raise NotFound
            media = "application/octet-stream"
            return milestones.keep_document(
                tx, now, party, deal, name=name, media=media, size=len(content), sha256=digest
            )

        return self._write(who, keep)

    def add_evidence(self, who: Who, milestone: str, kind: str, document: str) -> str:
        """Attach a document to a milestone. Returns the id of the evidence."""
        return self._write(who, lambda tx, now: milestones.add_evidence(tx, now, milestone, kind, document))

    def sheet(self, who: Who, registered: str, lang: str | None = None) -> list[tuple[str, str, str]]:
        """The registration sheet: label, value, remark."""
        return self._read(
            lambda tx: registration.sheet(tx, self._now(tx, who), registered, lang or who.locale)
        )

    def region(self, level: int = OWN, contacts: bool = False) -> Region:
        """The snapshot that match and plan read: every tier, for the machine's memory only.

        ``level`` 0 (public) or 1 (members) gives one that may be handed out to those readers: with marks in place of
        persons, or with their contacts where that is asked for.
        """
        return self._read(lambda tx: snapshot.region(tx, level, contacts))

    def verify(self) -> list[events.Fault]:
        """Everything recomputed; none where it holds."""
        return self._read(proof.verify)

    def seal(self) -> int:
        """Put every committed event into the chain, a batch a transaction; returns how many."""
        total = 0
        while many := self.store.run(events.seal):
            total += many
        return total

    def work(self, bank: Path | None = None) -> Mapping[str, int]:
        """One round of what happens by itself: deadlines, reminders, alerts, payments, sealing, rules; how many each.

        ``bank`` is the folder of the bank's files. ``trouble`` counts what a rail said that fits nothing.
        """
        done = {
            "deadlines": deadlines.run_due(self.store),
            "reminders": deadlines.remind(self.store),
            **self._rails(bank),
            "sealed": self.seal(),
            "alerts": alerts.run(self.store),
            "expired": self.store.run(expire),
        }
        return done | dict(zip(("watched", "cases"), self.watch(), strict=True))

    def _rails(self, bank: Path | None) -> Mapping[str, int]:
        demonstration = self._read(people.fictional)
        done = [rails.work(self.store, rail) for rail in rails.standing(demonstration, bank)]
        orders = [wallet.work(self.store, wallet.SimulatedOperator())] if demonstration else []
        return {
            "payments": sum(sum(d.counts.values()) for d in done),
            "wallet_orders": sum(sum(d.counts.values()) for d in orders),
            "trouble": sum(len(d.trouble) for d in (*done, *orders)),
        }


def _require_version(row: Row, versions: Collection[int]) -> None:
    if row["version"] not in versions:
        raise Stale


def _first(tx: Tx, login: str, password: str, name: str) -> str:
    if tx.value(sa.select(sa.func.count()).select_from(people.users)):
        raise Refused("users", "this exchange has users already", "该交易所已有用户")
    made = people.add_user(tx, EXCHANGE, login, name, password)
    people.grant(tx, EXCHANGE, made, "operator")
    return made


def _row_id(tx: Tx, kind: str) -> str:
    from sanwang.exchange.deals import count_on

    return f"X-{kind[:1].upper()}{count_on(tx, f'rows:{kind}'):05d}"
