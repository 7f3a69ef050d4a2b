"""Schedules to the fen, against a second computation of another make."""

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal, getcontext

import pytest
from dateutil.relativedelta import relativedelta

from sanwang.standards.interest import DAY_COUNTS, REPAYMENTS, interest, month_after, schedule

getcontext().prec = 60
FEN = Decimal(1)


def rounded(x):
    return int(x.quantize(FEN, rounding=ROUND_HALF_UP))


def year_fraction(a, b, count):
    if count == "30e/360":
        da, db = (30 if d.day == 31 else d.day for d in (a, b))
        return Decimal((b.year - a.year) * 360 + (b.month - a.month) * 30 + (db - da)) / 360
    return Decimal(b.toordinal() - a.toordinal()) / (360 if count == "act/360" else 365)


def second(principal, rate_bp, start, periods, months, count, repay, residual):
    """In decimals, the level payment by bisection on the balance at the end."""
    rate = Decimal(rate_bp) / 10_000

    def left_after(payment):
        left = Decimal(principal)
        for _ in range(periods):
            left = left * (1 + rate * months / 12) - payment
        return left - residual

    low, high = Decimal(0), Decimal(principal) * 2 + 1
    for _ in range(250):
        middle = (low + high) / 2
        low, high = (middle, high) if left_after(middle) > 0 else (low, middle)
    level = rounded(((low + high) / 2).quantize(Decimal("1e-20")))
    dates = [start + relativedelta(months=k * months) for k in range(periods + 1)]
    left, rows = principal, []
    for k in range(1, periods + 1):
        cost = rounded(left * rate * year_fraction(dates[k - 1], dates[k], count))
        if k == periods:
            part = left - residual
        elif repay == "annuity":
            part = min(max(level - cost, 0), left - residual)
        else:
            part = (principal - residual) // periods if repay == "equal_principal" else 0
        rows.append((dates[k], part, cost))
        left -= part
    assert left == residual
    return rows


def contract(draw):
    principal = draw.choice([draw.randint(1, 100), draw.randint(10_000, 10**7), draw.randint(10**7, 10**12)])
    return {
        "principal": principal, "rate_bp": draw.choice([0, 345, draw.randint(1, 3600)]),
        "start": dt.date(2026, 1, 1) + dt.timedelta(days=draw.randint(0, 1500)),
        "periods": draw.randint(1, 60), "months": draw.choice([1, 3, 6, 12]), "count": draw.choice(DAY_COUNTS),
        "repay": draw.choice(REPAYMENTS), "residual": draw.choice([0, 0, principal // 10, principal - 1]),
    }  # fmt: skip


def test_five_hundred_contracts_equal_a_second_computation():
    draw = random.Random(7)
    for _ in range(500):
        terms = contract(draw)
        plain = {k: v for k, v in terms.items() if k not in ("count", "repay", "residual")}
        made = schedule(**plain, count=terms["count"], repay=terms["repay"], residual=terms["residual"])
        assert [(i.due_on, i.principal, i.interest) for i in made] == second(**terms), terms
        assert sum(i.principal for i in made) == terms["principal"] - terms["residual"]


def test_a_loan_of_a_million_by_hand():
    made = schedule(100_000_000, 345, dt.date(2026, 12, 1), 3, count="act/360", repay="equal_principal")
    assert [i.principal for i in made] == [33_333_333, 33_333_333, 33_333_334]
    assert [i.interest for i in made] == [297_083, 198_056, 89_444]  # 31, 31 and 28 days
    assert interest(100_000_000, 345, dt.date(2026, 12, 1), dt.date(2027, 1, 1), "act/360") == 297_083


@pytest.mark.parametrize(
    ("start", "months", "wanted"),
    [("2027-01-31", 1, "2027-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-12-31", 6, "2027-06-30"),
     ("2026-11-15", 14, "2028-01-15")],
)  # fmt: skip
def test_months_end_where_the_month_does(start, months, wanted):
    assert month_after(dt.date.fromisoformat(start), months).isoformat() == wanted


@pytest.mark.parametrize(
    "wrong", [{"periods": 0}, {"residual": 100}, {"rate_bp": -1}, {"repay": "x"}, {"count": "x"}]
)
def test_what_is_no_contract_is_refused(wrong):
    with pytest.raises(ValueError, match="no"):
        schedule(**{"principal": 100, "rate_bp": 1, "start": dt.date(2026, 1, 1), "periods": 2} | wrong)
