"""Fictional lists for payments across the border: helpers for the tests."""

from __future__ import annotations

LISTS = {
    "purpose": [
        {"code": "虚-T1", "name": "技术使用费（虚构）"},
        {"code": "虚-S1", "name": "技术服务（虚构）"},
    ],
    "balance_of_payments": [
        {"code": "000001", "name": "虚构项目一"},
        {"code": "000002", "name": "虚构项目二"},
    ],
    "screening": [
        {"name": "张伟（虚构）", "aliases": ["Zhang Wei Fictional"], "reference": "虚-001"},
        {"name": "Northern Example Trading LLC", "aliases": [], "reference": "虚-002"},
        {"name": "重庆虚构精密仪器有限公司", "reference": "虚-003"},
    ],
    "export": [
        {"code": "虚-1", "class": "prohibited", "name": "虚构禁止技术", "words": ["秘密配方"]},
        {"code": "虚-2", "class": "restricted", "name": "虚构涂层技术", "words": ["纳米涂层", "双极板"]},
    ],
}


def quota(**more):
    return {"name": "虚构额度", "currency": "USD", "amount": 100_000, "from": "2026-01-01", "until": "2026-12-31",
            "counted": "each"} | more  # fmt: skip


def load(m, kind, entries=None, **more):
    """A list that one operator loads and another puts in force. Returns its id."""
    data = {"list_kind": kind, "name": f"虚构{kind}", "source": "虚构来源", "read": "fictional", "on_day": "2026-11-01",
            "entries": entries or LISTS[kind]}  # fmt: skip
    made = m.x.take(m["operator"], "border_list", None, "load", data | more)
    m.x.take(m["operator_b"], "border_list", made, "enforce")
    return made


def loaded(m, *kinds):
    for kind in kinds or ("purpose", "balance_of_payments", "screening"):
        load(m, kind)


def filed(m, payee="Example Tools GmbH", amount=60_000, who="maker_signer", **more):
    data = {"party": m.party["maker"], "payee": payee, "country": "DE", "account_at": "DE-虚构-1", "amount": amount,
            "currency": "USD", "purpose_code": "虚-S1", "bop_code": "000002"}  # fmt: skip
    return m.x.take(m[who], "crossing", None, "file", data | more)


def state(m, made):
    return m.x.show(m["maker_member"], "crossing", made)["state"]


def paid(m, made):
    """Instructed by one person, released by another, confirmed by the rail. Returns the payment's id."""
    m.x.take(m["maker_signer"], "crossing", made, "instruct")
    payment = m.x.show(m["maker_member"], "crossing", made)["payment"]
    m.x.take(m["maker_second"], "payment", payment, "release")
    return payment
