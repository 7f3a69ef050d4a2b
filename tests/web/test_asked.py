"""Studies asked in the browser: a job, its page under its own policy, its files, the call that makes the same."""

from sanwang.exchange import jobs
from sanwang.web.works import works


def run(bench):
    return jobs.run_one(bench.exchange.store, works(bench.exchange.store, bench.folder))


def asked(browser, name, **options):
    answer = browser.post(
        f"/studies/{name}", {"workspace": "sample"} | {f"option.{n}": x for n, x in options.items()}
    )
    assert answer.status_code == 303, answer.text.partition('role="alert">')[2][:300]
    return answer.headers["location"]


def test_a_study_becomes_a_page_and_files(bench):
    browser = bench.browser("buyer")
    place = asked(browser, "closure", years="3")
    assert 'http-equiv="refresh"' in browser.get(place).text
    assert run(bench) is not None
    page = browser.get(place).text
    assert "完成" in page
    assert "years=&#39;3&#39;" in page or "years=" in page
    name = page.partition(f'href="{place}/files/')[2].partition('"')[0]
    result = browser.get(f"{place}/files/{name}")
    assert result.status_code == 200
    assert "script-src 'sha256-" in result.headers["content-security-policy"]
    assert bench.browser("seller").get(place).status_code == 404
    assert bench.browser("seller").get(f"{place}/files/{name}").status_code == 404


def test_an_option_that_cannot_be_read_is_said_at_once(bench):
    answer = bench.browser("buyer").post("/studies/closure", {"workspace": "sample", "option.years": "many"})
    assert answer.status_code == 400
    assert "many" in answer.text


def test_a_study_that_cannot_be_answered_says_why(bench):
    browser = bench.browser("buyer")
    place = asked(browser, "products", firm="nobody", amount="300万")
    run(bench)
    page = browser.get(place).text
    assert "未成功" in page
    assert "nobody" in page


def test_no_file_of_the_machine_is_read_for_a_browser(bench):
    browser = bench.browser("buyer")
    text = browser.get("/studies/linkages").text
    assert 'name="option.file"' not in text
    answer = browser.post("/studies/linkages", {"workspace": "sample", "option.file": "/etc/passwd"})
    assert answer.status_code == 400
    assert "命令行" in answer.text
