"""Names of code that is loaded when it is first needed, so that help and small commands stay quick.

A study names its drawings and files instead of importing what draws and writes them: drawing stands above the nets.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def load(reference: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """The object that ``package.module:name`` stands for."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
