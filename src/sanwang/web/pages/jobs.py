"""Jobs: how far they are, and what came of them, to look at and to take away."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from sanwang.errors import halves
from sanwang.exchange import jobs
from sanwang.exchange.errors import NotFound
from sanwang.report.page import policy
from sanwang.study.registry import entries
from sanwang.web.answers import place_of, row_of
from sanwang.web.render import page, to
from sanwang.web.spaces import SAMPLE
from sanwang.web.visit import Here

router = APIRouter()


@router.get("/jobs")
def mine(v: Here) -> Response:
    """One's own jobs."""
    with v.exchange.store.read() as tx:
        rows = jobs.mine(tx, v.signed_in())
    return page(v, "jobs", rows=rows, entries=entries())


@router.get("/jobs/{key}")
def job(v: Here, key: str) -> Response:
    """A job: while it runs the page reloads itself; then its files."""
    row = row_of(v, key)
    files = (
        [p.name for p in sorted(place_of(v, row).iterdir()) if p.is_file()] if row["state"] == "done" else []
    )
    pages = [f for f in files if f.endswith(".html")]
    return page(v, "job", row=row, entry=entries()[row["kind"]], files=files, pages=pages, code=as_python(row),
                failed=halves(row["words"] or "")[1 if v.lang == "zh" else 0])  # fmt: skip


@router.post("/jobs/{key}/cancel")
def cancel(v: Here, key: str) -> Response:
    """Stop it."""
    who = v.signed_in()
    v.exchange.store.run(lambda tx: jobs.cancel(tx, who, key))
    return to(f"/jobs/{key}")


@router.get("/jobs/{key}/files/{name}")
def file(v: Here, key: str, name: str) -> Response:
    """A file of the results: pages are shown under their own policy, all others are handed over."""
    row = row_of(v, key)
    place = place_of(v, row)
    if name not in {p.name for p in place.iterdir() if p.is_file()}:
        raise NotFound
    if name.endswith(".html"):
        headers = {
            "Content-Security-Policy": f"{policy()}; img-src data:; frame-ancestors 'self'",
            "Cache-Control": "no-store",
        }
        return FileResponse(place / name, media_type="text/html; charset=utf-8", headers=headers)
    return FileResponse(place / name, filename=name, headers={"Cache-Control": "no-store"})


def as_python(row: jobs.Row) -> str:
    """The call that makes the same answer."""
    args = row["args"]
    where = "sw.Region.sample()" if args["workspace"] == SAMPLE else f"sw.Region.open({args['workspace']!r})"
    given = {**({"earlier": f"jobs/{args['earlier']}"} if args.get("earlier") else {}), **args["options"]}
    options = "".join(f", {n}={x!r}" for n, x in given.items())
    lines = ["import sanwang as sw", ""]
    if scenario := args.get("scenario"):
        told = ", ".join(f"{n}={x!r}" for n, x in scenario.items())
        lines, options = [*lines, f"scenario = sw.Scenario({told})"], f"{options}, scenario=scenario"
    return "\n".join([*lines, f"result = sw.{row['kind']}({where}{options}, lang={args['lang']!r})"])
