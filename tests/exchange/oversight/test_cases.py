"""A case on both databases: from an alert to a finding, a second person, an appeal; what nobody may do or see."""

import pytest
import sqlalchemy as sa
from tests_watch import resold, rows, the_case, watch, watched_market

from sanwang.exchange import people
from sanwang.exchange.clock import DAY
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.oversight import judging
from sanwang.exchange.oversight.cases import MEASURES
from sanwang.exchange.tables.casework import cases, labels, watch_alerts
from sanwang.exchange.tables.record import events, notices
from sanwang.exchange.who import EXCHANGE

ASKED = "该挂牌文本由贵单位何时、以何种方式取得？请附来源材料。"


@pytest.fixture
def m(store, clock):
    return watched_market(store, clock)


@pytest.fixture
def case(m):
    return the_case(m)


def take(m, who, case, event, **data):
    return m.x.take(m[who], "case", case, event, data)


def state(m, case):
    return rows(m, cases, id=case)[0]["state"]


def confirmed(m, case):
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "confirm", words="与原挂牌逐字相同，未取得授权")


def acted(m, case):
    confirmed(m, case)
    take(m, "analyst_2", case, "act", party=m.party["other"], case_measure="correct", article="交易所规则第 3 条",
         words="请撤下该挂牌或补交授权")  # fmt: skip


def test_asked_answered_and_cleared(m, case):
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "ask", party=m.party["other"], question=ASKED)
    assert state(m, case) == "asked"
    paper = m.x.keep_document(m["other_member"], m.party["other"], "licence.pdf", b"licence")
    take(m, "other_member", case, "answer", words="受托代为挂牌，附委托书", document=paper)
    take(m, "analyst_1", case, "clear", words="有委托书")
    [row] = rows(m, cases)
    assert (row["state"], row["finding"], row["answer"]) == ("cleared", "false", "受托代为挂牌，附委托书")
    assert [(x["verdict"], x["case"]) for x in rows(m, labels)] == [("false", case)]
    assert m.x.verify() == []


def test_after_a_case_has_ended_the_next_alert_opens_another(m, case):
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "clear", words="已核实")
    resold(m)
    assert watch(m) == (1, 1)
    assert [c["state"] for c in rows(m, cases)] == ["cleared", "open"]


def test_a_party_that_does_not_answer_is_not_waited_for(m, case, clock):
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "ask", party=m.party["other"], question=ASKED)
    clock.move(days=15)
    m.x.work()
    assert state(m, case) == "held" and rows(m, cases)[0]["answered_at"] is None


@pytest.mark.parametrize(
    "said",
    ["贵单位触发了规则，请说明", "the rule “Listing resold” asks", "listing_resold?", "相同 内容 的挂牌被他人挂牌，命中预警"],
)  # fmt: skip
def test_a_question_that_reveals_the_rule_is_refused(m, case, said):
    take(m, "analyst_1", case, "hold")
    with pytest.raises(Refused, match="reveal"):
        take(m, "analyst_1", case, "ask", party=m.party["other"], question=said)


def test_a_limit_in_a_question_is_refused_however_it_is_written(m, case):
    from sanwang.exchange.oversight.cases import _bare, _telling
    from sanwang.exchange.oversight.rules import pack

    split = next(r for r in pack() if r.code == "split_payouts")
    with m.x.store.read() as tx:
        alert = tx.the(watch_alerts, rows(m, cases)[0]["alert"])
    words = {_bare(w) for w in _telling(split, alert)}
    for said in ("每笔低于 200 万元是否有意为之？", "just below CNY 2,000,000.00", "为何均低于２００万"):
        assert any(w in _bare(said) for w in words), said
    assert not any(w in _bare("请说明 12 月 3 日与 12 月 5 日两笔付款的用途") for w in words)


def test_only_parties_that_the_alert_names_are_asked_or_acted_on(m, case):
    take(m, "analyst_1", case, "hold")
    with pytest.raises(Refused, match="names can be asked"):
        take(m, "analyst_1", case, "ask", party=m.party["university"], question=ASKED)
    take(m, "analyst_1", case, "confirm", words="x")
    for wrong in ({"party": m.party["university"]}, {"case_measure": "prison"}):
        given = {"party": m.party["other"], "case_measure": "notice", "article": "a", "words": "w"} | wrong
        with pytest.raises(Refused, match="measure is wrong"):
            take(m, "analyst_2", case, "act", **given)


def test_who_found_it_does_not_act_and_who_holds_it_alone_finds(m, case):
    take(m, "analyst_1", case, "hold")
    with pytest.raises(Refused, match="works on it"):
        take(m, "analyst_2", case, "confirm", words="x")
    take(m, "analyst_1", case, "confirm", words="x")
    with pytest.raises(Refused, match="second person"):
        take(
            m, "analyst_1", case, "act", party=m.party["other"], case_measure="notice", article="a", words="w"
        )
    take(m, "analyst_2", case, "return", words="来源未核")
    assert rows(m, cases)[0]["finding"] is None and state(m, case) == "held"


def test_the_database_itself_refuses_one_person_for_both(m, case):
    acted(m, case)
    with pytest.raises(sa.exc.IntegrityError):
        m.x.store.run(lambda tx: tx.execute(cases.update().values(acted_by=cases.c.found_by)))


def test_an_appeal_is_decided_by_a_third_person_and_overturns_the_finding(m, case):
    acted(m, case)
    take(m, "other_member", case, "appeal", words="授权书已于一月前提交")
    for who in ("analyst_1", "analyst_2", "analyst_3"):
        with pytest.raises(Refused, match="overseer"):
            take(m, who, case, "overturn", words="x")
    take(m, "overseer_1", case, "overturn", words="授权有效")
    assert state(m, case) == "overturned"
    with m.x.store.read() as tx:
        known = judging.judged(tx, "listing_resold")
    assert (known.right, known.of) == (0, 1)
    assert m.x.verify() == []


def test_who_had_a_part_in_it_does_not_decide_the_appeal(m, case):
    take(m, "overseer_1", case, "hold")
    take(m, "overseer_1", case, "confirm", words="x")
    take(m, "overseer_2", case, "act", party=m.party["other"], case_measure="notice", article="a", words="w")
    take(m, "other_signer", case, "appeal", words="不服")
    for who in ("overseer_1", "overseer_2"):
        with pytest.raises(Refused, match="no part in it"):
            take(m, who, case, "uphold", words="x")
    take(m, "overseer_3", case, "uphold", words="维持")
    assert state(m, case) == "closed"


def test_without_an_appeal_it_stands_after_thirty_days(m, case, clock):
    acted(m, case)
    clock.move(days=31)
    m.x.work()
    assert state(m, case) == "closed"
    with pytest.raises(Refused, match="no step"):
        take(m, "other_member", case, "appeal", words="迟了")


def test_what_waits_too_long_is_told_to_the_overseers(m, case, clock):
    clock.move(days=9)
    m.x.work()
    told = {r["user"] for r in rows(m, notices, process="case", kind="overdue")}
    assert told == {m[f"overseer_{n}"].user for n in range(1, 5)} and state(m, case) == "open"


def joined(m, who, party):
    m.x.store.run(lambda tx: people.grant(tx, EXCHANGE, m[who].user, "member", "party", m.party[party]))


def test_an_analyst_of_a_party_it_names_neither_sees_nor_takes_it(m, case):
    joined(m, "analyst_1", "other")
    with pytest.raises(NotFound):
        take(m, "analyst_1", case, "hold")
    assert m.x.mine(m.x.person(m["analyst_1"].user), "case") == []
    assert [r["id"] for r in m.x.mine(m["analyst_2"], "case")] == [case]
    joined(m, "analyst_2", "agency")
    take(m, "analyst_2", case, "hold")  # another party's


def test_who_took_a_step_that_it_is_about_does_not_take_it(m, case):
    listing = [e["subject"] for e in rows(m, events, take="text")][-1]
    m.x.store.run(lambda tx: people.grant(tx, EXCHANGE, m["reviewer_a"].user, "analyst"))
    assert rows(m, events, subject=listing, user=m["reviewer_a"].user)
    with pytest.raises(Refused, match="took one of the steps"):
        take(m, "reviewer_a", case, "hold")


def test_analysts_of_a_place_see_the_cases_of_its_parties(m, case):
    def add(tx, name, place):
        user = people.add_user(tx, EXCHANGE, name, name, "", kept="x")
        people.grant(tx, EXCHANGE, user, "analyst", "place", place)
        return user

    for name, place, sees in (("tj", "120000", True), ("binhai", "120116", True), ("he", "130000", False)):
        user = m.x.store.run(lambda tx, n=name, p=place: add(tx, n, p))
        assert bool(m.x.mine(m.x.person(user), "case")) is sees, name
        if sees:
            assert m.x.show(m.x.person(user), "case", case)["code"] == "listing_resold"
        else:
            with pytest.raises(NotFound):
                m.x.show(m.x.person(user), "case", case)


SECRETS = ("code", "alert", "severity", "link", "values", "found_words", "handler", "found_by", "acted_by")


def test_a_party_sees_nothing_before_it_is_asked_and_then_only_what_concerns_it(m, case):
    for who in ("other_member", "firm_member", "stranger", "auditor"):
        with pytest.raises(NotFound):
            m.x.show(m[who], "case", case)
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "ask", party=m.party["other"], question=ASKED)
    seen = m.x.show(m["other_member"], "case", case)
    assert seen["question"] == ASKED and not set(SECRETS) & set(seen) and "case_measure" not in seen
    assert [set(SECRETS) & set(r) for r in m.x.mine(m["other_member"], "case")] == [set()]
    told = m.x.events(m["other_member"], "case", case)
    assert [(e["take"], e["user"]) for e in told] == [("ask", None)]
    for who in ("firm_member", "university_member"):
        with pytest.raises(NotFound):
            m.x.show(m[who], "case", case)
    take(m, "other_member", case, "answer", words="来源如下")
    take(m, "analyst_1", case, "confirm", words="内部理由")
    take(
        m,
        "analyst_2",
        case,
        "act",
        party=m.party["other"],
        case_measure="notice",
        article="第三条",
        words="请改正",
    )
    seen = m.x.show(m["other_member"], "case", case)
    assert seen["measure_words"] == "请改正" and seen["article"] == "第三条" and not set(SECRETS) & set(seen)
    assert "内部理由" not in str(seen) + str(m.x.events(m["other_member"], "case", case))
    assert set(m.x.show(m["operator"], "case", case)) == {"id", "state"}


def test_no_words_of_a_case_stand_in_the_record(m, case):
    acted(m, case)
    take(m, "other_member", case, "appeal", words="申诉理由原文")
    whole = str([e["data"] for e in rows(m, events, process="case")])
    for words in ("申诉理由原文", "逐字相同", "补交授权"):
        assert words not in whole
    assert "correct" in whole


def test_a_file_of_another_party_is_no_answer(m, case):
    take(m, "analyst_1", case, "hold")
    take(m, "analyst_1", case, "ask", party=m.party["other"], question=ASKED)
    paper = m.x.keep_document(m["firm_member"], m.party["firm"], "x.pdf", b"x")
    with pytest.raises(Refused, match="your own"):
        take(m, "other_member", case, "answer", words="见附件", document=paper)


def test_every_measure_has_words_in_both_languages():
    assert all(zh and en for zh, en in MEASURES.values())


def test_what_was_found_counts_only_once_a_second_person_has_looked(m, case):
    confirmed(m, case)
    with m.x.store.read() as tx:
        assert judging.judged(tx, "listing_resold").of == 0
    take(m, "analyst_2", case, "act", party=m.party["other"], case_measure="notice", article="a", words="w")
    with m.x.store.read() as tx:
        known = judging.judged(tx, "listing_resold")
    assert (known.right, known.of, known.precision.value) == (1, 1, 1.0) and known.precision.low < 0.3


def test_deadlines_of_a_case_are_working_days(m, case, clock):
    due = rows(m, cases)[0]["deadline_at"]
    assert 6 * DAY < due - clock.at < 8 * DAY
