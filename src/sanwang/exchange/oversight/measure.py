"""How good rules are: alerts against what is known to be wrong, with intervals that are honest for small numbers.

Precision = alerts about a planted scheme / alerts; recall = schemes that at least one alert of the rule met / schemes
of the rule's kind. Intervals are Wilson's at 95 %: they are never empty nor reach beyond 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sanwang.errors import InputError
from sanwang.exchange.clock import DAY
from sanwang.exchange.oversight.facts import Event
from sanwang.exchange.oversight.rules import Rule
from sanwang.exchange.oversight.watching import Alert, by_rule
from sanwang.study.proportions import wilson

HOURS = 1.5
"""Hours of an analyst for one false alarm: an assumption, for the user to set."""

PLANTED = "demonstration"
"""Process of the events that say where a scheme was planted; no rule reads them."""


@dataclass(frozen=True)
class Share:
    """A share with its interval at 95 % (Wilson); no value where nothing was counted."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Scheme:
    """Something planted: the rule that is to find it, how large it is, and the events it is made of."""

    code: str
    size: str
    events: frozenset[str]
    begun: int = 0


@dataclass(frozen=True)
class Score:
    """What a rule did over some days; ``after``: days from a scheme's first event to the first alert about it."""

    code: str
    zh: str
    en: str
    alerts: int
    planted: int
    found: int
    false: int
    precision: Share
    recall: Share
    a_day: float
    hours: float
    missed: tuple[str, ...]
    after: tuple[float, ...] = ()


def share(hits: int, of: int) -> Share:
    """The share of hits, with its interval."""
    value, low, high = wilson(hits, of)
    return Share(value if of else None, low, high)


def planted(events: Iterable[Event]) -> list[Scheme]:
    """Schemes that a demonstration says it planted."""
    return [Scheme(e["data"]["code"], e["data"]["size"], frozenset(e["data"]["events"]))
            for e in events if e["process"] == PLANTED and e["take"] == "plant"]  # fmt: skip


def register(db: str) -> Path | None:
    """Where a demonstration's planted schemes are written down: beside its file; nowhere for a server."""
    return None if "://" in db else Path(f"{db}.planted.json")


def registered(path: Path) -> list[Scheme]:
    """Schemes written down there. Raises InputError where it is no such file."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["schemes"]
        return [Scheme(r["code"], r["size"], frozenset(r["events"]), r["begun"]) for r in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {error}", f"无法读取 {path}：{error}") from error


def met(alert: Alert, scheme: Scheme) -> bool:
    """Whether an alert speaks of a scheme: about one of its events, by the rule it was planted for."""
    return alert.rule.code == scheme.code and alert.event in scheme.events


def scores(
    frame: pl.DataFrame,
    rules: Sequence[Rule],
    alerts: Sequence[Alert],
    schemes: Sequence[Scheme],
    hours: float = HOURS,
) -> list[Score]:
    """Every rule's score over the days of the facts, in the order of the rules."""
    known = frame["known"].to_numpy()
    days = max(1.0, float(known[-1] - known[0]) / DAY) if len(known) else 1.0
    spoken = by_rule(alerts)
    return [
        _score(r, spoken.get(r.code, []), [s for s in schemes if s.code == r.code], days, hours)
        for r in rules
    ]


def _score(
    rule: Rule, alerts: Sequence[Alert], schemes: Sequence[Scheme], days: float, hours: float
) -> Score:
    spoken = {a.event: a.at for a in reversed(alerts)}
    right = sum(any(met(a, s) for s in schemes) for a in alerts)
    found = [s for s in schemes if s.events & spoken.keys()]
    missed = tuple(sorted(s.size for s in schemes if not s.events & spoken.keys()))
    wrong = len(alerts) - right
    return Score(
        rule.code, rule.zh, rule.en, len(alerts), len(schemes), len(found), wrong, share(right, len(alerts)),
        share(len(found), len(schemes)), len(alerts) / days, wrong * hours, missed,
        tuple(round((min(spoken[e] for e in s.events & spoken.keys()) - s.begun) / DAY, 1) for s in found if s.begun),
    )  # fmt: skip


def thresholds(frame: pl.DataFrame, schemes: Sequence[Scheme], least: int) -> Mapping[str, float | int]:
    """The simple baseline beside it: every flow or payout from an amount on is an alert; what that finds of all."""
    large = frame.filter(pl.col("kind").is_in(["flow", "payout"]), pl.col("amount") >= least)
    spoken = set(large["event"])
    found = sum(bool(s.events & spoken) for s in schemes)
    right = sum(any(e in s.events for s in schemes) for e in spoken)
    return {"least": least, "alerts": len(spoken), "found": found, "planted": len(schemes), "right": right}
