"""What else happens in the fictional year: funds, prepaid money on digital wallets, stops."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from sanwang.exchange.rails import wallet
from sanwang.exchange.store import Row
from sanwang.exchange.tables.funds import capital_calls, funds, investments
from sanwang.exchange.tables.prepaid import prepaids
from sanwang.exchange.tables.stops import stops
from sanwang.exchange.tables.vouchers import holdings

if TYPE_CHECKING:
    from sanwang.exchange.demo_year import Run

FACTS = {
    "tested": {
        "kind": "evidence",
        "by": "funder",
        "zh": "检测合格（虚构）",
        "en": "the test is passed (fictional)",
    },
    "delivered": {
        "kind": "milestone",
        "by": "provider",
        "zh": "已交付（虚构）",
        "en": "delivered (fictional)",
    },
}


class Pools:
    """Funds, prepaid money and stops, by draws of their own, so that what else happens does not depend on them."""

    def __init__(self, run: Run, seed: int) -> None:
        self.run, self.draw = run, random.Random(seed + 1)  # noqa: S311 - a fictional year, no secret
        self.operator = wallet.SimulatedOperator(seed, refused=15, silent=10, repeated=20)

    def week(self, number: int) -> None:
        """A week's part of it."""
        if number == 1:
            for revolving in (False, True):
                self.raise_fund(revolving)
        for row in self.run.rows(funds, funds.c.state == "investing"):
            self.fund(row)
        for row in self.run.rows(investments, investments.c.state.in_(("live", "reported", "asked"))):
            self.investment(row)
        self.prepay()
        self.stop()

    def day(self) -> None:
        """The operator of wallets is asked every day."""
        done = wallet.work(self.run.x.store, self.operator)
        for name, many in done.counts.items():
            self.run.made.taken[f"wallet_order.{name}"] += many

    def both(self, party: str, process: str, subject: str, event: str, **data: Any) -> None:  # noqa: ANN401
        """Both people of a party agree."""
        for who in self.run.made.people[party]:
            self.run.take(who, process, subject, event, **data)

    def raise_fund(self, revolving: bool) -> None:
        """A fund whose investors are financiers and a firm; it closes at once."""
        made = self.run.made
        manager, *others = self.draw.sample(made.banks, min(4, len(made.banks)))
        investors = [*others, self.draw.choice(made.firms)]
        days = {"close_on": 20, "invest_until_on": 900, "ends_on": 1800}
        sheet: dict[str, Any] = {
            "revolving": revolving,
            "share_by": "commitment",
            "purpose": "虚构：中试与首台套",
        }
        sheet |= {name: self.run.day(ahead) for name, ahead in days.items()}
        fund = self.run.take(made.people[manager][0], "fund", None, "propose", manager=manager, name="虚构产业基金",
                             fund_terms=sheet, invited=investors)  # fmt: skip
        if fund is None:
            return
        digest = self.run.rows(funds, funds.c.id == fund)[0]["text_digest"]
        for party in investors:
            amount = self.draw.randint(100, 900) * 10_001
            one = self.run.take(self.run.signer(party), "commitment", None, "offer", fund=fund, investor=party,
                                amount=amount)  # fmt: skip
            if one is not None:
                self.both(party, "commitment", one, "sign", digest=digest)
                self.both(manager, "commitment", one, "admit")
        self.both(manager, "fund", fund, "close")

    def fund(self, row: Row) -> None:
        """Calls, proposals, and what came back is distributed."""
        manager, fate = row["manager"], self.draw.random()
        if fate < 0.2 and row["committed"] > row["called"]:
            amount = min(row["committed"] - row["called"], self.draw.randint(50, 300) * 10_000)
            self.both(
                manager, "fund", row["id"], "call", amount=amount, due_on=self.run.day(12), purpose="虚构"
            )
        elif fate < 0.45:
            self.propose(row)
        elif fate < 0.55:
            left = row["paid_in"] - row["invested"] + row["came_back"] - row["distributed"]
            self.both(manager, "fund", row["id"], "distribute", amount=max(1, min(left, row["came_back"])))
        for one in self.run.rows(capital_calls, capital_calls.c.fund == row["id"]):
            if one["state"] in ("sent", "late") and self.draw.random() < 0.8:
                self.both(one["investor"], "capital_call", one["id"], "pay")

    def propose(self, row: Row) -> None:
        """An investment in two tranches; the firm accepts."""
        party = self.draw.choice(self.run.made.firms)
        rows = [
            {"milestone": f"虚构里程碑 {n}", "amount": self.draw.randint(20, 90) * 10_000} for n in (1, 2)
        ]
        terms = {"instrument": "equity", "tranches": rows}
        made = self.run.take(self.run.signer(row["manager"]), "investment", None, "propose", fund=row["id"],
                             investee=party, invest_terms=terms)  # fmt: skip
        if made is not None:
            digest = self.run.rows(investments, investments.c.id == made)[0]["text_digest"]
            self.both(party, "investment", made, "accept", digest=digest)

    def investment(self, row: Row) -> None:
        """Milestones reported, tranches paid, notes, sales, write-offs."""
        manager, fate, take = row["manager"], self.draw.random(), self.run.take
        if row["state"] == "asked":
            self.both(row["buyer"], "investment", row["id"], "pay")
        elif row["state"] == "reported":
            self.both(manager, "investment", row["id"], "pay")
        elif fate < 0.3:
            take(
                self.run.signer(row["investee"]), "investment", row["id"], "report", words="虚构：里程碑达成"
            )
        elif fate < 0.4:
            take(self.run.signer(manager), "investment", row["id"], "value", on_day=self.run.day(0),
                 worth=row["invested"] * self.draw.randint(50, 200) // 100, basis="虚构：可比交易")  # fmt: skip
        elif fate < 0.5 and row["invested"]:
            cost = row["invested"] - row["cost_back"] - row["written_off"]
            self.both(manager, "investment", row["id"], "ask", buyer=self.draw.choice(self.run.made.firms),
                      amount=max(1, cost * self.draw.randint(30, 250) // 100), cost=cost)  # fmt: skip
        elif fate < 0.53 and row["invested"] and row["written_off"] == 0:
            self.both(manager, "investment", row["id"], "write_off", cost=max(1, row["invested"] // 4), why="other",
                      words="虚构：减值")  # fmt: skip

    def prepay(self) -> None:
        """New prepaid money on wallets, facts said, disputes settled half and half."""
        made, take = self.run.made, self.run.take
        for _ in range(self.draw.randint(0, 2)):
            funder, provider = self.draw.sample(made.firms, 2)
            text = self.contract(self.draw.randint(1, 900) * 1_003)
            one = take(self.run.signer(funder), "prepaid", None, "draft", funder=funder, provider=provider,
                       contract=text, rail="wallet")  # fmt: skip
            if one is not None:
                digest = self.run.rows(prepaids, prepaids.c.id == one)[0]["text_digest"]
                self.both(provider, "prepaid", one, "sign", digest=digest)
                self.both(funder, "prepaid", one, "lock", digest=digest)
        for row in self.run.rows(prepaids, prepaids.c.state.in_(("live", "late"))):
            fate = self.draw.random()
            if fate < 0.3:
                take(self.run.signer(row["provider"]), "prepaid", row["id"], "say", fact="delivered")
            elif fate < 0.5:
                take(self.run.signer(row["funder"]), "prepaid", row["id"], "say", fact="tested")
            elif fate < 0.53:
                self.both(row["provider"], "prepaid", row["id"], "give_back")

    def contract(self, amount: int) -> dict[str, Any]:
        """One part: all of it in time, most of it late, nothing where nothing came."""
        after = "phase != 'open' && tested && delivered"
        outcomes = [
            {"name": "按期合格", "when": "phase == 'open' && tested && delivered", "to_provider": amount},
            {"name": "逾期合格", "when": after, "to_provider": amount * 9 // 10},
            {"name": "未达成", "when": "phase == 'expired' && !(tested && delivered)", "to_provider": 0},
        ]
        return {"facts": FACTS, "due_on": self.run.day(25), "expires_on": self.run.day(60), "purpose": "虚构：检测",
                "parts": [{"name": "全部", "amount": amount, "outcomes": outcomes}]}  # fmt: skip

    def stop(self) -> None:
        """A freeze of money or of a part of a voucher now and then; some are lifted before they end."""
        operators, fate = self.run.made.operators, self.draw.random()
        paper = {"authority": "虚构法院", "paper": "（虚构）执字"}
        if fate < 0.25:
            live = self.run.rows(holdings, holdings.c.state == "live")
            more: dict[str, Any] = {"party": self.draw.choice(self.run.made.firms), "amount": 500_000}
            if fate < 0.1 and live:
                part = self.draw.choice(live)
                more = {"party": part["holder"], "holding": part["id"]}
            one = self.run.take(operators[0], "stop", None, "order", stopping="freeze", until_on=self.run.day(40),
                                **paper, **more)  # fmt: skip
            for who in operators if one is not None else ():
                self.run.take(who, "stop", one, "enforce")
        elif fate < 0.4:
            for row in self.run.rows(stops, stops.c.state == "in_force")[:1]:
                for who in operators:
                    self.run.take(who, "stop", row["id"], "lift", **paper)
