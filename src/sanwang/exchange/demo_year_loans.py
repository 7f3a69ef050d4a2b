"""Loans and leases in the fictional year: asked for, refused or paid out, late, claimed on, written off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sanwang.exchange.store import Row
from sanwang.exchange.tables.loans import guarantees, loans

if TYPE_CHECKING:
    from sanwang.exchange.demo_year import Run


def asked(run: Run) -> None:
    """An application: refused with what would mend it, or offered, agreed, guaranteed or not, and paid out."""
    borrower, lender = run.draw.choice(run.made.firms), run.draw.choice(run.made.banks)
    lease = run.draw.random() < 0.25
    amount = run.draw.randint(100, 4_000) * 10_000
    who, bank = run.signer(borrower), run.signer(lender)
    made = run.take(who, "loan", None, "apply", borrower=borrower, lender=lender, amount=amount,
                     lending="lease" if lease else "loan", purpose="虚构用途：备料")  # fmt: skip
    if made is None:
        return
    if run.draw.random() < 0.2:
        run.take(bank, "loan", made, "refuse", why="lacks", words="缺近一年的发票流水（虚构）",
                  mend="补开发票授权（虚构）")  # fmt: skip
        return
    terms = _terms(run, amount, lease, (borrower, lender))
    offered = run.take(bank, "loan", made, "offer", loan_terms=terms, valid_until_on=run.day(10))
    row = run.rows(loans, loans.c.id == made)[0]
    if offered is None or run.draw.random() < 0.05:
        return
    run.take(who, "loan", made, "accept", digest=row["text_digest"])
    for one in run.rows(guarantees, guarantees.c.loan == made, guarantees.c.state == "asked"):
        run.take(run.signer(one["guarantor"]), "guarantee", one["id"], "promise")
    run.take(bank, "loan", made, "draw")


def _terms(run: Run, amount: int, lease: bool, not_by: tuple[str, str]) -> Mapping[str, Any]:
    """Terms of a loan."""
    terms: dict[str, Any] = {
        "principal": amount, "rate_bp": run.draw.randint(280, 780), "periods": run.draw.choice((3, 6, 9, 12)),
        "months": 1, "day_count": run.draw.choice(("act/360", "act/365", "30e/360")),
        "repay": run.draw.choice(("annuity", "equal_principal", "bullet")), "late_bp": 1_170,
        "fee": run.draw.choice((0, amount // 500)),
    }  # fmt: skip
    if lease:
        terms["residual"] = amount // 10
    if run.draw.random() < 0.35:
        other = run.draw.choice([b for b in run.made.banks if b not in not_by] or [""])
        if other:
            terms |= {"guarantor": other, "guarantee_bp": run.draw.choice((5_000, 8_000)),
                      "guarantee_fee": amount // 200}  # fmt: skip
    return terms


def _late(run: Run, row: Row) -> None:
    """A loan in arrears, written off, a lease whose rents are paid, or one repaid early."""
    fate = run.draw.random()
    lender, borrower = run.made.people[row["lender"]], run.signer(row["borrower"])
    if row["state"] == "performing":
        if fate < 0.004:
            run.take(borrower, "loan", row["id"], "prepay")
    elif row["state"] == "residual":
        run.take(
            borrower if fate < 0.6 else lender[0], "loan", row["id"], "buy" if fate < 0.6 else "give_back"
        )
    elif row["state"] == "written_off":
        if fate < 0.05:
            run.take(borrower, "loan", row["id"], "recover", amount=max(1, row["written_off"] // 10))
    elif fate < 0.3:
        run.take(borrower, "loan", row["id"], "pay", amount=run.draw.randint(1, 5_000_000))
    elif fate < 0.4:
        whole = row["drawn"] - row["repaid"] - row["written_off"] - row["returned"]
        keep = ("rate_bp", "months", "day_count", "repay", "late_bp", "residual")
        terms = {k: v for k, v in row["terms"].items() if k in keep} | {"principal": whole, "periods": 12}
        for who in (borrower, lender[0]):
            run.take(who, "loan", row["id"], "restructure", loan_terms=terms)
    elif fate < 0.6:
        _claim(run, row, fate)
    elif fate > 0.95:
        for who in lender:
            run.take(who, "loan", row["id"], "write_off", why="other", words="虚构：无可执行财产")


def _claim(run: Run, loan: Row, fate: float) -> None:
    """The lender claims on a guarantee; the guarantor pays or denies."""
    for one in run.rows(guarantees, guarantees.c.loan == loan["id"]):
        if one["state"] == "in_force":
            run.take(run.signer(loan["lender"]), "guarantee", one["id"], "claim")
        elif one["state"] == "claimed":
            event = "pay" if fate < 0.55 else "deny"
            more = {} if event == "pay" else {"why": "other", "words": "虚构：资料不全"}
            run.take(run.signer(one["guarantor"]), "guarantee", one["id"], event, **more)


def late(run: Run) -> None:
    """Loans in arrears, leases whose rents are paid, what was written off, and what is repaid early."""
    for row in run.rows(loans, loans.c.state.in_(("arrears", "residual", "written_off", "performing"))):
        _late(run, row)
