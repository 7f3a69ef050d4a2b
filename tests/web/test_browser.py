"""The pages in a real browser, wide and narrow: from sign-in to a result, nothing asked of other hosts, axe content.

Chromium and its driver are Debian's packages; axe-core is the npm package, named by SANWANG_AXE. Where they are missing
these are skipped with the reason, or fail where SANWANG_REQUIRE_BROWSER is set.
"""

import os
import re
import shutil
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the workbench wants the packages of sanwang[serve]")
pytest.importorskip("selenium", reason="selenium is not installed")

import uvicorn
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from test_asked import run
from test_case_pages import watched  # noqa: F401 - a fixture
from test_data_pages import product  # noqa: F401 - a fixture
from test_pages import listed
from test_server import free_port

FOUND = {n: shutil.which(n) for n in ("chromium", "chromedriver")}
if not all(FOUND.values()) and not os.environ.get("SANWANG_REQUIRE_BROWSER"):
    pytest.skip(
        f"no {', '.join(n for n, p in FOUND.items() if not p)} on this machine", allow_module_level=True
    )

PAGES = (
    "/",
    "/market",
    "/mine/deal",
    "/money",
    "/border",
    "/debits",
    "/workspaces",
    "/studies",
    "/studies/match",
    "/jobs",
    "/help",
    "/help/workbench",
    "/draft/needs",
    "/tokens",
    "/hooks",
    "/workspaces/sample",
    "/workspaces/sample/needs",
    "/workspaces/sample/needs/H2-N01",
    "/workspaces/sample/ask?need=H2-N01&result=H2-R01",
    "/workspaces/sample/plans",
    "/workspaces/sample/chains",
    "/workspaces/sample/chains/H2",
    "/workspaces/sample/chains/H2/H2-L04",
    "/workspaces/sample/finance?firm=H2-A13&amount=300万",
    "/workspaces/sample/firms/H2-A13",
    "/workspaces/sample/finance/allocate",
    "/workspaces/sample/finance/stress?fails=H2-A13",
    "/workspaces/sample/observatory?indicator=rd_expenditure",
    "/sandbox",
    "/privacy",
    "/me",
    "/data",
    "/begin/relation",
    "/begin/complaint",
    "/begin/pilot",
)

OFFICES = {
    "operator": ("/", "/admin", "/reports", "/reports/2026-11", "/border", "/debits"),
    "ana": ("/", "/cases", "/case/{case}"),
}
"""Pages of those who look after the exchange, by login."""


QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")  # fmt: skip


@pytest.fixture
def address(bench):
    """The bench's application on a port of this machine."""
    app = bench.browser(None).client.app
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=free_port(), log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.config.port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["wide", "narrow"])
def driver(request, tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = FOUND["chromium"] or "chromium"
    for said in (*QUIET, f"--user-data-dir={tmp_path / 'chrome'}"):
        options.add_argument(said)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(FOUND["chromedriver"]))
    width, height = request.param
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
            "screenWidth": width, "screenHeight": height}  # fmt: skip
    made.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield made
    made.quit()


def patient(driver) -> WebDriverWait:
    """Waits, also while a page gives way to the next: the driver has many words for a node that is gone."""
    return WebDriverWait(driver, 20, ignored_exceptions=[WebDriverException])


def reads(driver, selector, words):
    """Wait until the element is there and says these words."""
    patient(driver).until(lambda d: words in d.find_element(By.CSS_SELECTOR, selector).text)


def sign_in(driver, address, login="buyer", name="buyer"):
    """By keyboard alone."""
    driver.get(f"{address}/sign-in")
    driver.find_element(By.NAME, "login").send_keys(login, Keys.TAB, "correct horse battery", Keys.ENTER)
    reads(driver, ".who", name)


def hosts(driver) -> set[str]:
    """Hosts that were asked for anything."""
    import json
    from urllib.parse import urlsplit

    said = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in said if m["method"] == "Network.requestWillBeSent"]
    return {urlsplit(u).hostname or "" for u in asked if u.startswith("http")}


def test_every_page_fits_asks_nobody_else_and_logs_nothing(bench, address, driver):
    sign_in(driver, address)
    for path in PAGES:
        fits(driver, address + path)
    assert hosts(driver) == {"127.0.0.1"}
    assert driver.get_log("browser") == []


OVER = "return document.documentElement.scrollWidth - Math.min(window.innerWidth, screen.width)"
"""How much wider a page is than the screen: a telephone's window grows with what does not fit."""


def fits(driver, page):
    """A page has a heading and is no wider than the window."""
    driver.get(page)
    over = driver.execute_script(OVER)
    assert over <= 0, (page, over)
    assert driver.find_element(By.TAG_NAME, "h1").text


@pytest.mark.parametrize("login", list(OFFICES))
def test_pages_of_the_offices_fit_and_are_for_everybody(watched, address, driver, login):  # noqa: F811
    watched.exchange.work()
    sign_in(driver, address, login, "核查员ana" if login == "ana" else login)
    source, found = axe(), {}
    for path in OFFICES[login]:
        page = address + path.format(case=watched.case)
        fits(driver, page)
        if told := violations(driver, source):
            found[path] = told
    assert found == {}
    assert driver.get_log("browser") == []


def test_offers_of_data_fit_with_their_digests(product, address, driver):  # noqa: F811
    sign_in(driver, address)
    fits(driver, f"{address}/data")
    assert driver.find_elements(By.CSS_SELECTOR, "a[href*='/begin/data_access']")
    assert violations(driver, axe()) == []


def test_a_study_from_its_form_to_its_page(bench, address, driver):
    sign_in(driver, address)
    driver.get(f"{address}/studies/closure")
    Select(driver.find_element(By.NAME, "workspace")).select_by_value("sample")
    driver.find_element(By.CSS_SELECTOR, "main form button").send_keys(Keys.ENTER)
    patient(driver).until(lambda d: "/jobs/" in d.current_url)
    run(bench)
    found = "a.button[href*='/files/']"
    page = patient(driver).until(
        lambda d: [a.get_attribute("href") for a in d.find_elements(By.CSS_SELECTOR, found)]
    )[0]
    driver.get(page)
    patient(driver).until(lambda d: "/files/" in d.current_url and d.find_elements(By.TAG_NAME, "svg"))
    assert "闭环" in driver.title
    assert driver.get_log("browser") == []


def test_a_listing_is_asked_about(bench, address, driver):
    path = listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    sign_in(driver, address)
    driver.get(f"{address}/market")
    driver.find_element(By.NAME, "q").send_keys("电解液", Keys.ENTER)
    patient(driver).until(lambda d: "q=" in d.current_url)
    click(driver, f"a[href='{path}']")
    patient(driver).until(lambda d: path in d.current_url)
    click(driver, "form[action$='/inquire'] button")
    patient(driver).until(lambda d: "/deal/" in d.current_url)
    reads(driver, ".badge", "询问")


def click(driver, selector):
    """Press it as a keyboard does, once it is there."""
    patient(driver).until(lambda d: d.find_elements(By.CSS_SELECTOR, selector))[0].send_keys(Keys.ENTER)


def test_a_manager_says_not_this_by_clicking(bench, space, address, driver):
    sign_in(driver, address)
    driver.get(f"{address}/workspaces/mine/needs/H2-N01")
    card = driver.find_element(By.ID, "r-H2-R01")
    card.find_elements(By.CSS_SELECTOR, ".acts summary")[0].click()
    card.find_element(By.CSS_SELECTOR, ".whys button[value='dear']").click()
    reads(driver, "#r-H2-R01", "太贵")
    reads(driver, "#r-H2-R01", "人工否决")
    assert driver.get_log("browser") == []


def test_a_planner_vetoes_and_sees_what_moved(bench, space, address, driver):
    sign_in(driver, address)
    driver.get(f"{address}/workspaces/mine/plans")
    click(driver, "form[action$='/plans'] button")
    patient(driver).until(lambda d: re.search(r"/plans/[0-9a-f-]{36}", d.current_url))
    run(bench)
    click(driver, "a[href*='/routes/']")
    patient(driver).until(lambda d: "/routes/" in d.current_url)
    patient(driver).until(lambda d: d.find_elements(By.CSS_SELECTOR, "svg.map"))
    patient(driver).until(lambda d: d.find_elements(By.NAME, "veto"))
    Select(driver.find_element(By.NAME, "veto")).select_by_value("price")
    click(driver, "button[name='again'][value='yes']")
    patient(driver).until(lambda d: "/routes/" not in d.current_url)
    run(bench)
    reads(driver, "#moved", "价格")
    assert driver.execute_script(OVER) <= 0
    assert driver.get_log("browser") == []


def test_a_chain_office_moves_a_row_from_the_drawing(bench, space, address, driver):
    sign_in(driver, address)
    driver.get(f"{address}/workspaces/mine/chains/H2")
    click(driver, "svg a[href$='/H2-L01']")
    patient(driver).until(lambda d: d.current_url.endswith("/H2-L01"))
    form = patient(driver).until(lambda d: d.find_element(By.CSS_SELECTOR, "td details"))
    item = form.find_element(By.NAME, "item").get_attribute("value")
    form.find_element(By.TAG_NAME, "summary").click()
    form.find_element(By.NAME, "note").send_keys("做的是别的", Keys.ENTER)
    gone = f"input[name='item'][value='{item}']"
    patient(driver).until(
        lambda d: d.find_elements(By.TAG_NAME, "h1") and not d.find_elements(By.CSS_SELECTOR, gone)
    )
    assert driver.get_log("browser") == []


def axe() -> str:
    """The text of axe-core."""
    script = os.environ.get("SANWANG_AXE", "")
    if not Path(script).is_file():
        if os.environ.get("SANWANG_REQUIRE_BROWSER"):
            raise AssertionError("SANWANG_AXE names no file")
        pytest.skip("SANWANG_AXE names no axe.min.js (npm pack axe-core)")
    return Path(script).read_text("utf-8")


def violations(driver, source) -> list[tuple[str, str]]:
    """What the page that is open breaks of WCAG 2 A and AA."""
    driver.execute_script(source)
    asked = "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']}).then(arguments[arguments.length - 1])"
    told = driver.execute_async_script(asked)
    return [(v["id"], v["nodes"][0]["html"][:120]) for v in told["violations"]]


def test_axe_finds_nothing(bench, address, driver):
    """WCAG 2 A and AA by axe-core on every page."""
    source = axe()
    listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    sign_in(driver, address)
    found = {}
    for path in PAGES:
        driver.get(address + path)
        if told := violations(driver, source):
            found[path] = told
    assert found == {}


def test_a_cell_is_mended_where_its_problem_stands(bench, address, driver):
    sign_in(driver, address)
    text = "名称,需求内容,预算（万元）\n电解液,零下四十度可用,三百万左右吧\n"
    files = {"files": ("需求.csv", text.encode(), "text/csv")}
    driver.get(address + bench.browser("buyer").post("/workspaces", files=files).headers["location"])
    cell = patient(driver).until(lambda d: d.find_element(By.NAME, "cell.0.2.2"))
    cell.clear()
    cell.send_keys("320", Keys.ENTER)
    reads(driver, "main", "已改正的单元格 (1)")
    assert not driver.find_elements(By.NAME, "cell.0.2.2")[1:]
    fits(driver, driver.current_url)
    assert violations(driver, axe()) == []
