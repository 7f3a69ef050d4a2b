"""A firm in one look: every word is the studies' own, and what is not known is asked."""

import polars as pl

from sanwang.exchange import people
from sanwang.exchange.who import EXCHANGE
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.study.registry import get
from sanwang.web import firm

FIRM = "H2-A13"
AT = f"/workspaces/sample/firms/{FIRM}"


def test_products_points_and_set_off_stand_on_one_page(bench):
    text = bench.browser("buyer").get(AT).text
    region = sample_region()
    found = get("products")(region, firm=FIRM, amount="300万", start="2026-12-01").answer.offers
    alone = found.filter(pl.col("with").is_null())
    opened, shut = text.partition('id="open"')[2].partition('id="shut"')[::2]
    for row in alone.iter_rows(named=True):
        assert row["name"] in (opened if row["eligible"] else shut)
    assert shut.partition("</ul>")[0].count("<li>") == alone.filter(~pl.col("eligible"))["product"].n_unique()
    score = get("points")(region, firm=FIRM).shown.tables[0].frame["score"][0]
    assert f"{score:.1f} 分" in text
    assert "示意积分方案" in text
    assert "未知、请询问：研发费用金额" in text
    [row] = firm.freed(region, FIRM)
    assert row["payable"] - row["payable_after"] == row["cleared"] > 0
    assert "全体轧差可冲抵" in text
    assert "凭证只有本企业的人能看" in text


def test_what_is_not_in_the_data_is_asked_and_never_made_up(bench, space):
    browser, place = space
    region = Region.open(place)
    for name in ("products", "obligations", "points"):
        for file in place.glob(f"{name}.*"):
            file.unlink()
    assert region["products"].height
    text = browser.get(f"/workspaces/mine/firms/{FIRM}").text
    assert "没有金融产品表：未知，请询问" in text
    assert "没有本企业的债务：未知，请询问" in text
    assert browser.get("/workspaces/mine/firms/nobody").status_code == 404
    assert browser.get(f"{AT}?amount=x").status_code == 400
    assert browser.get(f"{AT}?purpose=gold").status_code == 400


def test_its_own_people_see_its_vouchers(bench):
    def join(tx):
        party = people.add_party(tx, EXCHANGE, FIRM, "太行（虚构）", foreign_id="XX-1", fictional=True)
        people.verify_party(tx, EXCHANGE, party)
        user = people.add_user(tx, EXCHANGE, "own", "own", "correct horse battery")
        people.grant(tx, EXCHANGE, user, "member", "party", party)

    bench.exchange.store.run(join)
    assert "交易所内没有本企业持有的凭证" in bench.browser("own").get(AT).text


def test_a_lender_sees_its_book_and_what_waits_with_its_route(bench):
    bench.exchange.store.run(
        lambda tx: people.grant(
            tx, EXCHANGE, _user(tx, "seller"), "financier", "party", bench.parties["seller"]
        )
    )
    asked = {
        "borrower": bench.parties["buyer"], "lender": bench.parties["seller"], "lending": "loan",
        "amount": 300_000_000, "purpose": "中试", "route": {"route": "L0007", "need": "H2-N01"},
    }  # fmt: skip
    loan = bench.exchange.take(
        bench.exchange.sign_in("buyer", "correct horse battery"), "loan", None, "apply", asked
    )
    text = bench.browser("seller").get("/money").text
    assert f'href="/loan/{loan}"' in text
    assert "L0007" in text
    assert "等待答复的申请 (1)" in text
    assert "最大借款人占" in text
    assert loan not in bench.browser("buyer").get("/money").text


def _user(tx, login):
    import sqlalchemy as sa

    from sanwang.exchange.tables.people import users

    return tx.value(sa.select(users.c.id).where(users.c.login == login))
