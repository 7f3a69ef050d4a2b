"""Rules over a million events beside the same rules as plain SQL, and how good they are on two sets of habits.

Usage: python benchmarks/watch/run.py speed [EVENTS] | quality
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import time
from collections.abc import Sequence

import polars as pl

from sanwang.exchange.clock import DAY
from sanwang.exchange.oversight import measure, trade, watching
from sanwang.exchange.oversight.facts import facts
from sanwang.exchange.oversight.rules import pack
from sanwang.exchange.oversight.unusual import unusual

SQL = {
    "split_payouts": """
        select f.event from facts f join facts o on o.kind = 'payout' and o.party = f.party and o.key = f.key
          and o.link < f.link and o.known >= f.known - 5 * :day and o.amount < 200000000
        where f.kind = 'payout' and f.key <> '' and f.party <> '' and f.amount < 200000000
          and f.amount * 100 >= 200000000 * 20
        group by f.link, f.event, f.amount having count(*) >= 2 and sum(o.amount) + f.amount >= 200000000""",
    "evidence_twice": """
        select f.event from facts f where f.kind = 'evidence' and f.amount > 0 and f.key <> '' and exists
          (select 1 from facts o where o.kind = 'evidence' and o.key = f.key and o.amount > 0 and o.link < f.link
             and (f.deal = '' or o.deal <> f.deal))""",
    "invoice_twice": """
        select f.event from facts f where f.kind = 'invoice' and f.key <> '' and exists
          (select 1 from facts o where o.kind = 'invoice' and o.key = f.key and o.link < f.link
             and (o.party <> f.party or o.other <> f.other))""",
    "listing_resold": """
        select f.event from facts f where f.kind = 'listed' and f.key <> '' and exists
          (select 1 from facts o where o.kind = 'listed' and o.key = f.key and o.party <> f.party
             and o.link < f.link and o.known >= f.known - 730 * :day)""",
    "account_changed": """
        select f.event from facts f where f.kind = 'payout' and f.key <> '' and f.party <> '' and f.amount >= 30000000
          and not exists (select 1 from facts o where o.kind = 'payout' and o.party = f.party and o.key = f.key
             and o.link < f.link and o.known >= f.known - 3650 * :day)
          and (select count(*) from facts o where o.kind = 'payout' and o.party = f.party
             and o.link < f.link and o.known >= f.known - 365 * :day) >= 3""",
    "wash_registration": """
        select f.event from facts f join facts o on o.kind = 'registered' and o.party = f.other and o.other = f.party
          and o.link < f.link and o.known >= f.known - 365 * :day
        where f.kind = 'registered' and f.party <> ''
        group by f.link, f.event, f.amount
        having max(o.amount) * 100 >= f.amount * 60 and max(o.amount) * 60 <= f.amount * 100""",
    "accepted_unproved": """
        select f.event from facts f where f.kind = 'accept' and coalesce((select sum(o.amount) from facts o
          where o.kind = 'evidence' and o.about = f.about and o.link < f.link), 0) <= 0""",
    "paid_before_contract": """
        select f.event from facts f where f.kind = 'paid_in' and f.deal <> ''
          and exists (select 1 from facts o where o.kind = 'inquiry' and o.deal = f.deal and o.link < f.link)
          and not exists (select 1 from facts o where o.kind = 'contract' and o.deal = f.deal and o.link < f.link)""",
}
"""Eight of the eighteen, each as one statement; the others want quartiles, ways over others or days since."""


def speed(many: int) -> None:
    began = time.perf_counter()
    events = trade.year(trade.PLAIN, 7, firms=max(100, many // 81), each=4)
    tell("events made", len(events), began)
    began = time.perf_counter()
    frame = facts(events)
    tell("facts read", len(events), began)
    started = began
    began = time.perf_counter()
    alerts = watching.run(frame, pack())
    tell(f"{len(pack())} rules, {len(alerts)} alerts", len(events), began)
    tell("facts and rules", len(events), started)
    print(
        f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB (events as dictionaries included)"
    )
    mine = watching.by_rule(alerts)
    eight = [r for r in pack() if r.code in SQL]
    began = time.perf_counter()
    watching.run(frame, eight)
    tell("the eight rules", len(events), began)
    db = loaded(frame)
    began = time.perf_counter()
    for code, text in SQL.items():
        found = {row[0] for row in db.execute(text, {"day": DAY})}
        assert found == {a.event for a in mine.get(code, [])}, code
    tell("the eight as SQL (SQLite, indexed): the same alerts", len(events), began)


def loaded(frame: pl.DataFrame) -> sqlite3.Connection:
    began = time.perf_counter()
    db = sqlite3.connect(":memory:")
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    db.execute(f"create table facts ({columns})")
    db.executemany(f"insert into facts values ({', '.join('?' * len(frame.columns))})", frame.iter_rows())
    for columns in ("kind, party, key, link", "kind, key, link", "kind, party, other, link", "kind, about, link",
                    "kind, deal, link"):  # fmt: skip
        db.execute(f"create index i{abs(hash(columns))} on facts ({columns})")
    db.execute("analyze")
    tell("facts into SQLite with five indexes", len(frame), began)
    return db


def tell(what: str, many: int, began: float) -> None:
    seconds = time.perf_counter() - began
    print(f"{what}: {seconds:.2f} s, {many / seconds:,.0f} a second", flush=True)


def quality() -> None:
    for habits in (trade.PLAIN, trade.OTHER):
        events = trade.year(habits, 7)
        frame, schemes = facts(events), trade.truth(events)
        alerts = watching.run(frame, pack())
        scores = measure.scores(frame, pack(), alerts, schemes)
        print(f"\n### {habits.name}: {len(events)} events\n")
        print(
            "| rule | alerts | planted | found | false | precision [95 %] | recall [95 %] | a day | hours |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        for s in scores:
            print(f"| {s.code} | {s.alerts} | {s.planted} | {s.found} | {s.false} | {share(s.precision)} | "
                  f"{share(s.recall)} | {s.a_day:.2f} | {s.hours:.0f} |")  # fmt: skip
        found, planted = sum(s.found for s in scores), sum(s.planted for s in scores)
        print(
            f"\nTogether: {len(alerts)} alerts, {found} of {planted} found, {sum(s.false for s in scores)} false."
        )
        for times in (1, 3):
            print(apart(frame, schemes, len(alerts) * times))
        sums = frame.filter(pl.col("kind").is_in(["flow", "payout"]))["amount"].sort(descending=True)
        for share_ in (1, 3):
            base = measure.thresholds(frame, schemes, sums[min(len(sums) - 1, len(alerts) * share_)])
            print(
                f"Threshold alone, from {base['least'] / 1e6:.0f} 万元: {base['alerts']} alerts, {base['found']} found."
            )


def apart(frame: pl.DataFrame, schemes: Sequence[measure.Scheme], most: int) -> str:
    """What an isolation forest finds that says as much as the rules do."""
    spoken = {u.event for u in unusual(frame, most)}
    found = sum(bool(s.events & spoken) for s in schemes)
    right = sum(any(e in s.events for s in schemes) for e in spoken)
    wrong = len(spoken) - right
    return f"Isolation forest: {len(spoken)} facts, {found} of {len(schemes)} found, {wrong} of no scheme."


def share(one: measure.Share) -> str:
    return "–" if one.value is None else f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"


if __name__ == "__main__":
    quality() if sys.argv[1:] == ["quality"] else speed(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
