"""Inventors' shares on pages: proposed from the deal, read and agreed to by the person, not shown to the buyer."""

from test_case_pages import PASSWORD
from test_pages import funded, ok

from sanwang.exchange import people
from sanwang.exchange.who import EXCHANGE


def test_proposed_from_the_deal_and_agreed_to_by_the_person(bench):
    stage = funded(bench)
    user = bench.exchange.store.run(lambda tx: people.add_user(tx, EXCHANGE, "buyer2", "甲", PASSWORD))
    seller, buyer, person = bench.browser("seller"), bench.browser("buyer"), bench.browser("buyer2")
    who = bench.exchange.sign_in("seller", PASSWORD)
    deal = bench.exchange.show(who, "milestone", stage.rpartition("/")[2])["deal"]
    link = f"/begin/share?deal={deal}"
    assert link in seller.get(f"/deal/{deal}").text and link not in buyer.get(f"/deal/{deal}").text
    form = {"deal": deal, "state_unit": "yes", "given_bp": "6000", "costs": "1,000.00",
            "share_lines": "甲 | 100% | buyer2"}  # fmt: skip
    assert (
        "没有登录名" in seller.post("/begin/share/propose", form | {"share_lines": "甲 | 100% | nobody"}).text
    )
    assert seller.get(link).status_code == 200
    at = ok(seller.post("/begin/share/propose", form)).headers["location"]
    assert at in seller.get(f"/deal/{deal}").text and at not in buyer.get(f"/deal/{deal}").text
    assert buyer.get(at).status_code == 404
    page = person.get(at).text
    assert "100.00 %" in page and "第45条" in page and "1,000.00 元" in page
    text = bench.exchange.show(bench.exchange.person(user), "share", at.rpartition("/")[2])["text_digest"]
    assert text in page, "the form holds the digest of what is shown"
    ok(person.post(f"{at}/agree", {"digest": text}))
    assert "待单位确认" in seller.get(at).text
    assert at in person.get("/mine/share").text
