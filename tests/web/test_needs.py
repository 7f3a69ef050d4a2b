"""Needs of a workspace: specification, fits side by side, and words that match and plan obey."""

import csv
import io

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from test_pages import listed, ok

from sanwang.collaboration.verdicts import verdicts
from sanwang.region import Region
from sanwang.region.sample import sample_region
from sanwang.study.registry import get

NEED, RESULT = "H2-N01", "H2-R01"


def word(browser, verdict, other=RESULT, **more):
    return browser.post(
        "/workspaces/mine/decide",
        {"subject": NEED, "other": other, "verdict": verdict, "next": f"/workspaces/mine/needs/{NEED}"}
        | more,
    )


def test_a_need_shows_its_words_figures_and_questions(space):
    browser, _ = space
    text = browser.get(f"/workspaces/mine/needs/{NEED}").text
    assert "深度差做到±10微米以内" in text
    assert "≥ 98 %" in text
    assert "气密合格率99.1%" in text  # offered, beside what is wanted
    assert "待核对" in text


def test_the_ranking_is_that_of_match(space):
    browser, place = space
    text = browser.get(f"/workspaces/mine/needs/{NEED}").text
    region = Region.open(place)
    ranked = get("match")(region, k=20).answer.frame.filter(pl.col("need") == NEED)["achievement"].to_list()
    shown = [part.partition('"')[0] for part in text.split('id="r-')[1:]]
    assert shown[0] == ranked[0]
    assert set(shown) == set(ranked)


def test_not_this_is_kept_and_obeyed(space):
    browser, place = space
    ok(word(browser, "reject", why="figure", words="我们要冲压的"))
    said = verdicts(Region.open(place)).of(NEED, RESULT)
    assert said.verdict == "reject"
    assert said.who == "buyer"
    assert said.why == "指标达不到；我们要冲压的"
    text = browser.get(f"/workspaces/mine/needs/{NEED}").text
    assert "人工否决（buyer" in text
    assert text.count('id="r-') == 21  # no longer among the first, still shown with the why
    assert RESULT in browser.get("/workspaces/mine").text
    matched = get("match")(Region.open(place), k=20).answer.frame.filter(pl.col("need") == NEED)
    assert matched["achievement"][0] != RESULT


def test_a_pin_stands_above(space):
    browser, place = space
    third = get("match")(Region.open(place), k=20).answer.frame.filter(pl.col("need") == NEED)["achievement"][
        2
    ]
    ok(word(browser, "pin", third, words="已谈过"))
    text = browser.get(f"/workspaces/mine/needs/{NEED}").text
    assert text.index(f'id="r-{third}"') < text.index(f'id="r-{RESULT}"')


@pytest.mark.parametrize("more", [{}, {"why": "nothing", "words": " "}])
def test_a_word_without_a_why_is_asked_for(space, more):
    browser, place = space
    answer = word(browser, "reject", **more)
    assert answer.status_code == 400
    assert "理由" in answer.text
    assert verdicts(Region.open(place)).of(NEED, RESULT) is None


def test_ids_that_are_nobodys_are_refused(space):
    browser, _ = space
    assert word(browser, "reject", "XX-1", why="field").status_code == 400
    assert browser.get("/workspaces/mine/needs/XX-1").status_code == 404


def test_the_sample_is_copied_before_anything_is_said(bench):
    browser = bench.browser("buyer")
    told = browser.post(
        "/workspaces/sample/decide", {"subject": NEED, "other": RESULT, "verdict": "reject", "why": "dear"}
    )
    assert told.status_code == 400
    assert "复制" in told.text
    ok(browser.post("/workspaces/sample/copy", {"name": "样例二"}))
    assert browser.post("/workspaces/sample/copy", {"name": "样例二"}).status_code == 400
    assert "极板冲压回弹太大" in browser.get("/workspaces/样例二/needs").text


def test_a_conflict_is_red_and_quotes_both(bench):
    browser = bench.browser("buyer")
    frames = {
        "需求.csv": "编号,需求名称,需求内容\nN1,耐热胶,拉伸强度≥50 MPa\n",
        "成果.csv": "编号,成果名称,成果简介\nR1,耐热胶,拉伸强度30 MPa\n",
    }
    files = [("files", (n, t.encode(), "text/csv")) for n, t in frames.items()]
    key = ok(browser.post("/workspaces", files=files)).headers["location"]
    ok(browser.post(f"{key}/take", {"name": "胶"}))
    text = browser.get("/workspaces/胶/needs/N1").text
    row = text.partition('<tr class="conflict">')[2].partition("</tr>")[0]
    assert "拉伸强度≥50 MPa" in row
    assert "拉伸强度30 MPa" in row
    assert "✗ 冲突" in row


def test_what_is_shown_is_taken_away(space):
    browser, _ = space
    text = browser.get(f"/workspaces/mine/needs/{NEED}").text
    assert "sw.match(region, k=20, lang=&#39;zh&#39;)" in text
    rows = list(
        csv.DictReader(
            io.StringIO(browser.get(f"/workspaces/mine/needs/{NEED}?as=csv").content.decode("utf-8-sig"))
        )
    )
    assert len(rows) == 20
    assert rows[0]["成果编号"] == RESULT
    assert "虚构" in rows[0]["notice"]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(browser.get(f"/workspaces/mine/needs/{NEED}?as=xlsx").content)
    )
    notice, headings, *cells = book.get_sheet_by_index(0).to_python()
    assert "虚构" in notice[0]
    at = headings.index("成果编号")
    assert [r[at] for r in cells] == [r["成果编号"] for r in rows]
    assert browser.get(f"/workspaces/mine/needs/{NEED}?as=exe").status_code == 404


def test_asking_names_what_is_open_and_finds_the_listing(bench, space):
    browser, _ = space
    text = browser.get(f"/workspaces/mine/ask?need={NEED}&result={RESULT}").text
    assert "请问能否达到：合格率≥98%" in text
    assert "未在本市场挂牌" in text
    assert browser.get("/workspaces/mine/ask?need=x&result=y").status_code == 404
    text_ = sample_region()["achievements"].filter(pl.col("id") == RESULT)["abstract"][0]
    listed(
        bench, "seller", "achievements", title="金属双极板多道次充液成形与激光焊一体化工艺", abstract=text_
    )
    assert (
        "未在本市场挂牌" in browser.get(f"/workspaces/mine/ask?need={NEED}&result={RESULT}").text
    )  # another row's


def test_another_persons_workspace_is_not_there(bench, space):
    other = bench.browser("seller")
    for part in ("", "/needs", f"/needs/{NEED}", "/plans", "/chains", f"/ask?need={NEED}&result={RESULT}"):
        assert other.get(f"/workspaces/mine{part}").status_code == 404, part
    told = other.post(
        "/workspaces/mine/decide", {"subject": NEED, "other": RESULT, "verdict": "reject", "why": "dear"}
    )
    assert told.status_code == 404


def test_a_word_is_taken_back_by_one_click_and_nothing_is_erased(space):
    browser, place = space
    page = f"/workspaces/mine/needs/{NEED}"
    said = {"subject": NEED, "other": RESULT, "next": page}
    for verdict in ("accept", "reject"):
        ok(browser.post("/workspaces/mine/decide", said | {"verdict": verdict, "words": "试过"}))
    text = browser.get(page).text
    assert "人工否决" in text
    tag = text.partition('name="tag" value="')[2].partition('"')[0]
    assert browser.post("/workspaces/mine/withdraw", said | {"tag": "pin 别人 2026-01-01"}).status_code == 412
    ok(browser.post("/workspaces/mine/withdraw", said | {"tag": tag}))
    text = browser.get(page).text
    assert "人工采纳" in text  # what held before holds again
    assert "人工否决" not in text
    ok(browser.post("/workspaces/mine/withdraw", said))
    assert "人工采纳" not in browser.get(page).text
    assert browser.post("/workspaces/mine/withdraw", said).status_code == 404
    ok(
        browser.post("/workspaces/mine/decide", said | {"verdict": "reject", "words": "还是不行"})
    )  # on the same day
    region = Region.open(place)
    assert region.check().errors == ()
    assert verdicts(region).of(NEED, RESULT).why == "还是不行"
    assert region["decisions"]["verdict"].to_list()[-5:] == [
        "accept",
        "reject",
        "withdraw",
        "withdraw",
        "reject",
    ]
    assert browser.post("/workspaces/sample/withdraw", said).status_code == 400
