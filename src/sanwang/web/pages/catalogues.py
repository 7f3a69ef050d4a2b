"""Offering data from a catalogue: files brought, every dataset in words, one drafted as a product of one's own."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange import search
from sanwang.exchange.errors import NotFound
from sanwang.exchange.process import Transition, processes
from sanwang.web import spaces
from sanwang.web.catalogues import Bringing, brought
from sanwang.web.media import require_json
from sanwang.web.pages.begin import choice
from sanwang.web.pages.subjects import given
from sanwang.web.render import forms, page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()

HERE = frozenset({"asset", "data_terms", "party", "title"})
"""Fields of the two steps that follow from the dataset and the listing."""


PYTHON = """from sanwang.factors.agreed import clauses, frozen
from sanwang.factors.catalogue import read_catalogue

found = read_catalogue(["catalogue.jsonld"])
for dataset in found.datasets:
    print(dataset.title, [c.en for c in clauses(frozen(found, dataset))])"""


@router.post("/data/catalogues")
def bring(v: Here) -> Response:
    """Keep the files aside and show what is in them."""
    return to(f"/data/catalogues/{spaces.receive(v.settings.folder, v.signed_in(), v.files, require_json)}")


@router.get("/data/catalogues/{key}")
def catalogue(v: Here, key: str) -> Response:
    """Every dataset of the files with its clauses, and the form that drafts a product of it."""
    found = _found(v, key)
    fields = [f for s in forms(v.lang, [choice(v, t) for t in _steps()]) for f in s["fields"]]
    return page(v, "catalogue", key=key, found=found, listings=_listings(v),
                fields=[f for f in fields if f["name"] not in HERE], python=PYTHON)  # fmt: skip


@router.post("/data/catalogues/{key}")
def draft(v: Here, key: str) -> Response:
    """Register the dataset as an asset and draft a product of it."""
    one = next((d for d in _found(v, key).datasets if d.id == v.form.get("dataset")), None)
    if one is None:
        raise NotFound
    if one.terms is None:
        zh, en = one.why or ("", "")
        raise OptionError(f"{one.title}: {en}", f"{one.title}：{zh}")
    currency = v.form.get("currency", "").strip().upper() or "CNY"
    said = given(v.form, currency)
    price = {n: said.get(n) for n in ("pricing", "price", "cap", "unit")}
    _, product = v.exchange.list_data(
        v.signed_in(), said.get("listing", ""), one.terms, said.get("personal"), said.get("legal_basis"),
        currency=currency, **price,
    )  # fmt: skip
    return to(f"/data/product/{product}")


def _listings(v: Visit) -> dict[str, str]:
    """The person's own listings of data, by id, as the listing says what it offers."""
    own = [r for r in v.exchange.mine(v.who, "listing") if r["kind"] == "factors"]
    with v.exchange.store.read() as tx:
        told = {r["id"]: search.read(tx, v.who, r, r["published"] or r["pending"]) for r in own}
    return {key: str(row.get("class") or row.get("name") or key) for key, row in told.items()
            if row.get("factor") == "data"}  # fmt: skip


def _found(v: Visit, key: str) -> Bringing:
    return brought(sorted(spaces.aside(v.settings.folder, v.signed_in(), key).iterdir()))


def _steps() -> list[Transition]:
    """The two first steps of which the form is made."""
    wanted = {"data_asset": "register", "data_product": "draft"}
    return [t for name, event in wanted.items() for t in processes()[name].leaving(None) if t.event == event]
