"""The register of data assets: who answers for them, personal data or not, and what they were derived from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from sanwang.exchange import clock
from sanwang.exchange.data import lineage
from sanwang.exchange.deals import count_on
from sanwang.exchange.steps import Step, effect, guard, opener
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.tables.data import data_accesses, data_assets, data_products, data_uses
from sanwang.exchange.tables.people import parties

DERIVING = "derive"
"""The action of ODRL under which something new is made of data."""


@opener("data_asset")
def begin(tx: Tx, step: Step) -> dict[str, Any]:
    """The row of an asset."""
    return {n: step.data.get(n) for n in ("party", "title", "personal", "legal_basis")} | {"number": ""}


@guard("asset_sound")
def asset_sound(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """A verified party answers for it; whether it holds personal data is said, and on which basis."""
    for fault in _faults(tx, step):
        return {"wanted": fault}
    return None


def _faults(tx: Tx, step: Step) -> Iterator[tuple[str, str]]:
    row = step.row
    if tx.value(sa.select(parties.c.state).where(parties.c.id == row["party"])) != "verified":
        yield "须为已核验单位", "a verified party answers for it"
    if row["personal"] not in ("yes", "no"):
        yield (
            "是否含个人信息须写明 yes 或 no；不清楚的，先向数据来源问明",
            "say yes or no to personal data; where it is not known, ask where the data came from",
        )
    if row["personal"] == "yes" and not row["legal_basis"]:
        yield (
            "含个人信息：须写明处理的合法性依据与条款",
            "it holds personal data: state the legal basis with its article",
        )
    sources = tx.all(sa.select(data_assets.c.personal).where(data_assets.c.id.in_(_sources(tx, step))))
    if any(s["personal"] == "yes" for s in sources) and not row["legal_basis"]:
        yield (
            "来源含个人信息：须写明合法性依据，或如何匿名化",
            "a source holds personal data: state the legal basis, or how they were made anonymous",
        )


def _sources(tx: Tx, step: Step) -> list[str]:
    return [r["source"] for r in _named(tx, step) if r]


def _named(tx: Tx, step: Step) -> list[Row | None]:
    """The uses that a derived asset names (number of the access/number of the use), with their access and source."""
    return [_use(tx, name) for name in step.data.get("uses") or ()]


def _use(tx: Tx, name: str) -> Row | None:
    number, _, no = name.rpartition("/")
    if not no.isdecimal() or len(no) > 9:
        return None
    its = data_uses.join(data_accesses, data_uses.c.access == data_accesses.c.id)
    joined = its.join(data_products, data_accesses.c.product == data_products.c.id)
    wanted = (data_uses.c.id, data_uses.c.action, data_uses.c.decision, data_uses.c.access, data_accesses.c.buyer,
              data_accesses.c.state, data_accesses.c.stays, data_products.c.asset.label("source"))  # fmt: skip
    asked = sa.select(*wanted).select_from(joined)
    return tx.one(asked.where(data_accesses.c.number == number, data_uses.c.no == int(no)))


@guard("derivation_permitted")
def derivation_permitted(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Each source was used by this party for deriving, the policy permitted it, and nobody took that back."""
    names, found = step.data["uses"], _named(tx, step)
    if not names or len(set(names)) < len(names):
        return {"wanted": ("请逐一写明来源的使用记录，不重复", "name each use of a source, once")}
    for name, use in zip(names, found, strict=True):
        if use is None or use["buyer"] != step.row["party"]:
            return {"wanted": (f"没有本单位的使用记录 {name}", f"this party has no use {name}")}
        if use["decision"] != "permit" or use["action"] != DERIVING:
            return {
                "wanted": (
                    f"{name} 不是获准的衍生（{DERIVING}）",
                    f"{name} is no permitted use to {DERIVING}",
                )
            }
        if (use["state"], use["stays"]) == ("revoked", "no") or lineage.broken(tx, use["source"]):
            return {"wanted": (f"{name} 的来源已被撤回", f"the source of {name} was revoked")}
    return None


@guard("asset_unused")
def asset_unused(tx: Tx, step: Step) -> Mapping[str, object] | None:
    """Nothing of it is offered, nobody has access."""
    own = sa.select(data_products.c.id).where(data_products.c.asset == step.subject)
    offered = own.where(data_products.c.state.in_(("draft", "offered")))
    live = sa.select(data_accesses.c.id).where(
        data_accesses.c.product.in_(own), data_accesses.c.state.in_(("asked", "in_force"))
    )
    return {} if tx.value(offered.limit(1)) or tx.value(live.limit(1)) else None


@effect("number_asset")
def number_asset(tx: Tx, step: Step) -> None:
    """Its number."""
    numbered(tx, step, "DA")


def numbered(tx: Tx, step: Step, letters: str) -> None:
    """The next number of the year under some letters."""
    year = clock.day_of(tx.now).year
    step.changes["number"] = f"{letters}-{year}-{count_on(tx, f'{letters}:{year}'):05d}"


@effect("link_sources")
def link_sources(tx: Tx, step: Step) -> None:
    """What it was derived from stays known."""
    tx.execute(
        lineage.data_lineage.insert(),
        [
            {"asset": step.subject, "use": use["id"], "access": use["access"], "source": use["source"]}
            for use in _named(tx, step)
            if use
        ],
    )
