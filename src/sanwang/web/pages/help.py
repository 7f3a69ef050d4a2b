"""Help: the documentation that ships, searchable, and what every process does, from its own table."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.errors import NotFound
from sanwang.exchange.process import processes, spoken
from sanwang.web.guides import PROCESSES, guide, guides, search
from sanwang.web.render import page
from sanwang.web.visit import Here

router = APIRouter()


def _role(lang: str, name: str) -> str:
    return spoken("roles", name, lang)


@router.get("/help")
def help_page(v: Here) -> Response:
    """The guides, and what a search finds in them."""
    text = v.query.get("q", "")[:200]
    return page(v, "help", guides=guides(v.lang), text=text, hits=search(text, v.lang))


@router.get("/help/processes")
def every_process(v: Here) -> Response:
    """Every process as a table: from where, what, by whom, to where."""
    return page(v, PROCESSES, all=processes().values(), role=partial(_role, v.lang))


@router.get("/help/{name}")
def one(v: Here, name: str) -> Response:
    """A guide."""
    found = guide(name, v.lang)
    if found is None:
        raise NotFound
    return page(v, "guide", guide=found)
