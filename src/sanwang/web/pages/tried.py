"""Money tried out on a page: sliders for an allocation, firms to pick for set-off and stress; plain forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.responses import Response

from sanwang.errors import OptionError
from sanwang.exchange.errors import NotFound
from sanwang.report.tables import plain_table
from sanwang.web import spaces
from sanwang.web.pages.needs import opened
from sanwang.web.picked import LOSS, PER_FIRM, STUDIES, firms, tried
from sanwang.web.render import page, to
from sanwang.web.visit import Here, Visit

router = APIRouter()

SHOWN = 240
"""Firms offered at once; a search finds the others, and those picked always stand first."""


@router.get("/workspaces/{name}/finance/{study}")
def look(v: Here, name: str, study: str) -> Response:
    """The sliders and firms as they stand, what comes of them, and what moved against the whole."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    if study not in STUDIES:
        raise NotFound
    picked, fails = (_listed(v.query.get(n, "")) for n in ("firms", "fails"))
    known, text = firms(region, study, v.lang), v.query.get("q", "").strip()[:60]
    found = tried(region, study, picked, _given(v, study, fails), v.lang)
    chosen = (*picked, *fails)
    offered = [f for f in known if text.casefold() in f"{f[0]} {f[1]}".casefold() or f[0] in chosen]
    offered.sort(key=lambda f: f[0] not in chosen)
    given = _given(v, study, fails)
    return page(
        v, "tried", name=name, study=study, found=found, offered=offered[:SHOWN], more=max(0, len(offered) - SHOWN),
        picked=picked, fails=fails, text=text, loss=LOSS, per_firm=PER_FIRM, at=_at(name, study),
        plain_table=plain_table, loss_now=_number(v, "loss", *LOSS), per_firm_now=int(_number(v, "per_firm", *PER_FIRM)),
        fictional=region.fictional, take=[t for t in found.tables if t.frame.height],
        python=f"{opened(name)}\n" + _narrowed(study, picked) + f"result = sw.{study}(region, lang={v.lang!r}"
        + "".join(f", {k}={x!r}" for k, x in given.items()) + ")",
    )  # fmt: skip


@router.post("/workspaces/{name}/finance/{study}")
def choose(v: Here, name: str, study: str) -> Response:
    """What was set and picked, as an address that can be passed on."""
    v.signed_in()
    if study not in STUDIES:
        raise NotFound
    asked = {n: x for n in ("loss", "per_firm", "firms", "fails", "q") if (x := v.form.get(n, "").strip())}
    return to(f"{_at(name, study)}?{urlencode(asked)}#told")


def _at(name: str, study: str) -> str:
    return f"/workspaces/{quote(name)}/finance/{study}"


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in text.split(";") if one.strip()))


def _given(v: Visit, study: str, fails: list[str]) -> dict[str, Any]:
    if study == "allocate":
        return {
            "loss_share": _number(v, "loss", *LOSS) / 100,
            "per_firm": int(_number(v, "per_firm", *PER_FIRM)),
        }
    return {"fails": fails} if study == "stress" and fails else {}


def _number(v: Visit, name: str, least: float, most: float, first: float) -> float:
    """Where a slider stands. Raises OptionError for what no slider can say."""
    text = v.query.get(name, "")
    try:
        held = float(text) if text else float(first)
    except ValueError:
        held = float("nan")
    if not least <= held <= most:
        raise OptionError(f"{name}: {least} to {most}", f"{name}：应在 {least} 与 {most} 之间")
    return held


def _narrowed(study: str, picked: list[str]) -> str:
    if not picked:
        return ""
    if study == "allocate":
        return (
            f"region = region.with_tables(needs=region['needs'].filter(pl.col('actor').is_in({picked!r})))\n"
        )
    return (
        f"among = {picked!r}\ninside = pl.col('debtor').is_in(among) & pl.col('creditor').is_in(among)\n"
        "region = region.with_tables(obligations=region['obligations'].filter(inside))\n"
    )
