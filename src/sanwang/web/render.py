"""Pages from templates: everything that is shown goes through here and is escaped."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sanwang.exchange.oversight.limits import LIMITS
from sanwang.exchange.process import processes, spoken
from sanwang.exchange.process import words as process_words
from sanwang.exchange.relations import RELATED
from sanwang.exchange.relaxed import EASED
from sanwang.exchange.tables.data import PRICINGS
from sanwang.exchange.taking import Choice
from sanwang.schema import KINDS, word_for
from sanwang.study.table import Table, written
from sanwang.study.words import word
from sanwang.web import words
from sanwang.web.guides import part_of
from sanwang.web.policy import DRAWN
from sanwang.web.taken import file, links
from sanwang.web.visit import Visit


@cache
def _environment() -> jinja2.Environment:
    def read(name: str) -> str:
        return (files("sanwang.web") / "templates" / name).read_text(encoding="utf-8")

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(
    visit: Visit,
    template: str,
    status: int = 200,
    take: Sequence[Table] = (),
    python: str = "",
    drawn: bool = False,
    **terms: Any,  # noqa: ANN401
) -> Response:
    """A page in the visitor's language. Nothing of it is kept by a cache: what a person may read can end.

    ``take`` are tables it shows, which it hands over as files where ``?as=xlsx`` or ``csv`` asks for them; ``python``
    is the call that makes the same. ``drawn``: it holds drawings, whose elements carry styles of their own.
    """
    lang = visit.lang
    if take and (kind := visit.query.get("as")):
        fictional = bool(terms.get("fictional", visit.settings.fictional))
        return file(take, kind, visit.query.get("table", ""), take[0].title, lang, fictional)
    common = {
        "v": visit, "lang": lang, "t": partial(_said, lang), "column": partial(_column, lang),
        "value": partial(_value, lang), "state": partial(_state, lang), "processes": processes(),
        "forms": partial(forms, lang), "reasons": reasons(lang), "all_kinds": KINDS, "label": partial(_label, lang),
        "written": written, "word_for": word_for, "python": python, "part": part_of(visit.path),
        "taken": links(visit.path, visit.query, take) if take else [],
    }  # fmt: skip
    text = _environment().get_template(f"{template}.html.j2").render(common | terms)
    headers = {"Cache-Control": "no-store"} | ({"Content-Security-Policy": DRAWN} if drawn else {})
    return HTMLResponse(text, status, headers=headers)


def through(place: str, **asked: object) -> str:
    """The call by which a program reads the same through the interface, with a token of one's own."""
    given = {k: x for k, x in asked.items() if x}
    return (
        "import httpx\n\napi = httpx.Client(base_url='http://127.0.0.1:8080/api/v1',\n"
        "                   headers={'Authorization': f'Bearer {token}'})\n"
        f"rows = api.get({place!r}, params={given!r}).json()"
    )


def to(path: str) -> Response:
    """Go on to another page of ours, after something was done."""
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        path = "/"
    return RedirectResponse(path, 303)


def reasons(lang: str) -> list[tuple[str, str]]:
    """Codes of reasons with their words."""
    return [(code, spoken("reasons", code, lang)) for code in process_words("reasons")]


def forms(lang: str, steps: Sequence[Choice]) -> list[dict[str, Any]]:
    """Steps as their forms show them: each field with its label and type. A key makes a second press harmless."""
    return [
        {
            "event": s.event, "label": s.label, "may": s.may, "why": s.why, "to": s.to, "two": s.two,
            "request": secrets.token_hex(12), "fields": [_field(lang, f) for f in s.fields],
        }
        for s in steps
    ]  # fmt: skip


LONG = frozenset({"words", "purpose", "question", "duplicates", "relaxes", "audience", "aim", "benefit", "plan",
                  "safeguards", "complaint_way", "compensation", "consent", "share_lines"})  # fmt: skip
"""Fields of text that want more than a line."""


CHOSEN: Mapping[str, Sequence[str]] = {
    "saying": ("complaint", "comment"), "eases": EASED, "limit_name": LIMITS,
    "stopping": ("freeze", "pledge", "insolvency"), "lending": ("loan", "lease"),
    "counted": ("debtor", "group", "sector", "bank"), "relation_kind": RELATED, "pricing": PRICINGS,
    "personal": ("no", "yes"),
}  # fmt: skip
"""Fields whose values are a closed list: chosen, not typed. Nothing is chosen beforehand."""


def _field(lang: str, written: str) -> dict[str, Any]:
    name = written.rstrip("!")
    kind = process_words("fields")[name]["type"]
    required = written.endswith("!")
    made: dict[str, Any] = {"name": name, "label": spoken("fields", name, lang), "kind": kind,
                            "required": required, "long": name in LONG}  # fmt: skip
    if name in CHOSEN:
        made["choices"] = [(one, words.said(f"value.{name}.{one}", lang)) for one in CHOSEN[name]]
    return made


def _said(lang: str, key: str, **terms: object) -> str:
    return words.said(key, lang, **terms)


def _label(lang: str, section: str, key: str) -> str:
    return word(section, key, lang)


def _column(lang: str, name: str) -> str | None:
    return words.column(name, lang)


def _value(lang: str, name: str, held: Any, currency: str = "CNY") -> str:  # noqa: ANN401
    return words.value(name, held, lang, currency)


def _state(lang: str, process: str, name: str) -> str:
    return words.state(process, name, lang)
