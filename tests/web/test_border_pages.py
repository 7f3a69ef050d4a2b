"""Payments across the border on pages, in the interface and on the command line: load, file, decide, pay."""

import re
import uuid

import pytest
from test_case_pages import PASSWORD
from test_pages import ok
from tests_files import book

from sanwang.exchange import people
from sanwang.exchange.ledger.rules import received, wallet
from sanwang.exchange.ledger.transfers import post
from sanwang.exchange.who import EXCHANGE

ABOUT = {"source": "虚构来源", "read": "fictional", "on_day": "2026-11-01"}


def second_operator(bench):
    """A second operator, who puts in force what the first loaded."""

    def add(tx):
        user = people.add_user(tx, EXCHANGE, "operator2", "operator2", PASSWORD)
        people.grant(tx, EXCHANGE, user, "operator")
        return user

    return bench.exchange.person(bench.exchange.store.run(add))


def lists_in_force(bench):
    """Fictional codes and names, in force."""
    x = bench.exchange
    one, two = x.sign_in("operator", PASSWORD), second_operator(bench)
    codes = [{"code": "虚-1", "name": "虚构用途"}]
    lists = {
        "purpose": codes, "balance_of_payments": [{"code": "000001", "name": "虚构项目"}],
        "screening": [{"name": "北方虚构贸易有限公司", "aliases": ["Northern Example Trading"]}],
    }  # fmt: skip
    for kind, entries in lists.items():
        made = x.take(
            one, "border_list", None, "load", ABOUT | {"list_kind": kind, "name": "虚构", "entries": entries}
        )
        x.take(two, "border_list", made, "enforce")


def in_dollars(bench, amount=100_000):
    legs = received("simulated", wallet(bench.parties["buyer"], "USD"), amount)
    bench.exchange.store.run(lambda tx: post(tx, str(uuid.uuid4()), legs))


QUOTA = ["虚构额度", "USD", "1,000.00", "2026-01-01", "2026-12-31", "每家"]
FORM = {"payee": "Example Tools", "country": "de", "account_at": "DE-1", "currency": "usd", "amount": "600.00",
        "purpose_code": "虚-1", "bop_code": "000001"}  # fmt: skip


def test_from_a_loaded_list_to_money_gone(bench, tmp_path):
    operator, buyer = bench.browser("operator"), bench.browser("buyer")
    assert "没有启用" in buyer.get("/border").text
    wanted = bench.parties["buyer"]
    assert "请运营方先载入" in buyer.post("/border/file", FORM | {"party": wanted}).text
    second_operator(bench)
    other = bench.browser("operator2")
    heads = {
        "purpose": [["代码", "名称"], ["虚-1", "虚构用途"]],
        "balance_of_payments": [["交易编码", "项目名称"], ["000001", "虚构项目"]],
        "screening": [["名称", "别名"], ["北方虚构贸易有限公司", "Northern Example Trading；北虚"]],
        "quota": [
            ["名称", "币种", "额度", "自", "至", "口径"],
            QUOTA,
        ],
    }
    for number, (kind, rows) in enumerate(heads.items()):
        name = f"a{number}.{'xlsx' if number % 2 else 'csv'}"
        file = {"file": (name, book(tmp_path / name, rows), "application/octet-stream")}
        at = ok(
            operator.post("/border/lists", ABOUT | {"list_kind": kind, "name": "虚构"}, files=file)
        ).headers["location"]
        ok(other.post(f"{at}/enforce", {}))
    in_dollars(bench)
    page = buyer.get("/border").text
    assert "1,000.00 USD" in page and "虚构用途" in page and "北方虚构贸易" not in page
    clear = ok(buyer.post("/border/file", FORM | {"party": wanted})).headers["location"]
    held = ok(buyer.post("/border/file", FORM | {"party": wanted, "payee": "Beifang Xugou Maoyi"})).headers[
        "location"
    ]
    shown = buyer.get(held).text
    assert "拼音" in shown and "北方虚构贸易有限公司" in shown and "待决定" in shown
    assert held.rpartition("/")[2] in operator.get("/border").text
    ok(operator.post(f"{held}/let_pass", {"why": "other", "words": "另一家（虚构）"}))
    assert "另一家（虚构）" in buyer.get(held).text
    ok(buyer.post(f"{clear}/instruct", {}))
    assert "400.00 USD" in buyer.get("/border").text
    refused = buyer.post(f"{held}/instruct", {})
    assert "尚可用 400.00 USD" in refused.text or "可用余额不足" in refused.text
    assert "G-2026-00001" in buyer.get("/border?as=csv").text
    assert bench.browser("seller").get(clear).status_code == 404


@pytest.mark.parametrize(("rows", "says"), [
    ([["甲", "乙"], ["1", "2"]], "没有含 code, name 的表头"),
    ([["代码", "名称"], ["1", "x"], ["1", "y"]], "第 2 条与第 1 条同为 1"),
    ([["代码", "名称"], ["1", ""]], "第 1 条：缺 name"),
])  # fmt: skip
def test_a_list_that_is_no_list_is_refused_in_words(bench, tmp_path, rows, says):
    file = {"file": ("a.csv", book(tmp_path / "a.csv", rows), "text/csv")}
    told = bench.browser("operator").post(
        "/border/lists", ABOUT | {"list_kind": "purpose", "name": "x"}, files=file
    )
    assert told.status_code in (400, 403, 409, 422) and says in told.text, told.text[:2000]


@pytest.mark.parametrize("change", [{"currency": "dollars"}, {"amount": "1.234"}, {"amount": "viel"}])
def test_an_amount_that_is_none_is_refused_in_words(bench, change):
    lists_in_force(bench)
    told = bench.browser("buyer").post("/border/file", FORM | {"party": bench.parties["buyer"]} | change)
    assert told.status_code in (400, 422) and re.search("不是.*(币种|金额)", told.text)


def test_programs_do_the_same(bench, program):
    lists_in_force(bench)
    in_dollars(bench)
    api, at = program("buyer"), "/api/v1"
    asked = {"party": bench.parties["buyer"], "payee": "Northern Exampel Trading", "country": "DE", "account_at": "1",
             "amount": 100, "currency": "USD", "purpose_code": "虚-1", "bop_code": "000001"}  # fmt: skip
    made = api.post(f"{at}/subjects/crossing", json={"event": "file", "data": asked}).json()["id"]
    [found] = api.get(f"{at}/border/crossings/{made}/screenings").json()
    assert found["verdict"] == "hit" and found["hits"][0]["by"] == "spelling"
    assert api.get(f"{at}/border/parties/{bench.parties['buyer']}/quotas").json() == []
    assert api.get(f"{at}/border/parties/{bench.parties['seller']}/quotas").status_code == 404
    other = program("seller")
    assert other.get(f"{at}/border/crossings/{made}/screenings").status_code == 404
