"""Who has to sign what for a route, and whom to ask for contacts; contacts themselves never stand in a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sanwang.schema import word_for
from sanwang.study.words import say

Row = Mapping[str, Any]
Rows = Mapping[str, Mapping[str, Row]]
_WAYS = ("contact", "phone", "email")


def signatures(rows: Rows, names: Mapping[str, str], route: Row, lang: str) -> tuple[str, ...]:
    """A line a contract: its kind and its parties. One whose two sides are one organisation is no contract."""
    found: list[str] = []
    for key, left, right, terms in _contracts(rows, route, lang):
        if left is not None and left == right:
            found.append(
                say("sign_within", lang, what=say(key, lang, **terms), party=_name(names, left, lang))
            )
        else:
            found.append(say("sign_line", lang, what=say(key, lang, **terms), one=_name(names, left, lang),
                             other=_name(names, right, lang)))  # fmt: skip
    return tuple(dict.fromkeys(found))


def _name(names: Mapping[str, str], actor: str | None, lang: str) -> str:
    return names.get(actor or "") or say("unnamed_actor", lang)


def _contracts(
    rows: Rows, route: Row, lang: str
) -> Iterator[tuple[str, str | None, str | None, dict[str, object]]]:
    """Phrase of the contract, both parties by id, and what fills the phrase."""
    need = rows["needs"].get(route["need"], {})
    result = rows["achievements"].get(route["achievement"], {})
    firm = need.get("actor")
    modes = [word_for("contract_type", m, lang) for m in result.get("modes") or []]
    kind = ("、" if lang == "zh" else " / ").join(modes) or say("contract_open", lang)
    yield "sign_technology", firm, result.get("owner"), {"kind": kind}
    for side, key in (("base", "sign_pilot"), ("maker", "sign_make")):
        if route[side] is not None:
            yield key, firm, rows[f"{side}s"].get(route[side], {}).get("actor"), {}
    for side, key in (("product", "sign_finance"), ("guarantee", "sign_guarantee")):
        if route.get(side) is not None:
            product = rows["products"].get(route[side], {})
            yield key, firm, product.get("actor"), {"product": product.get("name") or route[side]}
    for cell in filter(None, str(route.get("offers") or "").split(";")):
        offer = rows["factors"].get(cell.rpartition(":")[0], {})
        yield "sign_factor", firm, offer.get("actor"), {"what": offer.get("class") or "–"}


def contacts(rows: Rows, names: Mapping[str, str], route: Row, lang: str) -> tuple[str, ...]:
    """How to come by the contacts, and for which parties the data hold none."""
    sides = {
        rows["needs"].get(route["need"], {}).get("actor"): route["need"],
        rows["achievements"].get(route["achievement"], {}).get("owner"): route["achievement"],
        **{rows[f"{s}s"].get(route[s] or "", {}).get("actor"): route[s] for s in ("base", "maker")},
    }
    known = [_reachable(rows, actor, str(row)) for actor, row in sides.items() if actor is not None]
    lacking = [
        names.get(a, a) for a, ok in zip((a for a in sides if a is not None), known, strict=True) if not ok
    ]
    line = say("contact_ask", lang, route=route["route"])
    between = "、" if lang == "zh" else ", "
    return (line, *([say("contact_none", lang, names=between.join(lacking))] if lacking else []))


def _reachable(rows: Rows, actor: str, row: str) -> bool:
    """Whether the data hold a contact of the organisation, or of its row."""
    told = [rows["actors"].get(actor, {}), *(rows[k].get(row, {}) for k in ("needs", "achievements"))]
    return any(r.get(way) for r in told for way in _WAYS)
