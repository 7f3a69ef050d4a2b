"""The main path of each user through the pages, from sign-in to done."""

import csv
from importlib.resources import files
from typing import get_args

import pytest

from sanwang.exchange import notices
from sanwang.web.words import said

PAGES = (
    "/",
    "/market",
    "/mine/deal",
    "/workspaces",
    "/studies",
    "/studies/match",
    "/jobs",
    "/help",
    "/tokens",
    "/draft/needs",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages(bench, path, lang):
    browser = bench.browser("buyer")
    browser.post("/language", {"lang": lang})
    answer = browser.get(path)
    assert answer.status_code == 200
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "no-store" in answer.headers["cache-control"]


def test_an_operator_sees_people_and_recomputes(bench):
    browser = bench.browser("operator")
    assert "buyer（虚构）" in browser.get("/admin").text
    assert "全部相符" in browser.post("/admin/verify").text


def listed(bench, login, kind, **fields):
    """A listing on show: drafted by its party, reviewed by two."""
    browser = bench.browser(login)
    row = {"actor_of_party": f"A-{login}", "tier": "members"} | fields
    made = browser.post(f"/draft/{kind}", row)
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    ok(browser.post(f"{path}/submit"))
    ok(bench.browser("first").post(f"{path}/pass"))
    ok(bench.browser("second").post(f"{path}/publish"))
    return path


def ok(answer):
    assert answer.status_code == 303, answer.text.partition('role="alert">')[2][:300]
    return answer


TERMS = {
    "terms.title": "低温电解液中试", "terms.type": "development", "terms.mode": "standard", "terms.currency": "CNY",
    "terms.price": "30万", "terms.technology": "20万", "terms.from_on": "2026-12-10", "terms.until_on": "2027-12-10",
    "terms.ip": "归双方共有", "milestone.1.title": "中试报告", "milestone.1.amount": "300,000",
    "milestone.1.due_on": "2027-06-01", "milestone.1.acceptance": "连续运行 72 小时", "milestone.1.wanted": "report",
    "valid_until_on": "2026-12-20",
}  # fmt: skip


REPORT = {"file": ("报告.pdf", b"%PDF fictional", "application/pdf")}


def funded(bench):
    """The path of a milestone whose money is held, by every step from a listing on."""
    path = listed(
        bench,
        "seller",
        "achievements",
        title="低温电解液",
        abstract="零下四十度可用的电解液，已完成小试。",
        trl="5",
    )
    buyer, seller = bench.browser("buyer"), bench.browser("seller")
    assert "低温电解液" in buyer.get("/market?q=电解液").text
    deal = ok(buyer.post(f"{path}/inquire", {"party": bench.parties["buyer"], "words": "想做中试"})).headers[
        "location"
    ]
    assert "询问" in seller.get(deal).text
    ok(seller.post(f"{deal}/accept"))
    ok(seller.post(f"{deal}/offer", TERMS))
    digest = buyer.get(deal).text.partition('name="digest" value="')[2].partition('"')[0]
    ok(buyer.post(f"{deal}/accept", {"digest": digest}))
    digest = buyer.get(deal).text.partition('name="digest" value="')[2].partition('"')[0]
    ok(buyer.post(f"{deal}/sign", {"digest": digest}))
    ok(seller.post(f"{deal}/countersign", {"digest": digest}))
    page = buyer.get(deal).text
    milestone = "/milestone/" + page.partition('href="/milestone/')[2].partition('"')[0]
    number = page.partition("<h1>")[2].split()[0]
    operator = bench.browser("operator")
    ok(
        operator.post(
            "/money/statement", {"amount": "30万", "reference": number, "bank_reference": "K1", "way": "in"}
        )
    )
    assert "已托管" in seller.get(milestone).text
    return milestone


def test_a_whole_deal_from_a_listing_to_money_on_the_account(bench):
    milestone = funded(bench)
    buyer, seller = bench.browser("buyer"), bench.browser("seller")
    ok(seller.post(f"{milestone}/evidence", {"kind": "report"}, files=REPORT))
    ok(seller.post(f"{milestone}/submit"))
    ok(buyer.post(f"{milestone}/accept"))
    money = seller.get("/money").text
    assert "300,000.00 元" in money
    account = "/money/" + money.partition('<a href="/money/')[2].partition('"')[0]
    assert "节点验收放款" in seller.get(account).text or "托管" in seller.get(account).text
    assert bench.exchange.verify() == []


def test_reviewers_and_releasers_find_their_work_on_the_first_page(bench):
    seller = bench.browser("seller")
    row = {
        "actor_of_party": "A-seller",
        "tier": "members",
        "title": "低温电解液",
        "abstract": "零下四十度可用。",
    }
    path = ok(seller.post("/draft/achievements", row)).headers["location"]
    first, second = bench.browser("first"), bench.browser("second")
    assert path not in first.get("/").text
    ok(seller.post(f"{path}/submit"))
    assert path in first.get("/").text
    ok(first.post(f"{path}/pass"))
    assert path not in first.get("/").text  # the second look is another person's
    assert path in second.get("/").text
    assert "待本岗位办理" not in seller.get("/").text


def test_evidence_is_taken_back_before_the_review(bench):
    milestone = funded(bench)
    seller = bench.browser("seller")
    ok(seller.post(f"{milestone}/evidence", {"kind": "report"}, files=REPORT))
    piece = seller.get(milestone).text.partition(f'action="{milestone}/evidence/')[2].partition("/")[0]
    assert bench.browser("buyer").post(f"{milestone}/evidence/{piece}/withdraw").status_code == 403
    ok(seller.post(f"{milestone}/evidence/{piece}/withdraw"))
    assert seller.post(f"{milestone}/submit").status_code == 422  # the report is missing again


def test_tables_are_brought_corrected_and_asked_about(bench, tmp_path):
    import polars as pl

    book = tmp_path / "需求.xlsx"
    pl.DataFrame(
        {
            "需求名称": ["低温电解液", "耐磨涂层"],
            "需求内容": ["零下四十度可用", "寿命两倍"],
            "预算（万元）": [30, 50],
        }
    ).write_excel(book)
    browser = bench.browser("buyer")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    made = browser.post("/workspaces", files={"files": ("需求.xlsx", book.read_bytes(), kind)})
    page = browser.get(made.headers["location"]).text
    assert "需求名称" in page
    ok(browser.post(f"{made.headers['location']}/take", {"name": "我的需求"}))
    assert "我的需求" in browser.get("/workspaces").text
    assert browser.get("/workspaces/我的需求").status_code == 200
    assert bench.browser("seller").get("/workspaces/我的需求").status_code == 404


def test_lists_are_taken_away_as_files(bench):
    funded(bench)
    buyer = bench.browser("buyer")
    told = {
        "/market": "低温电解液", "/mine/deal": "履行中", "/money": "300,000.00 元", "/workspaces/sample": "240",
    }  # fmt: skip
    for path, words in told.items():
        text = buyer.get(f"{path}?as=csv").content.decode("utf-8-sig")
        assert words in text, path
        assert buyer.get(f"{path}?as=xlsx").content[:2] == b"PK"
    account = "/money/" + buyer.get("/money").text.partition('<a href="/money/')[2].partition('"')[0]
    assert "300,000.00 元" in buyer.get(f"{account}?as=csv").content.decode("utf-8-sig")
    assert "api.get(&#39;listings&#39;" in buyer.get("/market?q=电").text


def test_a_person_reads_what_is_kept_and_asks_to_be_erased(bench):
    buyer, operator = bench.browser("buyer"), bench.browser("operator")
    assert operator.get("/admin").status_code == 200
    mine = buyer.get("/me").text
    assert "●●●" in mine and "operator" in mine and "argon2" not in mine
    assert "buyer" in buyer.get("/me?as=csv").text
    assert "登录地址" in bench.browser(None).get("/privacy").text
    assert "/begin/erasure/ask" in buyer.get("/begin/erasure").text
    at = ok(buyer.post("/begin/erasure/ask", {})).headers["location"]
    assert "已请求" in buyer.get(at).text
    assert bench.browser("seller").get(at).status_code == 404


def test_no_words_stand_twice_under_one_key():
    """The later would silently be said in both places."""
    text = (files("sanwang.web") / "words.csv").read_text(encoding="utf-8")
    keys = [row["key"] for row in csv.DictReader(text.splitlines())]
    assert [k for k in set(keys) if keys.count(k) > 1] == []


def test_a_notice_names_what_it_is_about_and_where_it_stands(bench):
    path = listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    buyer = bench.browser("buyer")
    deal = ok(buyer.post(f"{path}/inquire", {"party": bench.parties["buyer"], "words": "想做中试"}))
    at = deal.headers["location"]
    told = bench.browser("seller").get("/").text.partition("<h2>通知</h2>")[2].partition("</section>")[0]
    assert f'<a href="{at}">交易 SW-' in told
    assert "<small>询问</small>" in told


def test_every_kind_of_notice_has_words():
    for kind in get_args(notices.Kind):
        assert said(f"notice.{kind}", "zh") != said(f"notice.{kind}", "en")
