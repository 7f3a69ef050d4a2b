"""Invoices of a part of the time: what an early part tells of failures."""

import datetime as dt

import polars as pl

from sanwang.finance.invoices import windows


def side(*rows):
    """Invoices (firm, date) of one side."""
    return pl.DataFrame(
        [
            {"firm": f, "date": dt.date.fromisoformat(d), "party": "P", "amount": 1.0, "cancelled": False}
            for f, d in rows
        ]
    )


def test_windows_end_and_begin_with_years_and_each_firm_has_its_first_twelve_months():
    sold = side(("A", "2018-03-01"), ("A", "2019-02-28"), ("A", "2019-03-01"), ("B", "2020-05-05"))
    bought = side(("B", "2019-12-31"), ("B", "2020-12-30"), ("B", "2020-12-31"))
    found = windows(sold, bought)
    assert set(found) == {"to_2018", "to_2019", "from_2019", "from_2020", "first"}
    for key, (left, right) in found.items():
        kind, _, year = key.partition("_")
        if kind != "first":
            dates = [*left["date"], *right["date"]]
            assert dates and all(
                (d.year <= int(year)) == (kind == "to") or d.year == int(year) for d in dates
            )
    first = [(r["firm"], r["date"].isoformat()) for part in found["first"] for r in part.to_dicts()]
    assert first == [
        ("A", "2018-03-01"),
        ("A", "2019-02-28"),
        ("B", "2020-05-05"),
        ("B", "2019-12-31"),
        ("B", "2020-12-30"),
    ]
