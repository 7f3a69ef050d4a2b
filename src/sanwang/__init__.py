"""Sanwang (三网): plan, run and measure a regional innovation system.

``Region.open`` reads a workspace, ``studies()`` lists what can be asked of it, and each study is a function of this
package by its name: ``match(region)``, ``plan(region)``, ``closure(region)`` …, all with results of one shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanwang.errors import ConflictError, DataError, InputError, OptionError, SanwangError, SolverError
from sanwang.study.registry import entries as _entries

if TYPE_CHECKING:
    import polars as pl

    from sanwang.region import Region
    from sanwang.region.scenario import Scenario
    from sanwang.study.result import Result
    from sanwang.study.verification import Verification

__version__ = "0.1.0"

_WHERE = {
    "Region": "sanwang.region",
    "Result": "sanwang.study.result",
    "Scenario": "sanwang.region.scenario",
}

__all__ = [
    "ConflictError",
    "DataError",
    "InputError",
    "OptionError",
    "Region",
    "Result",
    "SanwangError",
    "Scenario",
    "SolverError",
    "studies",
    "verify",
]


def studies(lang: str = "zh") -> pl.DataFrame:
    """What can be asked: name, group, title, what it answers, the tables it cannot do without."""
    import polars as pl

    from sanwang.study.registry import groups

    spot = 0 if lang == "zh" else 1
    rows = [
        {"name": e.name, "group": groups()[e.group][spot], "title": e.title(lang), "about": e.about(lang),
         "needs": list(e.needs)}
        for e in _entries().values()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"needs": pl.List(pl.String)})


def verify(saved: Any, region: Any = None) -> Verification:  # noqa: ANN401 - a folder or a Result, a Region or its path
    """Prove a result, or a folder it was saved to, again from the data; see ``Verification.ok`` and ``.faults``."""
    from pathlib import Path

    from sanwang.region import Region
    from sanwang.study.result import Result
    from sanwang.study.verification import verify_folder, verify_result

    opened = Region.open(region) if isinstance(region, str | Path) else region
    if isinstance(saved, Result):
        return verify_result(saved, opened if opened is not None else saved.given)
    return verify_folder(opened, Path(saved))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - solvers and encoders load only when they are asked for
    from importlib import import_module

    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name in _entries():
        from sanwang.study.registry import get

        return get(name)
    raise AttributeError(f"module 'sanwang' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_entries(), "__version__"})
