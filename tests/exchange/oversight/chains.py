"""Chains of events written by hand, and the features made again in plain Python: slow, one row after the other."""

from __future__ import annotations

import itertools

from sanwang.exchange.clock import DAY, moment
from sanwang.exchange.oversight.facts import facts
from sanwang.exchange.oversight.features import features
from sanwang.exchange.oversight.rules import pack
from sanwang.exchange.oversight.watching import run

START = moment("2026-03-02T09:00:00+08:00")
WAN = 1_000_000


class Chain:
    """Events in the order of their links; ``day`` says how many days after the start the next ones happen."""

    def __init__(self):
        self.events, self.day, self.numbers = [], 0, itertools.count(1)

    def add(self, process, take, subject, *, user=None, party=None, **data):
        link = len(self.events) + 1
        self.events.append({
            "link": link, "at": START + round(self.day * DAY), "id": f"E{link}", "user": user, "party": party,
            "process": process, "take": take, "subject": subject, "data": data,
        })  # fmt: skip
        return f"E{link}"

    def on(self, day):
        self.day = day
        return self

    def contract(
        self, buyer, seller, price, technology=None, type="licence", field="H", term="short", deal=None
    ):
        deal = deal or f"D{next(self.numbers)}"
        self.add("statement", "terms", deal, buyer=buyer, seller=seller, price=price,
                 technology=price if technology is None else technology, type=type, field=field, term=term)  # fmt: skip
        stage = f"M{next(self.numbers)}"
        self.add("milestone", "open", stage, deal=deal)
        return deal, stage

    def evidence(self, stage, digest="a"):
        paper, piece = f"P{next(self.numbers)}", f"V{next(self.numbers)}"
        self.add("document", "keep", paper, sha256=digest)
        self.add("evidence", "add", piece, milestone=stage, kind="report", document=paper)
        return piece

    def payout(self, party, amount, account="ACC", user="u1"):
        made = f"PAY{next(self.numbers)}"
        self.add("payment", "instruct", made, user=user, amount=amount, account_at=account)
        self.events[-1]["data"]["party"] = party
        return self.add("payment", "release", made, user="u2", party=party)

    def comes(self, amount, deal=None, party=None):
        self.add("payment", "receive", f"IN{next(self.numbers)}", amount=amount, reference="x")
        self.events[-1]["data"] |= {"deal": deal, "party": party}

    def related(self, one, two):
        made = f"R{next(self.numbers)}"
        self.add("relation", "declare", made, one=one, two=two)
        self.add("relation", "confirm", made)
        return made

    def register(self, deal, technology):
        sheet = f"S{next(self.numbers)}"
        self.add("registration", "draft", sheet, deal=deal)
        self.add("registration", "register", sheet, number="n", technology=technology)

    def voucher(self, debtor, holder, amount, invoice=None):
        made = f"VO{next(self.numbers)}"
        self.add("voucher", "draft", made, debtor=debtor, holder=holder, amount=amount, invoice=invoice)
        self.add("voucher", "accept", made, party=holder)
        part = f"H{next(self.numbers)}"
        self.add("statement", "part", part, voucher=made, holder=holder, owed=amount, part_of=None)
        return made, part

    def passes(self, voucher, part, taker, amount=1):
        self.add("holding", "take", part, party=taker)
        child = f"H{next(self.numbers)}"
        self.add("statement", "part", child, voucher=voucher, holder=taker, owed=amount, part_of=part)
        return child

    def facts(self):
        return facts(self.events)

    def alerts(self, code=None):
        rules = [r for r in pack() if code in (None, r.code)]
        assert rules
        return run(self.facts(), rules)


def slow(frame, asked, name):
    """A feature by going through every earlier fact."""
    feature, rows = features()[name], frame.to_dicts()
    return [_one(rows, t, feature) for t in asked.to_dicts()]


def _one(rows, t, feature):
    before = [o for o in rows if o["link"] < t["link"]
              and (feature.days is None or o["known"] >= t["known"] - feature.days * DAY)
              and (feature.over == ("*",) or o["kind"] in feature.over)]  # fmt: skip
    if feature.aggregate == "back":
        return way_back(before, t)
    if feature.where is not None:
        small = {"small_payouts", "small_sum"}
        near = feature.name == "accounts_near_limit"
        before = [o for o in before if (o["amount"] < 200_000_000 if feature.name in small
                                        else o["amount"] * 100 >= o["extra"] * 80 if near else o["amount"] > 0)]  # fmt: skip
    its = [o for o in before if all(t[a] != "" and t[a] == o[b] for a, b in feature.match)]
    amounts = [o["amount"] for o in its]
    match feature.aggregate:
        case "count":
            return len(its)
        case "sum":
            return sum(amounts)
        case "largest":
            return max(amounts, default=0)
        case "since":
            return (t["known"] - its[-1]["known"]) // DAY if its else -1
        case "first":
            return (t["known"] - its[0]["known"]) // DAY if its else -1
        case "distinct:key":
            return len({o["key"] for o in its})
        case how:
            if len(its) < 8:
                return 0 if (how == "low" or not its) else 2**53
            amounts.sort()
            n = len(amounts) - 1
            q1, q3 = amounts[n // 4], amounts[-(-3 * n // 4)]
            r = q3 / max(q1, 1)
            return int(q1 / (r * r)) if how == "low" else min(2**53, int(q3 * (r * r)))


def way_back(before, t):
    best = 0
    for a in before:
        if a["party"] == t["other"] and a["other"] == t["party"]:
            best = max(best, a["amount"])
        for b in before:
            third = a["other"] == b["party"] and a["other"] not in (t["party"], t["other"])
            if a["party"] == t["other"] and third and b["other"] == t["party"]:
                best = max(best, min(a["amount"], b["amount"]))
    return best
