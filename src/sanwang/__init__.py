"""Sanwang (三网): plan, run and measure a regional innovation system.

The public face: ``Region.open``, ``match``, ``plan``, ``verify`` and the errors they raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanwang.errors import DataError, InputError, OptionError, SanwangError, SolverError

if TYPE_CHECKING:
    from sanwang.collaboration.match import match
    from sanwang.collaboration.matches import Matches
    from sanwang.planning.compare import compare
    from sanwang.planning.plan import Plan, plan
    from sanwang.planning.replan import replan
    from sanwang.planning.scenario import Scenario
    from sanwang.planning.uncertainty import robustness
    from sanwang.planning.verify import verify
    from sanwang.region import Region

__version__ = "0.1.0"

_WHERE = {
    "Matches": "sanwang.collaboration.matches",
    "Plan": "sanwang.planning.plan",
    "Region": "sanwang.region",
    "match": "sanwang.collaboration.match",
    "Scenario": "sanwang.planning.scenario",
    "compare": "sanwang.planning.compare",
    "plan": "sanwang.planning.plan",
    "replan": "sanwang.planning.replan",
    "robustness": "sanwang.planning.uncertainty",
    "verify": "sanwang.planning.verify",
}

__all__ = [
    "DataError",
    "InputError",
    "Matches",
    "OptionError",
    "Plan",
    "Region",
    "SanwangError",
    "Scenario",
    "SolverError",
    "compare",
    "match",
    "plan",
    "replan",
    "robustness",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - solvers and encoders load only when they are asked for
    from importlib import import_module

    if name not in _WHERE:
        raise AttributeError(f"module 'sanwang' has no attribute {name!r}")
    return getattr(import_module(_WHERE[name]), name)
