"""A new listing, from a form made of its kind's fields."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import views
from sanwang.exchange.errors import NotFound
from sanwang.exchange.rows import LISTED, OWNER
from sanwang.schema import KINDS, VOCABULARIES, Field
from sanwang.web.render import page, to
from sanwang.web.visit import Here, Visit
from sanwang.web.words import typed

router = APIRouter()


@router.get("/draft/{kind}")
def form(v: Here, kind: str) -> Response:
    """The form."""
    v.signed_in()
    if kind not in LISTED:
        raise NotFound
    return page(v, "draft", kind=KINDS[kind], fields=asked(kind), vocabularies=VOCABULARIES, actors=actors(v))


@router.post("/draft/{kind}")
def draft(v: Here, kind: str) -> Response:
    """Begin the listing; nobody but its party sees it before two reviews."""
    who = v.signed_in()
    if kind not in LISTED:
        raise NotFound
    row = {f.name: x for f in asked(kind) if (x := read(f, v.form.get(f.name, ""))) is not None}
    row[OWNER.get(kind, "actor")] = v.form.get("actor_of_party", "")
    made = v.exchange.draft(who, kind, row, tier=v.form.get("tier", "members"))
    return to(f"/listing/{made}")


def asked(kind: str) -> list[Field]:
    """Fields a person fills in: not the id and not the owner, which follow; required ones first."""
    own = ("id", OWNER.get(kind, "actor"), "openness")
    found = [f for f in KINDS[kind].fields.values() if f.name not in own]
    return sorted(found, key=lambda f: f.need == "optional")


def read(field: Field, text: str) -> Any:  # noqa: ANN401 - by the field's type
    """What was typed into a field of a kind. Raises OptionError in words."""
    if field.is_list:
        return typed(field.name, "list", text)
    if field.item == "money":
        return typed(field.name, "money", text)
    if field.item in ("int", "year", "trl"):
        return typed(field.name, "int", text)
    if field.item in ("real", "share") and text.strip():
        try:
            return float(text)
        except ValueError:
            raise OptionError(f"{field.en}: a number is wanted", f"{field.zh}：应为数字") from None
    return text.strip() or None


def actors(v: Visit) -> list[tuple[str, str]]:
    """The person's parties as the Region's actors: id and name."""
    with v.exchange.store.read() as tx:
        return [(r["actor"], r["name"]) for r in views.own_parties(tx, v.who)]
