"""Mandates on pages: asked for by the creditor, seen by the debtor, written for the bank only by who may sign."""

from test_pages import ok

FORM = {
    "debtor": "A-seller",
    "currency": "cny",
    "amount": "1,000.50",
    "account_at": "A-1",
    "until_on": "2027-06-30",
}


def test_a_mandate_is_asked_for_and_answered(bench):
    buyer, seller = bench.browser("buyer"), bench.browser("seller")
    at = ok(buyer.post("/debits/ask", FORM | {"creditor": bench.parties["buyer"]})).headers["location"]
    assert "1,000.50 元" in buyer.get("/debits").text
    assert "M-2026-00001" in seller.get("/debits?as=csv").text
    ok(seller.post(f"{at}/decline", {"why": "other"}))
    assert "不同意" in buyer.get("/debits").text


def test_what_is_wrong_is_said_and_nobody_writes_for_others(bench):
    buyer = bench.browser("buyer")
    mine = {"creditor": bench.parties["buyer"]}
    refused = buyer.post("/debits/ask", FORM | mine | {"debtor": "nobody"})
    assert refused.status_code == 422 and "已核验单位" in refused.text
    assert "不是 CNY 的金额" in buyer.post("/debits/ask", FORM | mine | {"amount": "0.001"}).text
    assert bench.browser("seller").post(f"/debits/{bench.parties['buyer']}/write", {}).status_code == 404
    told = buyer.post(f"/debits/{bench.parties['buyer']}/write", {})
    assert told.status_code in (403, 409, 422) and "没有授权生效的待收款项" in told.text
