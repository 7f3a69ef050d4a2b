"""Needs of a workspace: each with its specification and what fits it; a person's word on a pair is kept and obeyed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from fastapi import APIRouter
from starlette.responses import Response

from sanwang.collaboration.figures.compare import shown as bounds
from sanwang.collaboration.specification import specified
from sanwang.collaboration.verdicts import verdicts
from sanwang.exchange import jobs, views
from sanwang.region import Region
from sanwang.region.names import titles
from sanwang.schema import KINDS
from sanwang.study.cells import unguarded
from sanwang.study.marks import mark_of
from sanwang.web import sayings, spaces
from sanwang.web.fits import MOST, WHYS, Row, fits, fits_table, row_of
from sanwang.web.render import page, to
from sanwang.web.taken import table_of
from sanwang.web.visit import Here, Visit
from sanwang.web.words import said

router = APIRouter()

PAGE = 100
"""Needs a list shows at once."""

_PAIRS = {"need": pl.String, "achievement": pl.String, "rank": pl.Int64, "score": pl.Float64}


@router.get("/workspaces/{name}/needs")
def needs(v: Here, name: str) -> Response:
    """The needs of a workspace, those that hold the words asked for."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    text = v.query.get("q", "").strip()[:200]
    frame = region["needs"].drop_nulls("id")
    if text:
        whole = pl.concat_str(["id", "title", "text"], separator=" ", ignore_nulls=True)
        frame = frame.filter(whole.str.to_lowercase().str.contains(text.lower(), literal=True))
    frame = frame.join(titles(region, v.lang)["need"].select("id", "actor_name"), on="id", how="left")
    rows = frame.select("id", "title", "actor_name", "trl_required", "budget", "deadline").to_dicts()
    table = table_of("needs", KINDS["needs"].label(v.lang), rows, v.lang, id="id", title="text", actor_name="text",
                     trl_required="int", deadline="text")  # fmt: skip
    return page(v, "needs", name=name, rows=rows[:PAGE], more=max(0, len(rows) - PAGE), text=text, kind=KINDS["needs"],
                fictional=region.fictional, take=[table],
                python=f"{opened(name)}\nregion['needs']")  # fmt: skip


@router.get("/workspaces/{name}/needs/{key:path}")
def need(v: Here, name: str, key: str) -> Response:
    """A need: its words, its specification, and what fits it with evidence side by side."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    row = row_of(region, "needs", key)
    large = region["achievements"].height > MOST
    pairs = _earlier(v, name) if large else None
    found = (
        fits(region, row, v.lang, pairs)
        if region.has("achievements") and not (large and pairs is None)
        else []
    )
    actor = titles(region, v.lang)["need"].filter(pl.col("id") == key)["actor_name"].to_list()
    return page(
        v, "need", name=name, row=row, actor=actor[0] if actor else None, spec=specified(row, v.lang), fits=found,
        bounds=bounds, mark_of=mark_of, kind=KINDS["needs"], result_kind=KINDS["achievements"], whys=WHYS,
        waits=large and pairs is None, whole=verdicts(region).of(key), fictional=region.fictional,
        tags=_tags(region, key),
        take=[fits_table(found, row, v.lang)] if found else (),
        python=f"{opened(name)}\nresult = sw.match(region, k=20, lang={v.lang!r})\n"
        f"result['matches'].filter(pl.col('need') == {key!r})",
    )  # fmt: skip


def _tags(region: Region, need: str) -> dict[str, str]:
    """By the other side (``*``: none) what the word that holds is known by."""
    pairs = [(h.other if h.subject == need else h.subject, h) for h in sayings.held(region)]
    return {other: h.tag for other, h in pairs if need in (h.subject, h.other)}


def opened(name: str) -> str:
    """The lines that open a workspace in Python."""
    where = "sw.Region.sample()" if name == spaces.SAMPLE else f"sw.Region.open({name!r})"
    return f"import polars as pl\nimport sanwang as sw\n\nregion = {where}"


def _earlier(v: Visit, name: str) -> pl.DataFrame | None:
    """The pairs of the person's latest match of the workspace, as its job wrote them; None where there is none."""
    with v.exchange.store.read() as tx:
        rows = jobs.mine(tx, v.who)
    for row in rows:
        asked = row["args"]
        if (
            (row["kind"], row["state"]) == ("match", "done")
            and asked["workspace"] == name
            and not asked["options"]
        ):
            return _read(v.settings.folder / row["place"] / "matches.csv")
    return None


def _read(path: Path) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema=False).select(*_PAIRS)
    return frame.with_columns(
        pl.col(c).map_elements(unguarded, pl.String) for c in ("need", "achievement")
    ).cast(
        _PAIRS  # pyright: ignore[reportArgumentType]
    )


@router.post("/workspaces/{name}/decide")
def decide(v: Here, name: str) -> Response:
    """Keep a person's word on a row or pair, with the why, in the workspace's ``decisions``; match and plan obey it."""
    who, form = v.signed_in(), v.form
    sayings.decide(v.settings.folder, who, name, v.today, form.get("subject", ""), form.get("other", ""),
                   form.get("verdict", ""), why_of(v))  # fmt: skip
    return to(form.get("next", f"/workspaces/{name}"))


@router.post("/workspaces/{name}/withdraw")
def withdraw(v: Here, name: str) -> Response:
    """Take a word back that holds: it stays in the table, and everything is computed without it."""
    who, form = v.signed_in(), v.form
    sayings.withdraw(v.settings.folder, who, name, v.today, form.get("subject", ""), form.get("other", ""),
                     form.get("tag", ""))  # fmt: skip
    return to(form.get("next", f"/workspaces/{name}"))


def why_of(v: Visit) -> str:
    """Why, in the person's words; empty where nothing is said."""
    code, words = v.form.get("why", ""), v.form.get("words", "").strip()[:500]
    return "；".join(filter(None, (said(f"not.{code}", v.lang) if code in WHYS else "", words)))


@router.post("/workspaces/{name}/copy")
def copy(v: Here, name: str) -> Response:
    """The sample as a workspace of one's own."""
    made = spaces.own_copy(v.settings.folder, v.signed_in(), v.form.get("name", "").strip(), v.lang)
    return to(f"/workspaces/{made}")


@router.get("/workspaces/{name}/ask")
def ask(v: Here, name: str) -> Response:
    """What to ask the owner of a result about a need, and the way to ask it in the market where it is listed there."""
    region = spaces.region_of(v.settings.folder, v.signed_in(), name)
    row, result = (
        row_of(region, k, v.query.get(q, "")) for k, q in (("needs", "need"), ("achievements", "result"))
    )
    one = [f for f in fits(region, row, v.lang, _pair(row, result)) if f.result["id"] == result["id"]]
    spec = specified(row, v.lang)
    hits = v.exchange.search(v.who, str(result.get("title") or ""), kind="achievements", most=10)
    listed = [h for h in hits if h.row == result["id"]]
    return page(v, "ask", name=name, row=row, result=result, fit=one[0], spec=spec, listed=listed, own=_own(v),
                words=_letter(v, row, one[0].open), fictional=region.fictional)  # fmt: skip


def _pair(need: Row, result: Row) -> pl.DataFrame:
    return pl.DataFrame({"need": [need["id"]], "achievement": [result["id"]], "rank": [1], "score": [0.0]})


def _letter(v: Visit, need: Row, asked: list[str]) -> str:
    """The questions as a text to send: what the need wants, and what the result does not say of it."""
    lines = [said("letter.need", v.lang, title=str(need.get("title") or need["id"]))]
    lines += [said("letter.figure", v.lang, said=one) for one in asked]
    return "\n".join([*lines, said("letter.end", v.lang)])


def _own(v: Visit) -> list[tuple[str, str]]:
    with v.exchange.store.read() as tx:
        return [(r["id"], r["name"]) for r in views.own_parties(tx, v.who)]
