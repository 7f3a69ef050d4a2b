import json
import xml.etree.ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from sanwang.cli.app import app
from sanwang.finance.payments import check_payments
from sanwang.region.sample import sample_region


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("finance") / "w"
    sample_region().save(path, "csv")
    return path


def run(*words):
    return CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)


def test_a_settlement_is_reported_with_notices_and_payments(folder, tmp_path):
    done = run("settle", folder, "-o", tmp_path / "o", "--notices", "--pay-on", "2026-12-01", "--json")
    told = json.loads(done.stdout)
    text = (tmp_path / "o" / "pain.001.xml").read_text(encoding="utf-8")
    assert done.exit_code == 0 and check_payments(text) == []
    paid = ET.fromstring(text).findtext(".//{*}GrpHdr/{*}CtrlSum")
    assert 0 < int(paid.replace(".", "")) <= told["remaining"]
    assert len(list((tmp_path / "o" / "notices").iterdir())) > 50
    page = (tmp_path / "o" / "settle.html").read_text(encoding="utf-8")
    assert "虚构" in page and "冲抵" in page
    with CalamineWorkbook.from_path(tmp_path / "o" / "settle.xlsx") as book:
        rows = book.get_sheet_by_name("各企业前后").to_python()
    assert sum(isinstance(c, float) for c in rows[3]) >= 5


def test_contagion_is_drawn(folder, tmp_path):
    done = run("stress", folder, "--fails", "H2-A08", "--buffer", "0.01", "-o", tmp_path / "o")
    page = (tmp_path / "o" / "stress.html").read_text(encoding="utf-8")
    assert done.exit_code == 0 and "第 2 轮波及" in page and "现金为推定" in page
    assert "<path" in page


def test_a_firm_nobody_knows_and_a_bad_day_are_refused(folder, tmp_path):
    wrong = CliRunner().invoke(app, ["stress", str(folder), "--fails", "谁"])
    assert "不在债务清单中" in str(wrong.exception)
    wrong = CliRunner().invoke(app, ["settle", str(folder), "-o", str(tmp_path / "o"), "--pay-on", "明天"])
    assert "YYYY-MM-DD" in str(wrong.exception)
