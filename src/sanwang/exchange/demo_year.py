"""A fictional year of money in motion: vouchers, loans, rounds, funds, wallets, stops, and what goes wrong.

Everything is done by the ordinary steps on a clock that runs through the year; the same seed, beginning and numbers of
parties give the same transfers. Nobody in it exists.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from sanwang.errors import SanwangError
from sanwang.exchange import clock as times
from sanwang.exchange import deadlines
from sanwang.exchange.clock import SetClock
from sanwang.exchange.demo_year_border import Border
from sanwang.exchange.demo_year_people import Year, people_of_the_year
from sanwang.exchange.demo_year_pools import Pools
from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger.accounts import free
from sanwang.exchange.store import Row
from sanwang.exchange.tables.loans import guarantees, loans
from sanwang.exchange.tables.money import accounts
from sanwang.exchange.tables.rounds import round_notices, rounds
from sanwang.exchange.tables.vouchers import bids, holdings, vouchers
from sanwang.exchange.who import RAIL, Who

if TYPE_CHECKING:
    from sanwang.exchange.face import Exchange

FIRMS, FINANCIERS, WEEKS = 200, 40, 52
SINCE = 372
"""Days before now on which the year begins."""

Report = Callable[[int, int, str], None]


def fill_year(
    x: Exchange,
    password: str,
    seed: int = 7,
    report: Report | None = None,
    *,
    firms: int = FIRMS,
    financiers: int = FINANCIERS,
    weeks: int = WEEKS,
    beside: Callable[[Run], Callable[[], object]] | None = None,
) -> Year:
    """Run the year in an exchange that has an operator and nothing else; everybody signs in with ``password``.

    The store's clock is put back to what it was. Raises nothing for what the exchange refuses: that is counted.
    """
    real = x.store.clock
    clock = SetClock(real() - SINCE * times.DAY)
    x.store.clock = clock
    try:
        made = x.store.run(lambda tx: people_of_the_year(tx, password, firms, financiers))
        run = Run(x, clock, made, random.Random(seed))  # noqa: S311 - a fictional year, no secret
        run.begin()
        pools, border = Pools(run, seed), Border(run, seed)
        run.daily = beside(run) if beside else run.daily
        for week in range(weeks):
            border.week(week)
            run.week(week, pools)
            if report is not None:
                report(week + 1, weeks, "weeks")
        x.seal()
    finally:
        x.store.clock = real
    return made


class Run:
    """The year as it goes on."""

    def __init__(self, x: Exchange, clock: SetClock, made: Year, draw: random.Random) -> None:
        self.x, self.clock, self.made, self.draw, self.count = x, clock, made, draw, 0
        self.daily: Callable[[], object] = list  # what happens besides, day by day

    def take(self, who: Who, process: str, subject: str | None, event: str, **data: Any) -> str | None:  # noqa: ANN401
        """A step; what is refused is counted."""
        try:
            done = self.x.take(who, process, subject, event, data)
        except Refused as refused:
            self.made.refused[refused.code] += 1
            return None
        except SanwangError as error:
            self.made.refused[type(error).__name__] += 1
            return None
        self.made.taken[f"{process}.{event}"] += 1
        return done

    def rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Row]:
        """Rows in the order in which they were made."""
        with self.x.store.read() as tx:
            return tx.all(sa.select(table).where(*where).order_by(table.c.id))

    def day(self, days: int) -> str:
        """A day from now."""
        return (times.day_of(self.clock()) + timedelta(days=days)).isoformat()

    def some(self, most: int, share: float = 1.0) -> int:
        """How many of something this week."""
        return sum(self.draw.random() < share for _ in range(most))

    def signer(self, party: str) -> Who:
        """Who signs for a party."""
        return self.made.people[party][0]

    def begin(self) -> None:
        """Money at the institution, and the financiers' limits."""
        for party in self.made.banks:
            self.comes(party, self.draw.randint(20_000, 90_000) * 100_000)
            both = self.made.people[party]
            limit = self.take(both[0], "credit_limit", None, "propose", lender=party, counted="bank", name="全部",
                              amount=self.draw.randint(6_000, 60_000) * 100_000)  # fmt: skip
            for who in both:
                self.take(who, "credit_limit", limit, "confirm")
        for party in self.made.firms:
            self.comes(party, self.draw.randint(10, 900) * 10_000)

    def comes(self, party: str, amount: int) -> None:
        """Money that the institution reports."""
        self.count += 1
        data = {"reference": f"Y{self.count:06d}", "amount": amount, "party": party, "rail": "manual"}
        self.take(RAIL, "payment", None, "receive", **data)

    def week(self, number: int, pools: Pools) -> None:
        """What happens in a week, and what falls due on each of its days."""
        many = len(self.made.firms)
        for _ in range(max(1, many // 20)):
            self.comes(self.draw.choice(self.made.firms), self.draw.randint(10, 2_000) * 10_000)
        for _ in range(max(1, many // 8)):
            self.spends(self.draw.choice(self.made.firms))
        for _ in range(self.some(8, 0.8)):
            self.voucher()
        self.holders()
        for _ in range(self.some(4, 0.8)):
            self.loan()
        self.late()
        self.clearing(number)
        pools.week(number)
        for _ in range(7):
            self.clock.move(days=1)
            deadlines.run_due(self.x.store)
            pools.day()
            self.daily()

    def spends(self, party: str) -> None:
        """A payout over the institution: released by a second person, confirmed, refused or returned."""
        one, two = self.made.people[party]
        wallet = (accounts.c.code == "wallet", accounts.c.party == party, accounts.c.book == "CNY:money")
        [account] = self.rows(accounts, *wallet) or [None]
        amount = free(account) * self.draw.randint(30, 100) // 100 if account else 0
        made = self.take(
            one, "payment", None, "instruct", party=party, amount=amount, account_at="虚构账户", rail="manual"
        )
        if made is None or self.take(two, "payment", made, "release") is None:
            return
        self.take(RAIL, "payment", made, "send")
        fate = self.draw.random()
        if fate < 0.05:
            self.take(RAIL, "payment", made, "reject", reference=f"N{made}", why="bank")
            return
        self.take(RAIL, "payment", made, "confirm", reference=f"B{made}")
        if fate > 0.97:
            self.take(RAIL, "payment", made, "return", reference=f"R{made}", why="bank")

    def voucher(self) -> None:
        """A debtor confirms; now and then the same invoice again, too long a term, or nobody takes it."""
        debtor, holder = self.draw.sample(self.made.firms, 2)
        self.count += 1
        number = self.count if self.draw.random() > 0.05 else self.draw.randint(1, self.count)
        data = {"debtor": debtor, "holder": holder, "amount": self.draw.randint(1_000, 3_000_000) * 10 + 7,
                "due_on": self.day(self.draw.choice((30, 45, 60, 90, 120, 180, 240, 400))),
                "invoice": f"2611700000{number:010d}"}  # fmt: skip
        made = self.take(self.signer(debtor), "voucher", None, "draft", **data)
        if made is None:
            return
        for who in self.made.people[debtor]:
            self.take(who, "voucher", made, "confirm")
        fate = self.draw.random()
        if fate < 0.04:
            self.take(self.signer(holder), "voucher", made, "refuse", why="other")
        elif fate < 0.95:
            self.take(self.signer(holder), "voucher", made, "accept")

    def holders(self) -> None:
        """Holders split, pass on, ask for bids; takers take or not; the cheapest bid is accepted."""
        for row in self.rows(holdings, holdings.c.state == "passing"):
            event = "take" if self.draw.random() < 0.85 else "refuse"
            more = {} if event == "take" else {"why": "other"}
            self.take(self.signer(row["to_party"]), "holding", row["id"], event, **more)
        for row in self.rows(holdings, holdings.c.state == "asking"):
            self.accepts(row)
        live = self.rows(holdings, holdings.c.state == "live")
        for row in self.draw.sample(live, min(14, len(live))):
            self.holder(row)

    def holder(self, row: Row) -> None:
        """What a holder does with a part."""
        who, fate = self.signer(row["holder"]), self.draw.random()
        if fate < 0.2 and row["owed"] > 100:
            first = self.draw.randint(1, row["owed"] - 1)
            self.take(who, "holding", row["id"], "split", parts=[first, row["owed"] - first])
        elif fate < 0.4:
            paper = self.x.keep_document(
                self.x.person(str(who.user)), row["holder"], "order.pdf", row["id"].encode()
            )
            self.take(
                who, "holding", row["id"], "pass", to_party=self.draw.choice(self.made.firms), document=paper
            )
        elif fate < 0.85 and row["holder"] not in self.made.banks:
            self.take(
                who, "holding", row["id"], "register", registry_no=f"ZDW{self.count:06d}{row['number']}"
            )
            asked = self.draw.sample(self.made.banks, min(3, len(self.made.banks)))
            if self.take(who, "holding", row["id"], "ask", financiers=asked):
                for bank in asked:
                    self.bid(row, bank)

    def bid(self, row: Row, bank: str) -> None:
        """A financier's price: a yearly cost between 2.5 and 9 percent, with recourse now and then."""
        days = (times.date.fromisoformat(row["due_on"]) - times.day_of(self.clock())).days
        off = row["owed"] * self.draw.randint(250, 900) * max(days, 1) // 3_650_000
        recourse = self.draw.random() < 0.25
        more: dict[str, Any] = {"words": "到期未付的，由转让方回购（虚构）"} if recourse else {}
        self.take(self.signer(bank), "bid", None, "offer", holding=row["id"], financier=bank, price=row["owed"] - off,
                  fees=self.draw.choice((0, 0, row["owed"] // 2_000)), recourse=recourse,
                  valid_until_on=self.day(9), **more)  # fmt: skip

    def accepts(self, row: Row) -> None:
        """The holder takes what brings most; the financier pays, or does not."""
        open_ = self.rows(bids, bids.c.holding == row["id"], bids.c.state == "open")
        if not open_:
            return
        best = max(open_, key=lambda b: (b["price"] - b["fees"], b["id"]))
        for who in self.made.people[row["holder"]]:
            if self.rows(bids, bids.c.id == best["id"])[0]["state"] == "open":
                self.take(who, "bid", best["id"], "accept", agreed=True)
        if self.draw.random() < 0.93:
            for who in self.made.people[best["financier"]]:
                if self.rows(bids, bids.c.id == best["id"])[0]["state"] == "accepted":
                    self.take(who, "bid", best["id"], "pay")

    def loan(self) -> None:
        """An application: refused with what would mend it, or offered, agreed, guaranteed or not, and paid out."""
        borrower, lender = self.draw.choice(self.made.firms), self.draw.choice(self.made.banks)
        lease = self.draw.random() < 0.25
        amount = self.draw.randint(100, 4_000) * 10_000
        who, bank = self.signer(borrower), self.signer(lender)
        made = self.take(who, "loan", None, "apply", borrower=borrower, lender=lender, amount=amount,
                         lending="lease" if lease else "loan", purpose="虚构用途：备料")  # fmt: skip
        if made is None:
            return
        if self.draw.random() < 0.2:
            self.take(bank, "loan", made, "refuse", why="lacks", words="缺近一年的发票流水（虚构）",
                      mend="补开发票授权（虚构）")  # fmt: skip
            return
        terms = self.terms(amount, lease, (borrower, lender))
        offered = self.take(bank, "loan", made, "offer", loan_terms=terms, valid_until_on=self.day(10))
        row = self.rows(loans, loans.c.id == made)[0]
        if offered is None or self.draw.random() < 0.05:
            return
        self.take(who, "loan", made, "accept", digest=row["text_digest"])
        for one in self.rows(guarantees, guarantees.c.loan == made, guarantees.c.state == "asked"):
            self.take(self.signer(one["guarantor"]), "guarantee", one["id"], "promise")
        self.take(bank, "loan", made, "draw")

    def terms(self, amount: int, lease: bool, not_by: tuple[str, str]) -> Mapping[str, Any]:
        """Terms of a loan."""
        terms: dict[str, Any] = {
            "principal": amount, "rate_bp": self.draw.randint(280, 780), "periods": self.draw.choice((3, 6, 9, 12)),
            "months": 1, "day_count": self.draw.choice(("act/360", "act/365", "30e/360")),
            "repay": self.draw.choice(("annuity", "equal_principal", "bullet")), "late_bp": 1_170,
            "fee": self.draw.choice((0, amount // 500)),
        }  # fmt: skip
        if lease:
            terms["residual"] = amount // 10
        if self.draw.random() < 0.35:
            other = self.draw.choice([b for b in self.made.banks if b not in not_by] or [""])
            if other:
                terms |= {"guarantor": other, "guarantee_bp": self.draw.choice((5_000, 8_000)),
                          "guarantee_fee": amount // 200}  # fmt: skip
        return terms

    def late(self) -> None:
        """What is overdue: paid in part, bought back, guaranteed, given new terms, or written off."""
        for row in self.rows(holdings, holdings.c.state == "overdue", holdings.c.recourse_to.is_not(None)):
            if self.draw.random() < 0.4:
                self.take(self.signer(row["recourse_to"]), "holding", row["id"], "buy_back")
        for row in self.rows(vouchers, vouchers.c.state == "overdue"):
            self.overdue_voucher(row)
        for row in self.rows(loans, loans.c.state.in_(("arrears", "residual", "written_off", "performing"))):
            self.late_loan(row)

    def overdue_voucher(self, row: Row) -> None:
        """An overdue voucher."""
        fate, owed = self.draw.random(), row["face"] - row["paid"] - row["set_off"]
        if fate < 0.15 and owed > 1:
            self.take(
                self.signer(row["debtor"]),
                "voucher",
                row["id"],
                "pay_part",
                amount=self.draw.randint(1, owed - 1),
            )
        elif fate < 0.4:
            for who in self.made.people[row["debtor"]]:
                if self.rows(vouchers, vouchers.c.id == row["id"])[0]["state"] == "overdue":
                    self.take(who, "voucher", row["id"], "pay")
        elif fate > 0.96:
            for who in self.made.operators:
                self.take(who, "voucher", row["id"], "write_off", why="other", words="虚构：破产终结")

    def late_loan(self, row: Row) -> None:
        """A loan in arrears, written off, a lease whose rents are paid, or one repaid early."""
        fate = self.draw.random()
        lender, borrower = self.made.people[row["lender"]], self.signer(row["borrower"])
        if row["state"] == "performing":
            if fate < 0.004:
                self.take(borrower, "loan", row["id"], "prepay")
        elif row["state"] == "residual":
            self.take(
                borrower if fate < 0.6 else lender[0], "loan", row["id"], "buy" if fate < 0.6 else "give_back"
            )
        elif row["state"] == "written_off":
            if fate < 0.05:
                self.take(borrower, "loan", row["id"], "recover", amount=max(1, row["written_off"] // 10))
        elif fate < 0.3:
            self.take(borrower, "loan", row["id"], "pay", amount=self.draw.randint(1, 5_000_000))
        elif fate < 0.4:
            whole = row["drawn"] - row["repaid"] - row["written_off"] - row["returned"]
            keep = ("rate_bp", "months", "day_count", "repay", "late_bp", "residual")
            terms = {k: v for k, v in row["terms"].items() if k in keep} | {"principal": whole, "periods": 12}
            for who in (borrower, lender[0]):
                self.take(who, "loan", row["id"], "restructure", loan_terms=terms)
        elif fate < 0.6:
            self.claim(row, fate)
        elif fate > 0.95:
            for who in lender:
                self.take(who, "loan", row["id"], "write_off", why="other", words="虚构：无可执行财产")

    def claim(self, loan: Row, fate: float) -> None:
        """The lender claims on a guarantee; the guarantor pays or denies."""
        for one in self.rows(guarantees, guarantees.c.loan == loan["id"]):
            if one["state"] == "in_force":
                self.take(self.signer(loan["lender"]), "guarantee", one["id"], "claim")
            elif one["state"] == "claimed":
                event = "pay" if fate < 0.55 else "deny"
                more = {} if event == "pay" else {"why": "other", "words": "虚构：资料不全"}
                self.take(self.signer(one["guarantor"]), "guarantee", one["id"], event, **more)

    def clearing(self, number: int) -> None:
        """Every eighth week a round: debts of small circles, vouchers with them, answers firm by firm."""
        if number % 8 == 2:
            round_ = self.take(self.made.operators[0], "round", None, "open", name=f"虚构第 {number // 8 + 1} 轮",
                               lodge_until_on=self.day(5), effect_on=self.day(19))  # fmt: skip
            if round_ is not None:
                self.lodge(round_)
        for row in self.rows(rounds, rounds.c.state == "proposed"):
            asked = self.rows(
                round_notices, round_notices.c.round == row["id"], round_notices.c.state == "sent"
            )
            for one in asked:
                self.answer(one)

    def lodge(self, round_: str) -> None:
        """Debts around a circle of firms and beside it; most are confirmed."""
        ring = self.draw.sample(self.made.firms, min(16, len(self.made.firms)))
        pairs = [(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
        pairs += [tuple(self.draw.sample(ring, 2)) for _ in range(24)]  # pyright: ignore[reportArgumentType]
        for debtor, creditor in pairs:
            self.count += 1
            made = self.take(self.signer(creditor), "lodging", None, "lodge", round=round_, debtor=debtor,
                             creditor=creditor, amount=self.draw.randint(100, 90_000) * 100, due_on=self.day(-30),
                             invoice=f"虚构应付{self.count}")  # fmt: skip
            if made is not None and self.draw.random() < 0.9:
                self.take(self.signer(debtor), "lodging", made, "confirm")
        for row in self.rows(holdings, holdings.c.state == "live"):
            if row["holder"] in ring and row["debtor"] in ring:
                self.take(
                    self.signer(row["holder"]), "lodging", None, "lodge_part", round=round_, holding=row["id"]
                )

    def answer(self, notice: Row) -> None:
        """A firm's answer; some never give one."""
        now = self.rows(round_notices, round_notices.c.id == notice["id"])[0]
        fate = self.draw.random()
        if now["state"] != "sent" or fate > 0.97:
            return
        for who in self.made.people[notice["addressee"]]:
            if self.rows(round_notices, round_notices.c.id == notice["id"])[0]["state"] == "sent":
                if fate < 0.03:
                    self.take(who, "round_notice", notice["id"], "refuse", why="other")
                else:
                    self.take(who, "round_notice", notice["id"], "accept", digest=notice["text_digest"])
