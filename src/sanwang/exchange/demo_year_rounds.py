"""Clearing rounds in the fictional year: debts of small circles, vouchers with them, answers firm by firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanwang.exchange.store import Row
from sanwang.exchange.tables.rounds import round_notices, rounds
from sanwang.exchange.tables.vouchers import holdings

if TYPE_CHECKING:
    from sanwang.exchange.demo_year import Run


def clear(run: Run, number: int) -> None:
    """Every eighth week a round: debts of small circles, vouchers with them, answers firm by firm."""
    if number % 8 == 2:
        round_ = run.take(run.made.operators[0], "round", None, "open", name=f"虚构第 {number // 8 + 1} 轮",
                           lodge_until_on=run.day(5), effect_on=run.day(19))  # fmt: skip
        if round_ is not None:
            _lodge(run, round_)
    for row in run.rows(rounds, rounds.c.state == "proposed"):
        asked = run.rows(round_notices, round_notices.c.round == row["id"], round_notices.c.state == "sent")
        for one in asked:
            _answer(run, one)


def _lodge(run: Run, round_: str) -> None:
    """Debts around a circle of firms and beside it; most are confirmed."""
    ring = run.draw.sample(run.made.firms, min(16, len(run.made.firms)))
    pairs = [(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    pairs += [tuple(run.draw.sample(ring, 2)) for _ in range(24)]  # pyright: ignore[reportArgumentType]
    for debtor, creditor in pairs:
        run.count += 1
        made = run.take(run.signer(creditor), "lodging", None, "lodge", round=round_, debtor=debtor,
                         creditor=creditor, amount=run.draw.randint(100, 90_000) * 100, due_on=run.day(-30),
                         invoice=f"虚构应付{run.count}")  # fmt: skip
        if made is not None and run.draw.random() < 0.9:
            run.take(run.signer(debtor), "lodging", made, "confirm")
    for row in run.rows(holdings, holdings.c.state == "live"):
        if row["holder"] in ring and row["debtor"] in ring:
            run.take(
                run.signer(row["holder"]), "lodging", None, "lodge_part", round=round_, holding=row["id"]
            )


def _answer(run: Run, notice: Row) -> None:
    """A firm's answer; some never give one."""
    now = run.rows(round_notices, round_notices.c.id == notice["id"])[0]
    fate = run.draw.random()
    if now["state"] != "sent" or fate > 0.97:
        return
    for who in run.made.people[notice["addressee"]]:
        if run.rows(round_notices, round_notices.c.id == notice["id"])[0]["state"] == "sent":
            if fate < 0.03:
                run.take(who, "round_notice", notice["id"], "refuse", why="other")
            else:
                run.take(who, "round_notice", notice["id"], "accept", digest=notice["text_digest"])
