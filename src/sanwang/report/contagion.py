"""Who falls after whom when a firm cannot pay: rounds from left to right, lines where money does not come."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from sanwang.report.markup import Markup, tag
from sanwang.study.words import say

_COLUMN, _ROW, _TOP, _LEFT = 250.0, 46.0, 74.0, 40.0
_EACH = 14
"""Firms drawn a round; the rest are counted."""

_LINES = 3
"""Lines drawn to a firm: from its largest debtors that do not pay."""

_HALO = "paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round"


def contagion(
    firms: pl.DataFrame, debts: pl.DataFrame, names: Mapping[str, str], fictional: bool, lang: str = "zh"
) -> Markup:
    """The drawing from ``Stress.firms`` and the debts (debtor, creditor, amount): the largest shortfalls of each round.

    A circle's area is what the firm fails to pay; a line leads from who does not pay to who is hit in a later round.
    """
    fallen = firms.filter(pl.col("round") > 0).sort("round", "shortfall", descending=[False, True])
    rounds = fallen["round"].unique().sort().to_list()
    shown = fallen.filter(pl.int_range(pl.len()).over("round") < _EACH)
    place: dict[str, tuple[float, float]] = {}
    for n, number in enumerate(rounds):
        for k, firm in enumerate(shown.filter(pl.col("round") == number)["firm"]):
            place[firm] = (_LEFT + n * _COLUMN + 20, _TOP + (k + 0.5) * _ROW)
    tallest = max((shown.filter(pl.col("round") == r).height for r in rounds), default=1)
    width, height = _LEFT + max(1, len(rounds)) * _COLUMN, _TOP + (tallest + 1) * _ROW + 30
    order = dict(fallen.select("firm", "round").iter_rows())
    pairs = (
        debts.group_by("debtor", "creditor")
        .agg(pl.col("amount").sum())
        .filter(pl.col("debtor").is_in(list(place)) & pl.col("creditor").is_in(list(place)))
    )
    unpaid = {r["firm"]: r["shortfall"] / r["owed"] for r in fallen.to_dicts() if r["owed"]}
    later = [order[c] > order[d] for d, c in pairs.select("debtor", "creditor").iter_rows()]
    missing = pl.col("debtor").replace_strict(unpaid, default=0.0, return_dtype=pl.Float64)
    pairs = (
        pairs.filter(pl.Series(later, dtype=pl.Boolean))
        .with_columns((pl.col("amount") * missing).alias("amount"))
        .sort("amount", descending=True)
        .filter(pl.int_range(pl.len()).over("creditor") < _LINES)
    )
    parts = [tag("rect", width=width, height=height, fill="#fff")]
    most = float(pairs["amount"].max() or 1)  # pyright: ignore[reportArgumentType]  # an amount is an integer
    for debtor, creditor, amount in pairs.sort("amount").iter_rows():
        (x1, y1), (x2, y2) = place[debtor], place[creditor]
        bend = (x2 - x1) / 2
        path = f"M{x1:.0f},{y1:.0f}C{x1 + bend:.0f},{y1:.0f} {x2 - bend:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"
        wide = 0.6 + 4 * math.sqrt(amount / most)
        parts.append(
            tag("path", d=path, fill="none", stroke="#b3312c", stroke_width=wide, stroke_opacity=0.28)
        )
    for n, number in enumerate(rounds):
        count = fallen.filter(pl.col("round") == number).height
        heading = say(
            "contagion_first" if number == 1 else "contagion_round", lang, number=number, count=count
        )
        parts.append(
            tag("text", heading, x=_LEFT + n * _COLUMN, y=34, font_size=15, font_weight=700, fill="#1f3a54")
        )
        if count > _EACH:
            more = say("contagion_more", lang, count=count - _EACH)
            y = _TOP + (_EACH + 0.5) * _ROW
            parts.append(
                tag("text", more, x=_LEFT + n * _COLUMN + 8, y=y, font_size=12.5, style="fill:#5b6875")
            )
    worst = float(fallen["shortfall"].max() or 1)  # pyright: ignore[reportArgumentType]  # a number
    for row in shown.to_dicts():
        x, y = place[row["firm"]]
        radius = 3 + 15 * math.sqrt(row["shortfall"] / worst)
        name = names.get(row["firm"], row["firm"]).removesuffix("（虚构）")
        parts += [
            tag("circle", cx=x, cy=y, r=radius, fill="#b3312c", fill_opacity=0.85),
            tag("text", name[:11], x=x + 22, y=y, font_size=13, style=_HALO),
            tag(
                "text",
                f"{row['shortfall'] / 1e6:,.1f} 万元",
                x=x + 22,
                y=y + 16,
                font_size=11.5,
                style=f"fill:#5b6875;{_HALO}",
            ),
        ]
    note = say("contagion_legend", lang) + ("　" + say("fictional", lang) if fictional else "")
    parts.append(tag("text", note, x=16, y=height - 12, font_size=12.5, style="fill:#5b6875"))
    return tag(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.0f} {height:.0f}", role="img",
        width=width, height=height, aria_label=say("contagion_title", lang), style=f"width:{width:.0f}px",
    )  # fmt: skip
