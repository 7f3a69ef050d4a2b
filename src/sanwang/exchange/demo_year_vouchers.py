"""Receivable vouchers in the fictional year: confirmed, split, passed on, financed, overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanwang.exchange import clock as times
from sanwang.exchange.store import Row
from sanwang.exchange.tables.vouchers import bids, holdings, vouchers

if TYPE_CHECKING:
    from sanwang.exchange.demo_year import Run


def confirmed(run: Run) -> None:
    """A debtor confirms; now and then the same invoice again, too long a term, or nobody takes it."""
    debtor, holder = run.draw.sample(run.made.firms, 2)
    run.count += 1
    number = run.count if run.draw.random() > 0.05 else run.draw.randint(1, run.count)
    data = {"debtor": debtor, "holder": holder, "amount": run.draw.randint(1_000, 3_000_000) * 10 + 7,
            "due_on": run.day(run.draw.choice((30, 45, 60, 90, 120, 180, 240, 400))),
            "invoice": f"2611700000{number:010d}"}  # fmt: skip
    made = run.take(run.signer(debtor), "voucher", None, "draft", **data)
    if made is None:
        return
    for who in run.made.people[debtor]:
        run.take(who, "voucher", made, "confirm")
    fate = run.draw.random()
    if fate < 0.04:
        run.take(run.signer(holder), "voucher", made, "refuse", why="other")
    elif fate < 0.95:
        run.take(run.signer(holder), "voucher", made, "accept")


def held(run: Run) -> None:
    """Holders split, pass on, ask for bids; takers take or not; the cheapest bid is accepted."""
    for row in run.rows(holdings, holdings.c.state == "passing"):
        event = "take" if run.draw.random() < 0.85 else "refuse"
        more = {} if event == "take" else {"why": "other"}
        run.take(run.signer(row["to_party"]), "holding", row["id"], event, **more)
    for row in run.rows(holdings, holdings.c.state == "asking"):
        _accept(run, row)
    live = run.rows(holdings, holdings.c.state == "live")
    for row in run.draw.sample(live, min(14, len(live))):
        _holder(run, row)


def _holder(run: Run, row: Row) -> None:
    """What a holder does with a part."""
    who, fate = run.signer(row["holder"]), run.draw.random()
    if fate < 0.2 and row["owed"] > 100:
        first = run.draw.randint(1, row["owed"] - 1)
        run.take(who, "holding", row["id"], "split", parts=[first, row["owed"] - first])
    elif fate < 0.4:
        paper = run.x.keep_document(
            run.x.person(str(who.user)), row["holder"], "order.pdf", row["id"].encode()
        )
        run.take(who, "holding", row["id"], "pass", to_party=run.draw.choice(run.made.firms), document=paper)
    elif fate < 0.85 and row["holder"] not in run.made.banks:
        run.take(who, "holding", row["id"], "register", registry_no=f"ZDW{run.count:06d}{row['number']}")
        asked = run.draw.sample(run.made.banks, min(3, len(run.made.banks)))
        if run.take(who, "holding", row["id"], "ask", financiers=asked):
            for bank in asked:
                _bid(run, row, bank)


def _bid(run: Run, row: Row, bank: str) -> None:
    """A financier's price: a yearly cost between 2.5 and 9 percent, with recourse now and then."""
    days = (times.date.fromisoformat(row["due_on"]) - times.day_of(run.clock())).days
    off = row["owed"] * run.draw.randint(250, 900) * max(days, 1) // 3_650_000
    recourse = run.draw.random() < 0.25
    more: dict[str, Any] = {"words": "到期未付的，由转让方回购（虚构）"} if recourse else {}
    run.take(run.signer(bank), "bid", None, "offer", holding=row["id"], financier=bank, price=row["owed"] - off,
              fees=run.draw.choice((0, 0, row["owed"] // 2_000)), recourse=recourse,
              valid_until_on=run.day(9), **more)  # fmt: skip


def _accept(run: Run, row: Row) -> None:
    """The holder takes what brings most; the financier pays, or does not."""
    open_ = run.rows(bids, bids.c.holding == row["id"], bids.c.state == "open")
    if not open_:
        return
    best = max(open_, key=lambda b: (b["price"] - b["fees"], b["id"]))
    for who in run.made.people[row["holder"]]:
        if run.rows(bids, bids.c.id == best["id"])[0]["state"] == "open":
            run.take(who, "bid", best["id"], "accept", agreed=True)
    if run.draw.random() < 0.93:
        for who in run.made.people[best["financier"]]:
            if run.rows(bids, bids.c.id == best["id"])[0]["state"] == "accepted":
                run.take(who, "bid", best["id"], "pay")


def _overdue(run: Run, row: Row) -> None:
    """An overdue voucher."""
    fate, owed = run.draw.random(), row["face"] - row["paid"] - row["set_off"]
    if fate < 0.15 and owed > 1:
        run.take(
            run.signer(row["debtor"]),
            "voucher",
            row["id"],
            "pay_part",
            amount=run.draw.randint(1, owed - 1),
        )
    elif fate < 0.4:
        for who in run.made.people[row["debtor"]]:
            if run.rows(vouchers, vouchers.c.id == row["id"])[0]["state"] == "overdue":
                run.take(who, "voucher", row["id"], "pay")
    elif fate > 0.96:
        for who in run.made.operators:
            run.take(who, "voucher", row["id"], "write_off", why="other", words="虚构：破产终结")


def late(run: Run) -> None:
    """What is overdue: bought back where there is recourse, paid in part or whole, or written off."""
    for row in run.rows(holdings, holdings.c.state == "overdue", holdings.c.recourse_to.is_not(None)):
        if run.draw.random() < 0.4:
            run.take(run.signer(row["recourse_to"]), "holding", row["id"], "buy_back")
    for row in run.rows(vouchers, vouchers.c.state == "overdue"):
        _overdue(run, row)
