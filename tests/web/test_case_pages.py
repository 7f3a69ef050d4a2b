"""Cases on pages and for programs: the queue, one page a case with its drawing, the party's part of it, the file."""

import json

import pytest
from test_pages import listed, ok

from sanwang.exchange import people
from sanwang.exchange.oversight import casefile
from sanwang.exchange.tables.casework import cases
from sanwang.exchange.who import EXCHANGE

PASSWORD = "correct horse battery"


@pytest.fixture
def watched(bench):
    """A bench with two analysts and an overseer, and a case about a text that the seller listed as its own."""

    def add(tx):
        for name, role in (("ana", "analyst"), ("bob", "analyst"), ("olga", "overseer")):
            user = people.add_user(tx, EXCHANGE, name, f"核查员{name}", PASSWORD)
            people.grant(tx, EXCHANGE, user, role)

    bench.exchange.store.run(add)
    text = "需要零下四十度可用的电解液，三千次循环。"
    listed(bench, "buyer", "needs", title="低温电解液", text=text)
    listed(bench, "seller", "needs", title="轨道检测机器人", text=text)
    bench.exchange.seal()
    assert bench.exchange.watch() == (1, 1)
    with bench.exchange.store.read() as tx:
        bench.case = tx.all(cases.select())[0]["id"]
    return bench


def step(bench, who, event, **data):
    return ok(bench.browser(who).post(f"/case/{bench.case}/{event}", data))


def through(bench):
    party = bench.parties["seller"]
    step(bench, "ana", "hold")
    step(bench, "ana", "ask", party=party, question="该文本由贵单位何时取得？")
    step(bench, "seller", "answer", words="受托挂牌")
    step(bench, "ana", "confirm", words="内部认定理由")
    step(bench, "bob", "act", party=party, case_measure="correct", article="第三条", words="请撤下")


def test_the_queue_and_the_page_say_why_and_draw_the_parties(watched):
    ana = watched.browser("ana")
    queue = ana.get("/cases").text
    assert "W-2026-00001" in queue and "待办" in queue
    page = ana.get(f"/case/{watched.case}").text
    for words in ("可消除：", "挂牌发布", "buyer（虚构）", "seller（虚构）", "<svg", "规则就此提示"):
        assert words in page, words
    assert "buyer（虚构）" in page.partition("<svg")[2].partition("</svg>")[0]
    ana.post("/language", {"lang": "en", "next": "/"})
    assert "Would have cleared it" in ana.get(f"/case/{watched.case}").text


def test_the_party_is_shown_what_concerns_it_and_appeals(watched):
    seller = watched.browser("seller")
    assert seller.get(f"/case/{watched.case}").status_code == 404
    through(watched)
    page = seller.get(f"/case/{watched.case}").text
    assert "请撤下" in page and "第三条" in page and "要求更正" in page
    for secret in ("listing_resold", "内部认定理由", "可消除", "核查员", "<svg"):
        assert secret not in page, secret
    step(watched, "seller", "appeal", words="已有授权")
    step(watched, "olga", "overturn", words="授权有效")
    assert "授权有效" in seller.get(f"/case/{watched.case}").text
    assert "0 % [0, 79]" in watched.browser("ana").get("/cases").text
    assert watched.browser("buyer").get(f"/case/{watched.case}").status_code == 404


def test_the_file_verifies_and_is_for_analysts(watched):
    through(watched)
    watched.exchange.seal()
    answer = watched.browser("bob").get(f"/case/{watched.case}/file")
    assert casefile.verify(json.loads(answer.content)) == []
    assert "W-2026-00001.json" in answer.headers["content-disposition"]
    for who in ("seller", "buyer", "operator"):
        assert watched.browser(who).get(f"/case/{watched.case}/file").status_code == 404
        assert watched.browser(who).get("/cases").status_code == 404


def test_the_party_answers_by_program_and_reads_no_more_there(watched):
    from sanwang.exchange import tokens

    party = watched.parties["seller"]
    step(watched, "ana", "hold")
    step(watched, "ana", "ask", party=party, question="来源为何？")
    who = watched.exchange.sign_in("seller", PASSWORD)
    token = watched.exchange.store.run(lambda tx: tokens.issue(tx, who, party, "t", "take"))
    client, key = watched.browser(None).client, {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/subjects/case/{watched.case}"
    assert set(client.get(path, headers=key).json()) >= {"question", "answer"}
    assert "code" not in client.get(path, headers=key).json()
    [row] = client.get("/api/v1/subjects/case", headers=key).json()
    assert row["id"] == watched.case and not {"code", "alert", "handler", "parties"} & set(row)
    version = client.get(path, headers=key).headers["etag"]
    given = {"event": "answer", "data": {"words": "自拟"}}
    done = client.post(f"{path}/takes", json=given, headers=key | {"If-Match": version})
    assert done.status_code == 200 and client.get(path, headers=key).json()["answer"] == "自拟"


def test_an_analysts_program_does_what_the_analyst_may(watched):
    """A token for one's offices: the case is read and held by a program, its party's business is not."""
    page = watched.browser("ana").post("/tokens", {"name": "t", "party": "", "scopes": "take"}).text
    token = page.partition("<pre><code>")[2].partition("<")[0]
    client, key = watched.browser(None).client, {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/subjects/case/{watched.case}"
    held = client.get(path, headers=key)
    assert held.json()["code"] == "listing_resold"
    done = client.post(
        f"{path}/takes", json={"event": "hold", "data": {}}, headers=key | {"If-Match": held.headers["etag"]}
    )
    assert done.status_code == 200, done.text


def test_no_program_holds_an_operators_keys(watched):
    for login in ("operator", "buyer"):  # neither has an office that a program may hold
        answer = watched.browser(login).post("/tokens", {"name": "t", "party": "", "scopes": "take"})
        assert answer.status_code == 404
