"""The supervisor's months on pages: shown, given out once, taken away with the events behind every row."""

import io

import python_calamine
from test_pages import ok

from sanwang.exchange.clock import day_of
from sanwang.exchange.reports.month import month_before


def test_a_month_is_given_out_and_taken_away(bench):
    operator = bench.browser("operator")
    last = str(month_before(bench.exchange.store.clock()))
    assert f"/reports/{last}" in operator.get("/reports").text
    shown = operator.get(f"/reports/{last}")
    assert shown.status_code == 200 and "技术合同：按合同类别" in shown.text
    given = ok(operator.post(f"/reports/{last}", {})).headers["location"]
    assert given == f"/reports/{last}?no=1"
    assert "第 1 版" in operator.get(given).text
    assert "与已发布的第 1 版相同" in operator.get(f"/reports/{last}").text
    again = operator.post(f"/reports/{last}", {"why": "再发"})
    assert "无需重述" in again.text and again.status_code >= 400
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(operator.get(f"{given}&as=xlsx").content)
    )
    assert book.sheet_names[-1] == "各行所依据的事件"


def test_a_month_that_runs_has_no_button(bench):
    running = day_of(bench.exchange.store.clock()).strftime("%Y-%m")
    page = bench.browser("operator").get(f"/reports/{running}").text
    assert "尚未结束" in page and f'action="/reports/{running}"' not in page


def test_what_is_no_month_or_version_is_said(bench):
    operator = bench.browser("operator")
    for path in ("/reports/2026-13", "/reports/x", "/reports/2026-01?no=x"):
        assert operator.get(path).status_code == 400, path
    assert operator.get("/reports/2026-01?no=7").status_code == 404
    assert bench.browser("buyer").get("/reports").status_code == 404
