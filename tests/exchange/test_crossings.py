"""Payments across the border: codes asked for, names screened, quotas that hold, a person's decision kept."""

import threading

import pytest
from tests_border import LISTS, filed, load, loaded, paid, quota, state
from tests_money import gets, has, money_market

from sanwang.exchange import quotas
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.tables.border import crossings
from sanwang.exchange.who import RAIL


@pytest.fixture
def m(store, clock):
    found = money_market(store, clock)
    gets(found, "maker", 300_000, "USD")
    return found


def holds(m):
    m.x.seal()
    assert m.x.verify() == []


def test_filed_screened_paid(m):
    loaded(m)
    made = filed(m)
    assert state(m, made) == "cleared"
    payment = paid(m, made)
    assert (state(m, made), has(m, "maker", "USD")) == ("instructed", 240_000)
    m.x.take(RAIL, "payment", payment, "send")
    m.x.take(RAIL, "payment", payment, "confirm", reference="B1")
    assert (state(m, made), has(m, "maker", "USD")) == ("done", 240_000)
    m.x.take(RAIL, "payment", payment, "return", reference="B1", why="bank")
    assert (state(m, made), has(m, "maker", "USD")) == ("failed", 300_000)
    holds(m)
    with pytest.raises(NotFound):
        m.x.show(m["supplier_member"], "crossing", made)


@pytest.mark.parametrize("way", ["reject", "cancel", "lapse"])
def test_what_is_not_paid_is_told_and_frees_the_quota(m, clock, way):
    loaded(m)
    load(m, "quota", [quota()])
    made = filed(m)
    m.x.take(m["maker_signer"], "crossing", made, "instruct")
    payment = m.x.show(m["maker_member"], "crossing", made)["payment"]
    assert [q.left for q in m.x.quotas(m["maker_member"], m.party["maker"])] == [40_000]
    if way == "reject":
        m.x.take(m["maker_second"], "payment", payment, "release")
        m.x.take(RAIL, "payment", payment, "send")
        m.x.take(RAIL, "payment", payment, "reject", reference="B1", why="bank")
    elif way == "cancel":
        m.x.take(m["maker_signer"], "payment", payment, "cancel", why="changed")
    else:
        clock.move(days=40)
        m.x.work()
    assert (state(m, made), has(m, "maker", "USD")) == ("failed", 300_000)
    assert [q.left for q in m.x.quotas(m["maker_member"], m.party["maker"])] == (
        [] if way == "lapse" else [100_000]
    )
    holds(m)


def test_an_unknown_code_is_asked_for(m):
    load(m, "screening")
    with pytest.raises(Refused, match="no list of purpose codes is in force"):
        filed(m)
    loaded(m, "purpose", "balance_of_payments")
    with pytest.raises(Refused, match=r"999999 is not in B-2026-0003 .* ask the bank"):
        filed(m, bop_code="999999")
    with pytest.raises(Refused, match=r"X is not in"):
        filed(m, purpose_code="X")


def test_without_a_screening_list_nobody_passes(m):
    loaded(m, "purpose", "balance_of_payments")
    with pytest.raises(Refused, match="no screening list"):
        filed(m)


def test_a_code_that_was_dropped_meanwhile_is_asked_for_again(m):
    loaded(m)
    made = filed(m)
    load(m, "purpose", [{"code": "另", "name": "另一代码（虚构）"}])
    with pytest.raises(Refused, match="虚-S1 is not in"):
        m.x.take(m["maker_signer"], "crossing", made, "instruct")


@pytest.mark.parametrize("payee", ["ZHANG, Wei (fictional)", "Wei Zhang Fictional", "Northern Exampel Trading",
                                   "Trading Example Northern Ltd", "Chongqing Xugou Jingmi Yiqi Co., Ltd.",
                                   "重庆虚构精密仪器股份有限公司", "ｎｏｒｔｈｅｒｎ　ｅｘａｍｐｌｅ"])  # fmt: skip
def test_a_name_that_sounds_alike_is_held(m, payee):
    loaded(m)
    made = filed(m, payee=payee)
    row = m.x.show(m["maker_member"], "crossing", made)
    assert row["state"] == "held" and len(row["hits"]) == 1 and row["hits"][0]["score"] >= 85, row["hits"]
    with pytest.raises(Refused):
        m.x.take(m["maker_signer"], "crossing", made, "instruct")


@pytest.mark.parametrize("payee", ["Southern Sample Bakery", "王芳", "重庆大学", "Example Tools GmbH", "AB"])
def test_another_name_is_not(m, payee):
    loaded(m)
    assert state(m, filed(m, payee=payee)) == "cleared"


def test_a_person_decides_and_it_is_kept_with_reason_and_version(m):
    loaded(m)
    made = filed(m, payee="Northern Example Trading")
    with pytest.raises(Refused, match="operator"):
        m.x.take(m["maker_second"], "crossing", made, "let_pass", why="other", words="不是")
    seen = m.x.show(m["operator"], "crossing", made)
    assert "amount" not in seen and seen["hits"][0]["name"] == "Northern Example Trading LLC"
    m.x.take(m["operator"], "crossing", made, "let_pass", why="other", words="注册号不同，另一主体（虚构）")
    assert state(m, made) == "cleared"
    paid(m, made)
    first, decided = m.x.screenings(m["maker_member"], made)
    assert (first["verdict"], first["by"]) == ("hit", None)
    assert (decided["verdict"], decided["words"]) == ("let_pass", "注册号不同，另一主体（虚构）")
    assert decided["list"] == first["list"] and decided["by"] == m["operator"].user and decided["hits"]
    with pytest.raises(NotFound):
        m.x.screenings(m["supplier_member"], made)
    holds(m)


def test_refused_is_refused(m):
    loaded(m)
    made = filed(m, payee="Northern Example Trading")
    m.x.take(m["operator"], "crossing", made, "refuse", why="unlawful", words="同一主体（虚构）")
    assert state(m, made) == "refused"


def test_a_changed_list_asks_again(m):
    loaded(m)
    made, other = filed(m), filed(m, payee="Northern Example Trading")
    load(m, "screening", [*LISTS["screening"], {"name": "Example Tools"}])
    for one in (made, other):
        with pytest.raises(Refused, match="screen again"):
            event = "instruct" if one == made else "let_pass"
            m.x.take(m["maker_signer" if one == made else "operator"], "crossing", one, event,
                     {} if one == made else {"why": "other", "words": "不同"})  # fmt: skip
        m.x.take(m["maker_signer"], "crossing", one, "screen")
        assert state(m, one) == "held"
    m.x.take(m["operator"], "crossing", made, "let_pass", why="other", words="另一家（虚构）")
    paid(m, made)
    holds(m)


def test_a_second_operator_puts_a_list_in_force_and_the_older_ends(m):
    first = load(m, "screening")
    again = m.x.take(m["operator"], "border_list", None, "load",
                     {"list_kind": "screening", "name": "新", "source": "虚构", "read": "fictional",
                      "on_day": "2026-11-30", "entries": [{"name": "某某"}]})  # fmt: skip
    with pytest.raises(Refused, match="somebody else"):
        m.x.take(m["operator"], "border_list", again, "enforce")
    m.x.take(m["operator_b"], "border_list", again, "enforce")
    assert m.x.show(m["operator"], "border_list", first)["state"] == "replaced"
    with pytest.raises(Refused, match="operator"):
        m.x.take(m["maker_signer"], "border_list", None, "load",
                 {"list_kind": "screening", "name": "x", "source": "x", "read": "own", "on_day": "2026-11-30",
                  "entries": [{"name": "x"}]})  # fmt: skip
    holds(m)


def test_a_quota_is_not_overrun_nor_counted_in_another_currency(m):
    loaded(m)
    load(m, "quota", [quota(), quota(name="全部", counted="all", amount=130_000)])
    paid(m, filed(m))
    with pytest.raises(Refused, match=r"虚构额度.*400\.00 USD is left"):
        m.x.take(m["maker_signer"], "crossing", filed(m), "instruct")
    gets(m, "supplier", 100_000, "USD")
    other = filed(m, who="supplier_signer", party=m.party["supplier"], amount=80_000)
    with pytest.raises(Refused, match=r"全部.*700\.00 USD is left"):
        m.x.take(m["supplier_signer"], "crossing", other, "instruct")
    gets(m, "maker", 100_000, "EUR")
    rate = {"usd_rate": "1.1", "source": "虚构牌价", "on_day": "2026-12-01"}
    with pytest.raises(Refused, match="says no rate for EUR"):
        m.x.take(m["maker_signer"], "crossing", filed(m, currency="EUR", **rate), "instruct")
    holds(m)


def test_a_quota_of_one_party_purpose_and_span(m, clock):
    loaded(m)
    load(m, "quota", [quota(party="A0023", purpose_code="虚-T1", until="2026-12-10")])
    paid(m, filed(m))  # another purpose
    made = filed(m, amount=100_001, purpose_code="虚-T1")
    with pytest.raises(Refused, match="quota"):
        m.x.take(m["maker_signer"], "crossing", made, "instruct")
    clock.move(days=12)  # the quota's span is over
    paid(m, made)
    holds(m)


def test_two_at_once_do_not_both_pass(m):
    """Each alone is within the quota; instructed by two threads at the same moment one is refused."""
    loaded(m)
    load(m, "quota", [quota()])
    both = [filed(m), filed(m)]
    start, said = threading.Barrier(2), []

    def instruct(one):
        start.wait()
        try:
            m.x.take(m["maker_signer"], "crossing", one, "instruct")
            said.append("paid")
        except Refused as refused:
            said.append(refused.code)

    threads = [threading.Thread(target=instruct, args=(one,)) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["paid", "within_quota"]
    holds(m)


def test_a_payout_across_the_border_is_filed_first(m):
    pay = {"party": m.party["maker"], "amount": 1, "account_at": "X", "currency": "USD"}
    with pytest.raises(Refused, match="filed as a payment across the border first"):
        m.x.take(m["maker_signer"], "payment", None, "instruct", pay)
    loaded(m)
    made = filed(m)
    with pytest.raises(Refused, match="filed"):
        m.x.take(m["maker_signer"], "payment", None, "instruct", pay | {"crossing": made})
    paid(m, made)
    with pytest.raises(Refused, match="filed"):  # once
        more = {"crossing": made, "amount": 60_000, "account_at": "DE-虚构-1"}
        m.x.take(m["maker_signer"], "payment", None, "instruct", pay | more)


@pytest.mark.parametrize("change", [{"country": "Deutschland"}, {"currency": "usd"}, {"amount": 0},
                                    {"country": "CN", "currency": "CNY"}])  # fmt: skip
def test_a_filing_says_what_it_must(m, change):
    loaded(m)
    with pytest.raises(Refused, match="is wrong"):
        filed(m, **change)


def test_faults_are_found(m, monkeypatch):
    loaded(m)
    load(m, "quota", [quota()])
    monkeypatch.setattr(quotas, "within_quota", lambda *_: None)
    from sanwang.exchange.steps import GUARDS

    monkeypatch.setitem(GUARDS, "within_quota", lambda *_: None)
    for _ in range(2):
        paid(m, filed(m))
    assert [f.en for f in m.x.verify()] == ["is overrun: 1200.00 of 1000.00"]


def test_nothing_is_paid_that_was_not_cleared(m, store):
    loaded(m)
    made = filed(m, payee="Northern Example Trading")
    from sanwang.exchange.tables.border import crossings

    store.run(lambda tx: tx.execute(crossings.update().where(crossings.c.id == made), {"state": "cleared"}))
    assert any("screening" in f.en for f in m.x.verify())


def test_above_the_threshold_the_tax_filing_comes_first(m):
    """USD 50,000 is not above it; a cent more wants the number, and another currency a rate to know its worth."""
    loaded(m)
    gets(m, "maker", 20_000_000, "USD")
    m.x.take(m["maker_signer"], "crossing", filed(m, amount=5_000_000), "instruct")
    made = filed(m, amount=5_000_001)
    with pytest.raises(Refused, match=r"USD 50,000.*to be verified"):
        m.x.take(m["maker_signer"], "crossing", made, "instruct")
    m.x.take(m["maker_signer"], "crossing", made, "tax_file", tax_filing="虚-备案-1")
    m.x.take(m["maker_signer"], "crossing", made, "instruct")
    gets(m, "maker", 20_000_000, "JPY")
    yen = filed(m, amount=8_000_000, currency="JPY")
    with pytest.raises(Refused, match="its worth in dollars is not known"):
        m.x.take(m["maker_signer"], "crossing", yen, "instruct")
    rate = {"usd_rate": "0.0065", "source": "虚构牌价", "on_day": "2026-12-01"}
    for wrong in ({"usd_rate": "0"}, {"source": ""}, {"on_day": "2026-12-09"}):
        with pytest.raises(Refused, match="a rate above zero"):
            m.x.take(m["maker_signer"], "crossing", yen, "tax_file", rate | wrong)
    m.x.take(m["maker_signer"], "crossing", yen, "tax_file", rate)  # USD 52,000
    with pytest.raises(Refused, match="USD 50,000"):
        m.x.take(m["maker_signer"], "crossing", yen, "instruct")
    m.x.take(m["maker_signer"], "crossing", yen, "tax_file", rate | {"usd_rate": "0.006"})  # USD 48,000
    m.x.take(m["maker_signer"], "crossing", yen, "instruct")
    holds(m)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_codes_go_to_the_bank_and_without_them_nothing_is_written(m, tmp_path):
    loaded(m)
    gets(m, "maker", 60_000, "USD", rail="files")
    payment = paid(m, filed(m, rail="files"))
    m.x.store.run(lambda tx: tx.execute(crossings.update().values(bop_code="")))
    assert m.x.work(tmp_path)["trouble"] == 1
    assert m.x.show(m["maker_second"], "payment", payment)["state"] == "released"
    assert not list(tmp_path.glob("out/*"))
    m.x.store.run(lambda tx: tx.execute(crossings.update().values(bop_code="000002")))
    assert m.x.work(tmp_path)["trouble"] == 0
    [text] = [p.read_text(encoding="utf-8") for p in tmp_path.glob("out/*.xml")]
    for part in ("<Prtry>虚-S1</Prtry>", "<Cd>000002</Cd>", "<Ctry>DE</Ctry>", "<Nm>Example Tools GmbH</Nm>"):
        assert part in text


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_a_code_that_a_message_cannot_carry_is_not_filed(m):
    loaded(m)
    load(m, "balance_of_payments", [{"code": "12345678901", "name": "虚构"}])
    with pytest.raises(Refused, match="1 to 10 signs"):
        filed(m, bop_code="12345678901")
