"""The documentation inside: both languages, found by words, and every page's "?" leads to a place that is there."""

import re

import pytest

from sanwang.web.app import create
from sanwang.web.guides import NAMES, guide, part_of, search


def test_every_guide_is_there_in_both_languages(bench):
    for name in NAMES:
        for lang in ("zh", "en"):
            found = guide(name, lang)
            assert found is not None, name
            assert found.sections
    browser = bench.browser(None)
    assert "工作台与程序接口" in browser.get("/help/workbench").text
    browser.post("/language", {"lang": "en"})
    assert "The workbench and the interface for programs" in browser.get("/help/workbench").text
    assert browser.get("/help/nothing").status_code == 404


def test_what_is_searched_is_found_with_its_words(bench):
    text = bench.browser(None).get("/help?q=规格书").text
    assert 'href="/help/workbench#needs"' in text
    assert "<mark>规格书</mark>" in text
    assert search("规格书 zzzz", "zh") == []
    assert search("", "zh") == []
    hits = search("webhook-signature", "en")
    assert [s.place for s, _ in hits if s.guide == "workbench"] == ["programs"]


def test_a_search_is_never_markup(bench):
    text = bench.browser(None).get("/help?q=<b>x</b>").text
    assert "<b>x</b>" not in text
    assert (
        "&lt;a id" not in bench.browser(None).get("/help/workbench").text
    )  # the names of places are not shown


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_question_mark_leads_to_a_place(bench, lang):
    places = {(g.name, s.place) for n in NAMES if (g := guide(n, lang)) for s in g.sections}
    processes = bench.browser(None).get("/help/processes").text
    for route in create(bench.browser(None).client.app.state.settings).routes:
        path = re.sub(
            r"\{(\w+)(:path)?\}", lambda m: "deal" if m[1] == "process" else "x", getattr(route, "path", "")
        )
        if path.startswith(("/static", "/api")):
            continue
        where, _, place = part_of(path).removeprefix("/help/").partition("#")
        if where == "processes":
            assert f'id="{place}"' in processes, path
        else:
            assert (where, place) in places, (path, where, place)


def test_links_of_a_guide_stay_inside(bench):
    for name in NAMES:
        text = bench.browser(None).get(f"/help/{name}").text
        for target in re.findall(r'href="([^"]*)"', text.partition("<article")[2].partition("</article>")[0]):
            assert target.startswith(("/help", "#")), (name, target)
