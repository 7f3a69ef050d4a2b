"""Help: the documentation that ships, and what every process does, from its own table."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.exchange.process import processes, spoken
from sanwang.web.render import page
from sanwang.web.visit import Here

router = APIRouter()


def _role(lang: str, name: str) -> str:
    return spoken("roles", name, lang)


@router.get("/help")
def help_page(v: Here) -> Response:
    """Every process as a table: from where, what, by whom, to where."""
    return page(v, "help", all=processes().values(), role=partial(_role, v.lang))
