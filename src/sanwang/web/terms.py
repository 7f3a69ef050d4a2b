"""The terms of an offer from a form: what a contract says, with up to six milestones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanwang.web.words import typed

MILESTONES = 6


def terms_of(form: Mapping[str, str]) -> dict[str, Any]:
    """The terms as ``offers`` keep them; lines without a title are left out. Raises OptionError in words."""

    def field(name: str, kind: str) -> Any:  # noqa: ANN401 - by kind
        return typed(name.rsplit(".", 1)[1], kind, form.get(name, ""))

    found: dict[str, Any] = {
        n: field(f"terms.{n}", "text") for n in ("title", "type", "mode", "currency", "ip")
    }
    found |= {n: field(f"terms.{n}", "day") for n in ("from_on", "until_on")}
    found |= {n: field(f"terms.{n}", "money") for n in ("price", "technology")}
    found["milestones"] = [m for n in range(1, MILESTONES + 1) if (m := _milestone(form, n)) is not None]
    found["clauses"] = {n: form.get(f"terms.{n}") == "yes" for n in ("tacit", "refund")}
    return {n: x for n, x in found.items() if x is not None}


def _milestone(form: Mapping[str, str], number: int) -> dict[str, Any] | None:
    at = f"milestone.{number}."
    title = form.get(f"{at}title", "").strip()
    if not title:
        return None
    return {
        "title": title,
        "amount": typed("amount", "money", form.get(f"{at}amount", "")),
        "due_on": typed("due_on", "day", form.get(f"{at}due_on", "")),
        "acceptance": typed("acceptance", "list", form.get(f"{at}acceptance", "")) or [],
        "wanted": typed("wanted", "list", form.get(f"{at}wanted", "").replace(",", ";")) or [],
    }
