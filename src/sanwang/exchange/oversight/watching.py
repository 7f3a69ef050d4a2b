"""Rules run over facts: alerts that say which facts made them, on which article, and what would have cleared them.

Nothing here writes: whoever has the events gets the same alerts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from sanwang.exchange.clock import DAY, day_of
from sanwang.exchange.oversight.features import compute, features, of_kinds, way_back, window
from sanwang.exchange.oversight.grammar import FACTOR, Node, Numbers, denied, plain, truths
from sanwang.exchange.oversight.rules import OWN, Rule
from sanwang.standards.currencies import shown

FACTS_SHOWN = 20
"""Facts linked from an alert for each feature, the newest ones; how many there are is the feature's own value."""


@dataclass(frozen=True)
class Alert:
    """A rule spoke about an event: the values it read, and the events behind each of them."""

    rule: Rule
    link: int
    event: str
    at: int
    parties: tuple[str, ...]
    deal: str
    about: str
    values: Mapping[str, int]
    behind: Mapping[str, tuple[str, ...]]

    def said(self, lang: str) -> str:
        """Why, in one sentence: what the rule means, then each comparison that held with its values."""
        zh = lang == "zh"
        head, facts = (self.rule.says_zh if zh else self.rule.says_en), self.because(lang)
        return head + ("：" if zh else ": ") + ("；" if zh else "; ").join(facts)

    def because(self, lang: str) -> list[str]:
        """The comparisons that held."""
        return [_spoken(leaf, self, lang) for leaf in _held(plain(self.rule.tree), self.values)]

    def cleared(self, lang: str) -> str:
        """What would have cleared it: the shortest change of one comparison, or all that stand in an or."""
        return _words(denied(plain(self.rule.tree)), self, lang)


def run(frame: pl.DataFrame, rules: Iterable[Rule], since: int = 0, most: int = FACTS_SHOWN) -> list[Alert]:
    """Alerts of rules over facts whose link lies after ``since``, in the order of the chain.

    ``most``: events linked from each value of an alert.
    """
    memory: dict[tuple[str, str], Numbers] = {}
    found = [alert for rule in rules for alert in _alerts(frame, rule, since, memory, most)]
    return sorted(found, key=lambda a: (a.link, a.rule.code))


def _alerts(
    frame: pl.DataFrame, rule: Rule, since: int, memory: dict[tuple[str, str], Numbers], most: int
) -> list[Alert]:
    asked = of_kinds(frame, (rule.on,)).filter(pl.col("link") > since, *_in_force(rule))
    if not len(asked):
        return []
    values = _values(frame, asked, rule, memory)
    spots = np.flatnonzero(np.broadcast_to(truths(rule.tree, values), len(asked)))
    if not len(spots):
        return []
    hits = asked[spots]
    windows = {f.name: window(frame, hits, f) for f in rule.reads if f.aggregate != "back"}
    made: list[Alert] = []
    for number, (spot, row) in enumerate(zip(spots, hits.iter_rows(named=True), strict=True)):
        rows = {n: w.rows(number) for n, w in windows.items()}
        rows |= {f.name: way_back(frame, row, f) for f in rule.reads if f.aggregate == "back"}
        behind = {n: tuple(r["event"].unique(maintain_order=True).to_list()[-most:]) for n, r in rows.items()}
        parties = tuple(dict.fromkeys(p for p in (row["party"], row["other"]) if p))
        its = {n: int(np.broadcast_to(v, len(asked))[spot]) for n, v in values.items()}
        made.append(Alert(rule, row["link"], row["event"], row["known"], parties, row["deal"], row["about"], its,
                          {n: e for n, e in behind.items() if e}))  # fmt: skip
    return made


def _in_force(rule: Rule) -> list[pl.Expr]:
    """A rule speaks from its first day to its last, at home."""
    start = (rule.start - date(1970, 1, 1)).days * DAY - DAY // 3
    end = ((rule.end - date(1970, 1, 1)).days + 1) * DAY - DAY // 3
    return [pl.col("known") >= start, pl.col("known") < end]


def _values(
    frame: pl.DataFrame, asked: pl.DataFrame, rule: Rule, memory: dict[tuple[str, str], Numbers]
) -> dict[str, Numbers]:
    """What the rule reads, by name; a feature that two rules read is made once."""
    values: dict[str, Numbers] = {n: asked[n].to_numpy() for n in OWN}
    rows = (
        f"{rule.on} {asked['link'][0]} {asked['link'][-1]} {len(asked)}"  # facts asked about lie side by side
    )
    for feature in rule.reads:
        if (feature.name, rows) not in memory:
            memory[feature.name, rows] = compute(frame, asked, feature.name)
        values[feature.name] = memory[feature.name, rows]
    return values | {n: np.asarray(v, np.int64) for n, v in rule.limits.items()}


def _held(tree: Node, values: Mapping[str, int]) -> list[Node]:
    """The comparisons that made it hold."""
    if not _true(tree, values):
        return []
    if tree.op in ("||", "&&"):
        return [leaf for part in tree.parts for leaf in _held(part, values)]
    return [tree]


def spoke(alert: Alert) -> bool:
    """Whether the rule holds of the values of an alert."""
    return _true(alert.rule.tree, alert.values)


def _true(tree: Node, values: Mapping[str, int]) -> bool:
    return bool(truths(tree, {n: np.asarray(v, np.int64) for n, v in values.items()}))


_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "−", "*": "×"}


def _spoken(leaf: Node, alert: Alert, lang: str) -> str:
    units = [_unit(name, alert.rule) for name in leaf.names()]
    unit = next((u for u in units if u), "count")
    left, right = (_number(part, alert, unit, lang) for part in leaf.parts)
    return f"{left} {_SIGNS[leaf.op]} {right}"


def _unit(name: str, rule: Rule) -> str:
    """In what a name is counted; empty for a rule's own limit, which is in the unit of what stands beside it."""
    return unit_of(name, rule.on) if name in features() or name in OWN else ""


def unit_of(name: str, kind: str) -> str:
    """In what a feature or a fact's own number is counted: fen, days or count."""
    if name in features():
        return features()[name].unit
    return "count" if kind in ("pass", "evidence", "use", "listed", "relation") else OWN[name][0]


def called(name: str, lang: str) -> str:
    """What a feature or a fact's own number is called."""
    known = features().get(name)
    zh, en = (known.zh, known.en) if known else OWN[name][1:]
    return zh if lang == "zh" else en


def _number(tree: Node, alert: Alert, unit: str, lang: str) -> str:
    if tree.op == "number":
        return str(tree.number) if unit != "fen" or tree.number <= FACTOR else amount(tree.number, unit, lang)
    if tree.op == "name":
        return _named(tree.name, alert, unit, lang)
    if tree.op == "*":  # a part in a hundred, as rules compare money without dividing
        return " × ".join(_number(p, alert, "count" if _small(p, alert) else unit, lang) for p in tree.parts)
    return f" {_SIGNS[tree.op]} ".join(_number(part, alert, unit, lang) for part in tree.parts)


def _small(tree: Node, alert: Alert) -> bool:
    """Whether a factor is a plain one: a limit above the largest factor is an amount, in the unit of what it meets."""
    limits = alert.rule.limits
    return tree.op == "number" or (tree.name in limits and alert.values[tree.name] <= FACTOR)


def _named(name: str, alert: Alert, unit: str, lang: str) -> str:
    """A feature with its words and value; a limit as its value alone."""
    said = amount(alert.values[name], unit, lang)
    if name in alert.rule.limits:
        return said
    return f"{called(name, lang)} {said}"


def amount(value: int, unit: str, lang: str) -> str:
    """A number with its unit."""
    if unit == "fen":
        return shown(value, lang=lang)
    if unit == "days":
        return f"{value} {'天' if lang == 'zh' else 'days'}"
    return str(value)


def _words(tree: Node, alert: Alert, lang: str) -> str:
    """What would have to hold."""
    if tree.op in ("||", "&&"):
        between = {"||": ("，或 ", ", or "), "&&": ("，并且 ", " and ")}[tree.op][0 if lang == "zh" else 1]
        parts = [p for p in tree.parts if p.op in ("||", "&&") or _needed(p, alert)]
        return between.join(f"({w})" if p.op == "&&" and tree.op == "||" else w
                            for p in parts if (w := _words(p, alert, lang)))  # fmt: skip
    return _spoken(tree, alert, lang)


def _needed(leaf: Node, alert: Alert) -> bool:
    """Whether the comparison does not hold now: only then would its change clear anything."""
    return not _true(leaf, alert.values)


def day(alert: Alert) -> date:
    """The day at home on which the rule could have spoken."""
    return day_of(alert.at)


def by_rule(alerts: Sequence[Alert]) -> dict[str, list[Alert]]:
    """Alerts by the code of their rule."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.rule.code, []).append(alert)
    return found


def as_row(alert: Alert) -> dict[str, Any]:
    """An alert as plain values, for a table or a file."""
    return {"rule": alert.rule.code, "link": alert.link, "event": alert.event, "at": alert.at,
            "parties": list(alert.parties), "deal": alert.deal, "about": alert.about, "values": dict(alert.values),
            "behind": {k: list(v) for k, v in alert.behind.items()}}  # fmt: skip
