"""A second program for the statements: every party's money from the recorded events, without the exchange's code.

It reads the database file with sqlite3: the events in their order, and of the subjects' rows only what never changes
(who, of what, how much at the beginning). What was paid, owed, split, late or lost it computes itself.
"""

from __future__ import annotations

import calendar
import json
import sqlite3
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 60
HOME = timezone(timedelta(hours=8))
PLATFORM_FEE = 2  # of 10,000
GUARANTEES = ("claimed", "paid")


def purse(party: str, currency: str | None) -> str:
    """A party's money in a currency; in yuan by its name alone."""
    return party if currency in (None, "CNY") else f"{party} {currency}"


def rounded(x: Decimal) -> int:
    return int(x.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shares(amount: int, parts: dict[str, int]) -> dict[str, int]:
    """Largest remainders, by name where they are equal."""
    whole = sum(parts.values())
    exact = {k: Decimal(amount) * v / whole for k, v in parts.items()}
    given = {k: amount * v // whole for k, v in parts.items()}
    order = sorted(parts, key=lambda k: (-((amount * parts[k]) % whole), k))
    for name in order[: amount - sum(given.values())]:
        given[name] += 1
    assert all(abs(Decimal(given[k]) - exact[k]) < 1 for k in parts)
    return given


def months_on(start: date, months: int) -> date:
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def cost(balance: int, bp: int, a: date, b: date, count: str) -> int:
    if count == "30e/360":
        days = (b.year - a.year) * 360 + (b.month - a.month) * 30 + min(b.day, 30) - min(a.day, 30)
    else:
        days = b.toordinal() - a.toordinal()
    return rounded(Decimal(balance) * bp / 10_000 * days / (365 if count == "act/365" else 360))


class Loan:
    """A loan as it stands, from its terms."""

    def __init__(self, row: sqlite3.Row) -> None:
        self.row, self.lent, self.bad = row, defaultdict(int), defaultdict(int)
        self.terms: dict = {}

    def begin(self, terms: dict, principal: int, on: date, carried: int = 0) -> None:
        self.terms, self.since, self.carried = terms, on, carried
        months, n, residual = terms["months"], terms["periods"], terms.get("residual", 0)
        i = Decimal(terms["rate_bp"]) / 10_000 * months / 12
        v = (1 + i) ** -n
        level = (
            rounded((principal - residual * v) * i / (1 - v))
            if i
            else rounded(Decimal(principal - residual) / n)
        )
        left, before, self.plan = principal, on, []
        for k in range(1, n + 1):
            due = months_on(on, k * months)
            its = cost(left, terms["rate_bp"], before, due, terms["day_count"])
            part = {"annuity": level - its, "equal_principal": (principal - residual) // n, "bullet": 0}[
                terms["repay"]
            ]
            part = left - residual if k == n else max(0, min(part, left - residual))
            self.plan.append({"due": due, "principal": part, "interest": its + (carried if k == 1 else 0), "late": 0,
                              "until": due})  # fmt: skip
            left, before = left - part, due

    def grown(self, on: date) -> None:
        """Late interest up to a day."""
        for p in self.plan:
            if on > p["until"] and p["due"] < on:
                p["late"] += cost(
                    p["principal"], self.terms.get("late_bp", 0), p["until"], on, self.terms["day_count"]
                )
                p["until"] = on

    def due(self, on: date) -> list[dict]:
        return [
            p for p in self.plan if p["due"] <= on and p["principal"] + p["interest"] + self.late_of(p, on)
        ]

    def late_of(self, p: dict, on: date) -> int:
        since = p["until"]
        if on <= since:
            return p["late"]
        return p["late"] + cost(
            p["principal"], self.terms.get("late_bp", 0), since, on, self.terms["day_count"]
        )

    def next_due(self) -> date:
        return next(p["due"] for p in self.plan if p["principal"] + p["interest"] + p["late"])

    def settle_all(self, on: date) -> int:
        """Interest to settle everything on a day."""
        past = [p for p in self.plan if p["due"] <= on]
        total = sum(self.late_of(p, on) + p["interest"] for p in past)
        coming = [p for p in self.plan if p["due"] > on]
        if coming:
            left = sum(p["principal"] for p in coming) + self.terms.get("residual", 0)
            since = max((p["due"] for p in past), default=self.since)
            total += cost(left, self.terms["rate_bp"], since, on, self.terms["day_count"])
            if not past:
                total += min(self.carried, self.plan[0]["interest"])
        return total


class Ledger:
    """Everybody's money."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path)
        self.db.row_factory = sqlite3.Row
        self.money, self.parts, self.lost = defaultdict(int), {}, defaultdict(int)
        self.asked, self.paid, self.pools = {}, defaultdict(int), defaultdict(int)
        self.fees, self.pays, self.loans, self.owing = 0, {}, {}, {}
        self.rates, self.escrow = {}, defaultdict(int)
        self.proposed, self.given, self.inventors = {}, {}, 0
        tables = (
            "holdings",
            "vouchers",
            "bids",
            "loans",
            "guarantees",
            "lodgings",
            "wallet_orders",
            "capital_calls",
            "investments",
            "commitments",
            "conversions",
            "inflows",
            "milestones",
            "deals",
        )
        self.rows = {t: {r["id"]: r for r in self.db.execute(f"select * from {t}")} for t in tables}

    def run(self) -> Ledger:
        for e in self.db.execute("select * from events order by seq"):
            data = json.loads(e["data"]) if e["data"] else {}
            if set(data) == {"agreed"} and isinstance(data["agreed"], str):
                continue  # the first of two persons: nothing happened yet
            does = getattr(self, f"{e['process']}_{e['take']}", None)
            if does is not None:
                does(e["subject"], data, datetime.fromtimestamp(e["at"] / 1e6, HOME).date(), e)
        return self

    def move(self, a: str, b: str, amount: int) -> None:
        assert amount >= 0
        self.money[a] -= amount
        self.money[b] += amount

    # payments
    def payment_receive(self, _key, data, *_):
        if data.get("currency", "CNY") == "CNY":  # other money is free once it is declared
            self.money[data["party"]] += data["amount"]

    def inflow_declare(self, key, *_):
        row = self.rows["inflows"][key]
        self.money[purse(row["party"], row["currency"])] += row["amount"]

    def payment_instruct(self, key, data, *_):
        self.pays[key] = (purse(data["party"], data.get("currency")), data["amount"])

    def payment_confirm(self, key, *_):
        self.money[self.pays[key][0]] -= self.pays[key][1]

    def payment_return(self, key, *_):
        self.money[self.pays[key][0]] += self.pays[key][1]

    # currencies, and a deal paid out of what was exchanged
    def conversion_quote(self, key, data, *_):
        self.rates[key] = Decimal(data["rate"])

    def conversion_accept(self, key, *_):
        row = self.rows["conversions"][key]
        got = Decimal(row["amount"]) * self.rates[key]  # yuan and dollars: two decimals each
        self.money[purse(row["party"], row["currency"])] -= row["amount"]
        self.money[purse(row["party"], row["wanted"])] += int(got.to_integral_value(rounding=ROUND_DOWN))

    def milestone_fund(self, key, *_):
        row = self.rows["milestones"][key]
        self.money[self.rows["deals"][row["deal"]]["buyer"]] -= row["amount"]
        self.escrow[row["deal"]] += row["amount"]

    def milestone_accept(self, key, *_):
        row = self.rows["milestones"][key]
        self.money[self.rows["deals"][row["deal"]]["seller"]] += row["amount"]
        self.escrow[row["deal"]] -= row["amount"]
        if row["deal"] in self.given:
            bp, costs = self.given[row["deal"]]
            part = max(0, row["amount"] - costs) * bp // 10_000
            self.money[self.rows["deals"][row["deal"]]["seller"]] -= part
            self.inventors += part

    def share_propose(self, key, data, *_):
        self.proposed[key] = data["deal"], (data["given_bp"], data["costs"])

    def share_enforce(self, key, *_):
        deal, terms = self.proposed[key]
        self.given[deal] = terms

    milestone_tacit = milestone_accept

    # vouchers
    def holding_open(self, key, *_):
        row = self.rows["holdings"][key]
        self.parts[key] = [row["voucher"], row["holder"], row["amount"]]

    def of(self, voucher: str) -> dict[str, list]:
        return {k: p for k, p in self.parts.items() if p[0] == voucher}

    def holding_split(self, key, data, *_):
        assert sum(data["parts"]) == self.parts[key][2]
        del self.parts[key]

    def holding_take(self, key, *_):
        del self.parts[key]

    holding_deliver = holding_take

    def holding_buy_back(self, key, *_):
        self.move(self.rows["holdings"][key]["recourse_to"], self.parts[key][1], self.parts[key][2])
        del self.parts[key]

    def voucher_pay(self, key, *_):
        for k, (_, holder, owed) in self.of(key).items():
            self.move(self.rows["vouchers"][key]["debtor"], holder, owed)
            del self.parts[k]

    def voucher_pay_part(self, key, data, *_):
        its = self.of(key)
        for k, amount in shares(data["amount"], {k: p[2] for k, p in its.items()}).items():
            self.move(self.rows["vouchers"][key]["debtor"], its[k][1], amount)
            its[k][2] -= amount
            if not its[k][2]:
                del self.parts[k]

    def voucher_write_off(self, key, *_):
        for k, p in self.of(key).items():
            self.lost[key] += p[2]
            del self.parts[k]

    def voucher_cancel(self, key, *_):
        for k in self.of(key):
            del self.parts[k]

    def bid_pay(self, key, *_):
        row = self.rows["bids"][key]
        self.move(row["financier"], row["asker"], row["price"] - row["fees"])
        fee = row["amount"] * PLATFORM_FEE // 10_000
        self.money[row["financier"]] -= fee
        self.fees += fee

    # rounds
    def round_effect(self, key, *_):
        net = defaultdict(int)
        for row in self.rows["lodgings"].values():
            if row["round"] == key and row["state"] == "cleared":
                net[row["debtor"]] += row["cleared"]
                net[row["creditor"]] -= row["cleared"]
                if row["holding"]:
                    self.parts[row["holding"]][2] -= row["cleared"]
                    if not self.parts[row["holding"]][2]:
                        del self.parts[row["holding"]]
        assert not any(net.values())

    # loans
    def loan_offer(self, key, data, *_):
        self.loans[key] = Loan(self.rows["loans"][key])
        self.loans[key].terms = data["loan_terms"]

    def loan_draw(self, key, _data, on, _e):
        loan, row = self.loans[key], self.rows["loans"][key]
        terms = loan.terms
        self.move(row["lender"], row["borrower"], terms["principal"])
        self.move(row["borrower"], row["lender"], terms.get("fee", 0))
        loan.lent[row["lender"]] = terms["principal"]
        loan.begin(terms, terms["principal"], on)

    def guarantee_begin(self, key, *_):
        row = self.rows["guarantees"][key]
        self.move(row["borrower"], row["guarantor"], row["fee"])

    def repaid(self, key: str, interest: int, principal: int) -> None:
        loan, row = self.loans[key], self.rows["loans"][key]
        self.move(row["borrower"], row["lender"], interest)
        if principal:
            for who, amount in shares(principal, {k: v for k, v in loan.lent.items() if v}).items():
                self.move(row["borrower"], who, amount)
                loan.lent[who] -= amount

    def towards(self, key: str, amount: int | None, on: date) -> None:
        loan = self.loans[key]
        due, interest, principal = loan.due(on), 0, 0
        left = amount
        for p in due:
            if left == 0:
                break
            p["late"], p["until"] = loan.late_of(p, on), max(on, p["until"])
            for name in ("late", "interest", "principal"):
                paid = p[name] if left is None else min(left, p[name])
                p[name] -= paid
                left = None if left is None else left - paid
                principal, interest = (
                    (principal + paid, interest) if name == "principal" else (principal, interest + paid)
                )
        assert not left
        self.repaid(key, interest, principal)

    def loan_collect(self, key, _data, on, e):
        self.towards(key, None, self.loans[key].next_due() if e["from_state"] == "performing" else on)

    def loan_pay(self, key, data, on, _e):
        self.towards(key, data["amount"], on)

    def loan_prepay(self, key, _data, on, _e):
        loan = self.loans[key]
        self.repaid(key, loan.settle_all(on), sum(loan.lent.values()))

    def loan_restructure(self, key, data, on, _e):
        loan = self.loans[key]
        carried = loan.settle_all(on)
        loan.begin(data["loan_terms"], sum(loan.lent.values()), on, carried)

    def loan_buy(self, key, *_):
        self.repaid(key, 0, self.loans[key].terms["residual"])

    def loan_give_back(self, key, *_):
        self.loans[key].lent.clear()

    def loan_write_off(self, key, *_):
        loan = self.loans[key]
        loan.bad, loan.lent = loan.lent, defaultdict(int)

    def loan_recover(self, key, data, *_):
        loan, row = self.loans[key], self.rows["loans"][key]
        for who, amount in shares(data["amount"], {k: v for k, v in loan.bad.items() if v}).items():
            self.move(row["borrower"], who, amount)
            loan.bad[who] -= amount

    # prepaid money on wallets, funds
    def wallet_order_confirm(self, key, *_):
        row = self.rows["wallet_orders"][key]
        if row["what"] == "settle":
            self.move(row["funder"], row["provider"], row["to_provider"])

    def capital_call_pay(self, key, *_):
        row = self.rows["capital_calls"][key]
        self.money[row["investor"]] -= row["amount"]
        self.pools[row["fund"]] += row["amount"]

    def investment_ask(self, key, data, *_):
        self.asked[key] = (data["buyer"], data["amount"])

    def investment_pay(self, key, _data, _on, e):
        row = self.rows["investments"][key]
        if e["from_state"] == "asked":
            who, amount = self.asked[key]
        else:
            who, amount = row["investee"], -json.loads(row["terms"])["tranches"][self.paid[key]]["amount"]
            self.paid[key] += 1
        self.money[who] -= amount
        self.pools[row["fund"]] += amount

    def fund_distribute(self, key, data, *_):
        its = {
            k: r for k, r in self.rows["commitments"].items() if r["fund"] == key and r["state"] == "in_force"
        }
        for k, amount in shares(data["amount"], {k: r["amount"] for k, r in its.items()}).items():
            self.money[its[k]["investor"]] += amount
        self.pools[key] -= data["amount"]

    def guarantee_claim(self, key, *_):
        row = self.rows["guarantees"][key]
        self.owing[key] = self.loans[row["loan"]].lent[row["lender"]] * row["share_bp"] // 10_000

    def guarantee_pay(self, key, *_):
        row = self.rows["guarantees"][key]
        loan = self.loans[row["loan"]]
        amount = min(self.owing[key], loan.lent[row["lender"]] * row["share_bp"] // 10_000)
        self.move(row["guarantor"], row["lender"], amount)
        loan.lent[row["lender"]] -= amount
        loan.lent[row["guarantor"]] += amount
