"""What must not happen: forged forms, other people's things, words that run, ways out of a folder, too much."""

import re

import pytest
from test_pages import listed, ok

from sanwang.web.app import RATE, create

HOSTILE = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'


def test_a_form_without_its_token_changes_nothing(bench):
    browser = bench.browser("buyer")
    for csrf in ("", "wrong", "0" * 64):
        answer = browser.client.post("/sign-out", data={"csrf": csrf}, follow_redirects=False)
        assert answer.status_code == 403
    other = bench.browser("seller").token()
    assert browser.client.post("/workspaces", data={"csrf": other}, follow_redirects=False).status_code == 403
    assert browser.get("/mine/deal").status_code == 200


def test_signing_in_leads_to_our_own_pages_only(bench):
    for place in ("https://example.invalid/", "//example.invalid", "/\\example.invalid"):
        browser = bench.browser(None)
        answer = browser.post(
            "/sign-in", {"login": "buyer", "password": "correct horse battery", "next": place}
        )
        assert answer.headers["location"] == "/"


def test_the_cookie_is_no_scripts_and_no_other_sites(bench):
    answer = bench.browser(None).post("/sign-in", {"login": "buyer", "password": "correct horse battery"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_five_wrong_passwords_lock_and_say_so(bench):
    browser = bench.browser(None)
    told = [
        browser.post("/sign-in", {"login": "buyer", "password": "wrong wrong wrong"}).text for _ in range(6)
    ]
    assert "登录名或密码有误" in told[0]
    assert "15" in told[5]


def test_words_of_others_never_run(bench):
    path = listed(bench, "seller", "achievements", title=HOSTILE, abstract=HOSTILE * 2, tier="public")
    buyer = bench.browser("buyer")
    ok(buyer.post(f"{path}/inquire", {"party": bench.parties["buyer"], "words": HOSTILE}))
    for page in ("/market", "/market?q=alert", path, "/mine/deal", "/"):
        text = buyer.get(page).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert" in buyer.get(path).text


OPEN = {"/", "/healthz", "/market", "/listing/{key}", "/sign-in", "/help", "/help/processes", "/help/{name}"}


def test_a_visitor_reads_what_is_public_and_no_more(bench):
    visitor = bench.browser(None)
    for route in visitor.client.app.routes:
        path = getattr(route, "path", "")
        if "GET" not in (getattr(route, "methods", None) or ()) or path.startswith(("/static", "/api")):
            continue
        answer = visitor.get(re.sub(r"\{process\}", "deal", re.sub(r"\{(key|name|number)\}", "0", path)),
                             follow_redirects=False)  # fmt: skip
        if path in OPEN:
            assert answer.status_code in (200, 404), path
        else:
            assert answer.status_code in (303, 404), path
            assert answer.status_code == 404 or answer.headers["location"].startswith("/sign-in"), path


def test_somebody_elses_deal_reads_as_not_there(bench):
    path = listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    buyer = bench.browser("buyer")
    deal = ok(buyer.post(f"{path}/inquire", {"party": bench.parties["buyer"]})).headers["location"]
    stranger = bench.browser("first")
    assert stranger.get(deal).status_code == 404
    assert stranger.post(f"{deal}/accept").status_code == 404
    gone = stranger.get("/deal/00000000-0000-7000-8000-000000000000")
    assert re.sub(r"\s", "", gone.text) == re.sub(r"\s", "", stranger.get(deal).text).replace(
        deal, gone.url.path
    )


def test_what_members_read_a_visitor_cannot_find(bench):
    path = listed(
        bench, "seller", "achievements", title="公开题名", abstract="会员才能读的石墨烯内容", tier="members"
    )
    visitor, member = bench.browser(None), bench.browser("buyer")
    assert "石墨烯" in member.get(path).text
    assert "石墨烯" not in visitor.get("/market?q=石墨烯").text.partition("<aside")[0].replace(
        'value="石墨烯"', ""
    )
    assert visitor.get(path).status_code == 404
    found = visitor.get("/api/v1/listings?q=石墨烯").json()
    assert found == []


@pytest.mark.parametrize("name", ["..", "../x", "a/b", ".hidden", "", "x" * 41, "a\x00b"])
def test_a_workspace_stays_in_its_folder(bench, name):
    browser = bench.browser("buyer")
    made = browser.post(
        "/workspaces", files={"files": ("a.csv", "需求名称,需求内容\n电解液,低温\n".encode(), "text/csv")}
    )
    answer = browser.post(f"{made.headers['location']}/take", {"name": name})
    assert answer.status_code == 400
    assert not (bench.folder.parent / "x").exists()


@pytest.mark.parametrize("name", ["..%2f..%2fmarket.db", "%2e%2e", "nothing.html"])
def test_only_a_jobs_own_files_are_handed_over(bench, name):
    from test_asked import asked, run

    browser = bench.browser("buyer")
    place = asked(browser, "closure")
    run(bench)
    assert browser.get(f"{place}/files/{name}").status_code in (404, 405)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(bench):
    browser = bench.browser("buyer")
    answer = browser.client.post("/workspaces", headers={"content-length": str(51 * 2**20)}, content=b"x")
    assert answer.status_code == 413


def test_a_file_that_is_no_table_is_one_sentence(bench):
    browser = bench.browser("buyer")
    for name, content in (("a.xlsx", b"not a workbook"), ("a.exe", b"MZ"), ("a.csv", b"\xff\xfe\x00")):
        made = browser.post("/workspaces", files={"files": (name, content, "application/octet-stream")})
        text = browser.get(made.headers["location"]).text if made.status_code == 303 else made.text
        assert "Traceback" not in text
    assert made.status_code in (303, 400, 415, 422)


def test_too_many_changes_are_asked_to_wait(bench):
    browser = bench.browser("buyer")
    token = browser.token()
    told = {
        browser.client.post("/language", data={"csrf": token}, follow_redirects=False).status_code
        for _ in range(RATE + 5)
    }
    assert told == {303, 429}


def test_pages_ask_no_other_host_and_run_no_script(bench):
    browser = bench.browser("buyer")
    for path in ("/", "/market", "/studies", "/workspaces", "/help"):
        text = browser.get(path).text
        assert "<script" not in text
        assert not re.search(r'(src|href)="(https?:)?//', text)
        assert not re.search(r'\son\w+="', text)
        assert "style=" not in text


def test_the_application_can_be_made_twice(bench):
    assert create(bench.browser(None).client.app.state.settings).title == "Sanwang"
