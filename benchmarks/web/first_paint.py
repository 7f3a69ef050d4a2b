"""First paint of every page in Chromium on slow 4G as Lighthouse has it: 150 ms, 1.6 Mbit/s down, 750 kbit/s up.

Usage: python benchmarks/web/first_paint.py [cpu slowdown, 1] [folder for screenshots]

A demonstration on loopback (SQLite, one process), signed in as a member, one page after another with an empty cache,
each three times, the middle one told. Wants chromium, chromedriver and selenium.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from run import _memory as memory
from run import _port as port
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from sanwang.web.server import first_account

SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update")  # fmt: skip
IN = "/workspaces/sample"
PAGES = (
    "/", "/market", "/mine/deal", "/money", "/workspaces", "/studies", "/studies/match", "/jobs", "/help",
    "/help/workbench", "/draft/needs", "/tokens", "/hooks", IN, f"{IN}/needs", f"{IN}/needs/H2-N01",
    f"{IN}/ask?need=H2-N01&result=H2-R01", f"{IN}/plans", f"{IN}/chains", f"{IN}/chains/H2", f"{IN}/chains/H2/H2-L04",
    f"{IN}/finance", f"{IN}/finance?firm=H2-A13&amount=300万", f"{IN}/finance/allocate", f"{IN}/finance/settle",
    f"{IN}/finance/stress?fails=H2-A13", f"{IN}/firms/H2-A13", f"{IN}/observatory?indicator=rd_expenditure",
    "/sandbox", "/privacy", "/me", "/begin/complaint", "/border", "/debits",
)  # fmt: skip
PAINTED = """
const paint = performance.getEntriesByName('first-contentful-paint')[0];
const page = performance.getEntriesByType('navigation')[0];
const rest = performance.getEntriesByType('resource');
const sent = [page, ...rest].reduce((n, e) => n + e.transferSize, 0);
return [paint ? paint.startTime : null, page.responseStart, sent];
"""


def main(slow: float, shots: Path | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place, at = Path(folder), port()
        url = f"sqlite:///{place / 'market.db'}"
        account = first_account(url, demo=True)
        assert account is not None
        words = ["serve", "--db", url, "--folder", str(place / "data"), "--port", str(at)]
        server = subprocess.Popen([sys.executable, "-m", "sanwang.cli", *words], stdout=subprocess.DEVNULL)
        try:
            _ready(at)
            driver = _browser(place / "chrome")
            _measure(driver, f"http://127.0.0.1:{at}", account[1], slow)
            if shots is not None:
                _shoot(driver, f"http://127.0.0.1:{at}", shots)
            driver.quit()
            sys.stdout.write(f"server: {memory(server.pid):.0f} MiB\n")
        finally:
            server.terminate()
            server.wait(30)


def _ready(at: int) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{at}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(1)


def _browser(profile: Path) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for said in (*QUIET, f"--user-data-dir={profile}", "--window-size=1280,900"):
        options.add_argument(said)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def _measure(driver: webdriver.Chrome, at: str, password: str, slow: float) -> None:
    driver.get(f"{at}/sign-in")
    driver.find_element(By.NAME, "login").send_keys("member01", Keys.TAB, password, Keys.ENTER)
    time.sleep(3)
    pages = (*PAGES, *_planned(driver, at))
    for path in pages:  # once without counting: tables of places and the like are read at first use
        driver.get(at + path)
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", SLOW_4G)
    driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": slow})
    sys.stdout.write("| page | first paint, ms | first byte, ms | KiB |\n|---|---|---|---|\n")
    for path in pages:
        told = [_one(driver, at + path) for _ in range(3)]
        paint, byte, sent = (statistics.median(x) for x in zip(*told, strict=True))
        said = KEY.sub("…", path)
        sys.stdout.write(f"| {said} | {paint:.0f} | {byte:.0f} | {sent / 1024:.0f} |\n")
        sys.stdout.flush()


KEY = re.compile(r"(?<=/plans/)[^/]+|(?<=/routes/).+")


def _planned(driver: webdriver.Chrome, at: str) -> list[str]:
    """A plan of the sample made by its form, and its first route: their pages, without the address's host."""
    driver.get(f"{at}{IN}/plans")
    driver.find_element(By.CSS_SELECTOR, "form[action$='/plans'] button").send_keys(Keys.ENTER)
    for _ in range(300):
        time.sleep(1)
        routes = driver.find_elements(By.CSS_SELECTOR, "a[href*='/routes/']")
        if routes:
            found = (driver.current_url, routes[0].get_attribute("href") or "")
            return [url.removeprefix(at).partition("#")[0] for url in found]
        driver.get(driver.current_url)
    raise SystemExit("no plan was made")


def _one(driver: webdriver.Chrome, at: str) -> list[float]:
    driver.get(at)
    for _ in range(50):
        told = driver.execute_script(PAINTED)
        if told[0] is not None:
            return told
        time.sleep(0.1)
    raise SystemExit(f"{at}: nothing was painted")


def _shoot(driver: webdriver.Chrome, at: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = {**SLOW_4G, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", free)
    for width in (1280, 390):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for path in PAGES:
            driver.get(at + path)
            name = path.strip("/").replace("/", "-").replace("?", "-") or "home"
            driver.get_screenshot_as_file(str(folder / f"{name}-{width}.png"))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
