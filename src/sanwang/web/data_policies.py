"""The exchange's port for usage policies, filled with the evaluator of the factors net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sanwang.exchange.data import policies
from sanwang.factors import agreed
from sanwang.factors.policy import Ask


class Agreed:
    """Judges frozen ODRL policies; what is not understood is denied."""

    def faults(self, terms: Mapping[str, Any]) -> Sequence[policies.Reason]:
        """What of the terms is not understood."""
        return agreed.faults(terms)

    def clauses(self, terms: Mapping[str, Any]) -> Sequence[policies.Clause]:
        """The clauses in words."""
        return [policies.Clause(c.number, c.kind, c.zh, c.en) for c in agreed.clauses(terms)]

    def decide(self, terms: Mapping[str, Any], asked: policies.Asked) -> policies.Decided:
        """The decision; where nothing permits, every clause that was looked at is named."""
        ask = Ask(asked.who, asked.purpose, asked.place, asked.day, asked.action, asked.duties, asked.done)
        found = agreed.judged(terms, ask)
        numbers = {c.said: c.number for c in reversed(agreed.clauses(terms))} if found.clauses else {}
        return policies.Decided(
            found.allowed, tuple(dict.fromkeys(numbers[c] for c in found.clauses)), found.reasons
        )


def register() -> None:
    """Judge policies by this evaluator from now on."""
    policies.register(Agreed())
