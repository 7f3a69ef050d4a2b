"""Lists, quotas, the export catalogue, direct debits on the command line: what is printed, what is refused in words."""

import json

import pytest
from test_export_class import talking
from test_loans import drawn
from test_mandates import agreed
from tests_border import filed, load, loaded, paid, quota
from tests_market import PASSWORD
from tests_money import gets, money_market
from typer.testing import CliRunner

from sanwang.cli import exchange_border, exchange_debits
from sanwang.cli.app import app
from sanwang.errors import InputError, OptionError
from sanwang.exchange.errors import NotFound, Refused

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


@pytest.fixture
def m(store, clock, monkeypatch):
    """The market; the commands open it on its own clock."""
    made = money_market(store, clock)
    for module in (exchange_border, exchange_debits):
        monkeypatch.setattr(module, "open_exchange", lambda _: made.x)
    monkeypatch.setenv("SANWANG_PASSWORD", PASSWORD)
    monkeypatch.setenv("SANWANG_LANG", "en")
    return made


def run(*line):
    return CliRunner().invoke(app, ["exchange", *map(str, line)], env={"COLUMNS": "200"})


def rows(*line):
    done = run(*line, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)["rows"]


def test_lists_in_force_and_what_is_left_of_a_quota(m):
    loaded(m)
    load(m, "quota", [quota()])
    gets(m, "maker", 300_000, "USD")
    paid(m, filed(m))
    shown = rows("border", "DB", "--as", "maker_signer")
    assert {r["kind"] for r in shown if "list" in r} == {
        "purpose codes", "balance-of-payments codes", "quotas", "names to screen",
    }  # fmt: skip
    assert {r["read"] for r in shown if "list" in r} == {"fictional"}
    [its] = [r for r in shown if "quota" in r]
    assert (its["amount"], its["used"], its["left"]) == ("1,000.00 USD", "600.00 USD", "400.00 USD")
    told = run("border", "DB", "--as", "supplier_signer").stdout
    assert "1,000.00 USD" in told and "600.00 USD" not in told, "another firm's payments are its own"


def test_a_list_is_loaded_by_one_and_put_in_force_by_another(m, tmp_path):
    file = tmp_path / "codes.csv"
    file.write_text("代码,名称\n虚-1,虚构用途\n虚-2,虚构用途二\n", encoding="utf-8")
    about = ("--name", "虚构表", "--source", "虚构来源", "--read", "fictional", "--on", "2026-11-01")
    made = run("border-load", "DB", "purpose", file, *about, "--as", "operator").stdout.strip()
    row = m.x.show(m["operator_b"], "border_list", made)
    assert (row["state"], row["rows"], row["source"]) == ("loaded", 2, "虚构来源")
    with pytest.raises(Refused, match="somebody else"):
        m.x.take(m["operator"], "border_list", made, "enforce")
    m.x.take(m["operator_b"], "border_list", made, "enforce")
    assert [r["rows"] for r in rows("border", "DB", "--as", "maker_signer")] == [2]


@pytest.mark.parametrize(("kind", "text", "who", "error"), [
    ("purposes", "代码,名称\n1,x\n", "operator", OptionError), ("purpose", "a,b\n1,x\n", "operator", InputError),
    ("purpose", "代码,名称\n1,x\n", "maker_signer", Refused),
    ("purpose", "代码,名称\n1,x\n1,y\n", "operator", Refused),
])  # fmt: skip
def test_what_is_no_list_or_not_ones_office_is_refused(m, tmp_path, kind, text, who, error):
    (tmp_path / "codes.csv").write_text(text, encoding="utf-8")
    about = ("--name", "x", "--source", "x", "--read", "fictional", "--on", "2026-11-01", "--as", who)
    assert isinstance(run("border-load", "DB", kind, tmp_path / "codes.csv", *about).exception, error)
    assert m.x.mine(m["operator"], "border_list") == []


def test_what_the_export_catalogue_suggests(m):
    deal = talking(m)
    assert (
        "no export catalogue is in force"
        in run("export-class", "DB", deal, "--as", "university_member").stdout
    )
    load(m, "export")
    first = rows("export-class", "DB", deal, "--as", "university_member")[0]
    assert (first["code"], first["export_class"], first["found"]) == ("虚-1", "prohibited", ["秘密配方"])
    assert isinstance(run("export-class", "DB", deal, "--as", "other_member").exception, NotFound)


def test_debits_are_written_once_and_had_again_byte_for_byte(m, tmp_path):
    loan, mandate = drawn(m), agreed(m)
    m.x.take(m["bank_a_signer"], "mandate", mandate, "collect", loan=loan)
    asked = ("debits", "DB", "--as", "bank_a_signer")
    [waits] = rows(*asked)
    assert (
        waits["mandate"] == "M-2026-00001"
        and waits["state"] == "in_force"
        and waits["reference"].startswith("SD")
    )
    done = run(*asked, "-o", tmp_path / "one.xml")
    assert done.exit_code == 0 and rows(*asked) == []
    name = done.stdout.split()[1]
    text = (tmp_path / "one.xml").read_text(encoding="utf-8")
    assert waits["reference"] in text and "<SeqTp>FRST</SeqTp>" in text
    assert isinstance(run(*asked, "-o", tmp_path / "two.xml").exception, Refused)
    assert not (tmp_path / "two.xml").exists(), "a file of nothing is not left behind"
    assert run(*asked, "-o", tmp_path / "again.xml", "--again", name).exit_code == 0
    assert (tmp_path / "again.xml").read_text(encoding="utf-8") == text


def test_debits_are_the_creditors(m):
    party = m.party["bank_a"]
    assert isinstance(run("debits", "DB", "--as", "maker_signer", "--party", party).exception, NotFound)
    assert isinstance(run("debits", "DB", "--as", "operator").exception, OptionError), "say for which party"
