"""Applying for a test and commenting on it in the browser; the register is everybody's and tells no secret."""

import pytest
from test_pages import ok

from sanwang.exchange import people
from sanwang.exchange.who import EXCHANGE

FORM = {
    "title": "虚构分期预付", "relaxes": "虚构规则第三条", "audience": "虚构小微企业", "aim": "缩短回款",
    "benefit": "更快",
    "plan": "内部秘密方案", "safeguards": "限额与复核", "complaint_way": "平台投诉", "compensation": "先行赔付",
    "exit_plan": "5 | 通知参加人\n20 | 退还余额", "consent": "本人已知悉风险。",
    "measures": "按时收款 | share | higher | 5",
    "comparison": "50", "from_on": "2099-01-01", "until_on": "2099-12-31", "most_people": "10", "most_person": "100",
    "most_total": "0.05万元", "most_complaints": "1000", "most_loss": "50",
}  # fmt: skip


def read(answer):
    assert answer.status_code == 200, answer.text[:300]
    return answer


@pytest.fixture
def overseen(bench):
    def add(tx):
        user = people.add_user(tx, EXCHANGE, "overseer", "overseer", "correct horse battery")
        people.grant(tx, EXCHANGE, user, "overseer")

    bench.exchange.store.run(add)
    return bench.browser("overseer")


def applied(bench, overseen, **more):
    """A test on public notice: its page and its place on the register."""
    seller = bench.browser("seller")
    assert "虚构分期" not in read(seller.get("/begin/pilot")).text
    form = FORM | {"applicant": bench.parties["seller"]} | more
    at = ok(seller.post("/begin/pilot/draft", form)).headers["location"]
    ok(seller.post(f"{at}/apply", {}))
    ok(overseen.post(f"{at}/notice", {}))
    return at


def test_from_a_form_to_the_register(bench, overseen):
    at = applied(bench, overseen)
    visitor = bench.browser(None)
    listed = read(visitor.get("/sandbox")).text
    number = listed.partition('href="/sandbox/')[2].partition('"')[0]
    shown = read(visitor.get(f"/sandbox/{number}")).text
    assert all(words in shown for words in ("虚构分期预付", "退还余额", "不公布个人金额", "<meter"))
    assert "内部秘密方案" not in shown + listed and "seller_login" not in shown
    assert "内部秘密方案" in read(overseen.get(at)).text
    for kind in ("xlsx", "csv"):
        assert visitor.get(f"/sandbox?as={kind}").status_code == 200
    assert visitor.get("/sandbox/T-1999-0001").status_code == 404


def test_somebody_comments_from_the_register(bench, overseen):
    at = applied(bench, overseen)
    buyer = bench.browser("buyer")
    number = buyer.get("/sandbox").text.partition('href="/sandbox/')[2].partition('"')[0]
    link = (
        read(buyer.get(f"/sandbox/{number}")).text.partition('href="/begin/complaint?')[2].partition('"')[0]
    )
    page = read(buyer.get(f"/begin/complaint?{link.replace('&amp;', '&')}")).text
    assert f'name="pilot" value="{at.rpartition("/")[2]}"' in page and 'name="saying" value="comment"' in page
    form = {
        "pilot": at.rpartition("/")[2],
        "saying": "comment",
        "by_party": bench.parties["buyer"],
        "words": "请说明。",
    }
    said = ok(buyer.post("/begin/complaint/lodge", form)).headers["location"]
    assert "请说明。" in read(buyer.get(said)).text
    assert bench.browser("operator").get(said).text.count("请说明。") == 0


def test_a_party_is_named_by_its_name_and_a_wrong_form_says_so(bench, overseen):
    seller = bench.browser("seller")
    refused = seller.post(
        "/begin/pilot/draft", FORM | {"applicant": bench.parties["seller"], "comparison": "5"}
    )
    assert refused.status_code == 422 and "10 至 90" in refused.text
    name = "buyer（虚构）"
    form = FORM | {"applicant": bench.parties["seller"], "partner": name}
    at = ok(seller.post("/begin/pilot/draft", form)).headers["location"]
    assert name in read(seller.get(at)).text
    assert bench.browser("buyer").get(at).status_code == 200  # the partner sees it


@pytest.mark.parametrize("at", ["/begin/listing", "/begin/nothing", "/begin/deal", "/begin/holding"])
def test_what_begins_elsewhere_has_no_form_here(bench, at):
    assert bench.browser("seller").get(at).status_code == 404


def test_programs_read_the_register(bench, overseen):
    applied(bench, overseen)
    got = bench.browser(None).get("/api/v1/sandbox").json()
    assert got[0]["limits"]["most_person"] == {"most": 10_000, "at": None}
    assert "plan" not in got[0]


def test_money_is_read_in_the_currency_that_the_form_names(bench):
    """A yen has no hundredths: 1,000 typed are 1,000, not 100,000."""
    seller = bench.browser("seller")
    form = {"lender": bench.parties["seller"], "counted": "bank", "name": "日元限额", "amount": "1,000"}
    at = ok(seller.post("/begin/credit_limit/propose", form | {"currency": "jpy"})).headers["location"]
    held = bench.exchange.show(
        bench.exchange.sign_in("seller", "correct horse battery"), "credit_limit", at.rpartition("/")[2]
    )
    assert (held["amount"], held["currency"]) == (1_000, "JPY")
    refused = seller.post("/begin/credit_limit/propose", form | {"currency": "JPY", "amount": "10.5"})
    assert refused.status_code == 400 and "JPY" in refused.text
    unknown = seller.post("/begin/credit_limit/propose", form | {"currency": "日元"})
    assert unknown.status_code == 400 and "ISO 4217" in unknown.text


def test_what_is_a_closed_list_is_chosen(bench):
    page = read(bench.browser("seller").get("/begin/complaint")).text
    assert '<option value="complaint">投诉</option>' in page
    assert '<option value="pledge">质押</option>' in read(bench.browser("operator").get("/begin/stop")).text
    assert "/begin/border_list/load" not in bench.browser("operator").get("/begin/border_list").text
