"""Data on the workbench: an offer with its clauses, access, a use decided on the spot, the log, what programs read."""

import json
import re

import pytest
from test_pages import ok

from sanwang.factors.policy import ODRL
from sanwang.web import data_policies


@pytest.fixture(autouse=True)
def _judged():
    data_policies.register()


def terms():
    """Use for research, twice."""
    limits = {"b-1": ("purpose", "eq", "科研"), "b-2": ("count", "lteq", "2")}
    nodes = {
        name: {ODRL + "leftOperand": [[ODRL + left, "iri"]], ODRL + "operator": [[ODRL + how, "iri"]],
               ODRL + "rightOperand": [[right, "literal"]]}
        for name, (left, how, right) in limits.items()
    }  # fmt: skip
    nodes["b-0"] = {ODRL + "action": [[ODRL + "use", "iri"]],
                    ODRL + "constraint": [[n, "blank"] for n in limits]}  # fmt: skip
    nodes["urn:p"] = {ODRL + "permission": [["b-0", "blank"]]}
    return {"dataset": "urn:d", "title": "虚构", "assets": ["urn:d"], "policies": ["urn:p"], "nodes": nodes}


def read(answer):
    assert answer.status_code == 200, answer.text[:300]
    return answer


@pytest.fixture
def product(bench):
    x = bench.exchange
    who = {n: x.sign_in(n, "correct horse battery") for n in ("seller", "first", "second")}
    row = {"id": "D1", "factor": "data", "actor": "A-seller", "class": "虚构振动数据"}
    listing = x.draft(who["seller"], "factors", row, tier="public")
    x.take(who["seller"], "listing", listing, "submit")
    x.take(who["first"], "listing", listing, "pass")
    x.take(who["second"], "listing", listing, "publish")
    form = {"party": bench.parties["seller"], "title": "虚构振动数据", "personal": "no"}
    at = ok(bench.browser("seller").post("/begin/data_asset/register", form)).headers["location"]
    data = {
        "asset": at.rpartition("/")[2],
        "listing": listing,
        "data_terms": terms(),
        "pricing": "use",
        "price": 500,
    }
    made = x.take(who["seller"], "data_product", None, "draft", data)
    ok(bench.browser("seller").post(f"/data_product/{made}/offer", {}))
    return made


def given(bench, product):
    """Access asked for and given through forms; its id."""
    buyer, seller = bench.browser("buyer"), bench.browser("seller")
    page = read(buyer.get("/data")).text
    assert "许可使用" in page and "每次使用 5.00 元" in page
    link = page.partition('href="/begin/data_access?')[2].partition('"')[0].replace("&amp;", "&")
    form = read(buyer.get(f"/begin/data_access?{link}")).text
    digest = form.partition('name="digest" value="')[2].partition('"')[0]
    asked = {"product": product, "buyer": bench.parties["buyer"], "digest": digest, "from_on": "2026-12-01",
             "until_on": "2026-12-31"}  # fmt: skip
    at = ok(buyer.post("/begin/data_access/ask", asked)).headers["location"]
    ok(seller.post(f"{at}/grant", {"digest": digest}))
    return at.rpartition("/")[2]


def test_from_an_offer_to_the_log(bench, product):
    access = given(bench, product)
    buyer = bench.browser("buyer")
    for purpose in ("科研", "广告"):
        ok(buyer.post(f"/data_access/{access}/use", {"action": "read", "purpose": purpose}))
    page = read(bench.browser("seller").get(f"/data/{access}")).text
    assert (
        "准予" in page
        and "不准" in page
        and "P1" in page
        and "不符合：purpose eq 科研" in page
        and "5.00 元" in page
    )
    assert "次数 不超过 2" in read(buyer.get(f"/data/product/{product}")).text
    for kind in ("xlsx", "csv"):
        assert buyer.get(f"/data/{access}?as={kind}").status_code == 200
        assert buyer.get(f"/data?as={kind}").status_code == 200
    made = ok(
        bench.browser("seller").post("/begin/data_bill/draw", {"access": access, "until_on": "2026-12-01"})
    )
    assert "5.00" in read(buyer.get(made.headers["location"])).text
    for at in (f"/data/{access}", f"/data_access/{access}", made.headers["location"]):
        assert bench.browser("operator").get(f"/data/{access}").status_code == 404
        assert read(buyer.get(at + "?lang=en")).status_code == 200


def test_programs_ask_for_a_use_and_read_the_log(bench, product, program):
    access = given(bench, product)
    call = program("buyer")
    (offer,) = call.get("/api/v1/data/offers").json()
    assert offer["id"] == product and offer["clauses"][0]["number"] == "P1"
    body = {"action": "use", "purpose": "科研"}
    answers = [
        call.post(f"/api/v1/data/accesses/{access}/uses", json=body, headers={"Idempotency-Key": k}).json()
        for k in ("k1", "k1", "k2", "k3")
    ]
    assert [(a["no"], a["decision"]) for a in answers] == [
        (1, "permit"),
        (1, "permit"),
        (2, "permit"),
        (3, "deny"),
    ]
    assert len(call.get(f"/api/v1/data/accesses/{access}/uses").json()) == 3
    assert call.get(f"/api/v1/data/accesses/{access}/touched").status_code == 404
    seller = program("seller")
    assert seller.get(f"/api/v1/data/accesses/{access}/touched").json() == []
    assert seller.post(f"/api/v1/data/accesses/{access}/uses", json=body).status_code in (403, 409, 422)
    assert program("seller", "read").get("/api/v1/data/offers").status_code == 200
    assert program("buyer", "read").post(f"/api/v1/data/accesses/{access}/uses", json=body).status_code == 403


def test_nobody_is_offered_their_own_data(bench, product):
    assert "/begin/data_access" in read(bench.browser("buyer").get("/data")).text
    assert "/begin/data_access" not in read(bench.browser("seller").get("/data")).text


DATASET = "https://example.org/d/1"


def catalogue(*rules, broken=False):
    """A fictional catalogue of one dataset under a policy with these permissions, as JSON-LD."""
    policy = {"@id": "https://example.org/p/1", "@type": "odrl:Offer", "odrl:target": {"@id": DATASET},
              "odrl:permission": list(rules)}  # fmt: skip
    dataset = {"@id": DATASET, "@type": "dcat:Dataset", "dct:title": "虚构设备日志", "dct:description": "虚构",
               "odrl:hasPolicy": {"@id": policy["@id"]}}  # fmt: skip
    context = {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
               "odrl": "http://www.w3.org/ns/odrl/2/", "xsd": "http://www.w3.org/2001/XMLSchema#"}  # fmt: skip
    text = json.dumps({"@context": context, "@graph": [dataset, policy]}, ensure_ascii=False)
    return text[:-5] if broken else text


READ = {"odrl:action": {"@id": "odrl:read"}, "odrl:constraint": {
    "odrl:leftOperand": {"@id": "odrl:purpose"}, "odrl:operator": {"@id": "odrl:eq"},
    "odrl:rightOperand": "科研"}}  # fmt: skip
UNKNOWN = {"odrl:action": {"@id": "https://example.org/teleport"}}


def brought(browser, text, name="目录.jsonld"):
    pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")
    files = {"files": (name, text.encode(), "application/ld+json")}
    return browser.post("/data/catalogues", {}, files=files)


def test_a_dataset_of_a_catalogue_becomes_a_draft(bench, product):
    seller = bench.browser("seller")
    at = ok(brought(seller, catalogue(READ))).headers["location"]
    page = read(seller.get(at)).text
    assert "虚构设备日志" in page and "科研" in page and "P1" in page
    own = bench.exchange.mine(bench.exchange.sign_in("seller", "correct horse battery"), "listing")
    listing = own[0]["id"]
    assert f'<option value="{listing}">虚构振动数据</option>' in page
    form = {
        "dataset": DATASET,
        "listing": listing,
        "personal": "",
        "pricing": "use",
        "price": "3.50",
        "currency": "CNY",
    }
    refused = seller.post(at, form)
    assert refused.status_code >= 400 and "个人信息" in refused.text  # nothing is assumed about them
    made = ok(seller.post(at, form | {"personal": "no"})).headers["location"]
    shown = read(seller.get(made)).text
    assert "虚构设备日志" in shown and "3.50 元" in shown and "科研" in shown
    assert bench.browser("buyer").get(at).status_code == 404
    assert seller.post(at, form | {"dataset": "https://example.org/d/9", "personal": "no"}).status_code == 404


def test_what_is_not_understood_cannot_be_offered_and_nothing_is_kept_by_halves(bench, product):
    seller = bench.browser("seller")
    at = ok(brought(seller, catalogue(READ, UNKNOWN))).headers["location"]
    page = read(seller.get(at)).text
    assert "不能提供" in page and "<form" not in page.partition("虚构设备日志")[2].partition("</section>")[0]
    form = {"dataset": DATASET, "listing": "x", "personal": "no", "pricing": "free"}
    assert seller.post(at, form).status_code >= 400
    whole = ok(brought(seller, catalogue(READ))).headers["location"]
    x, who = bench.exchange, bench.exchange.sign_in("seller", "correct horse battery")
    before = len(x.mine(who, "data_asset"))
    listing = x.mine(who, "listing")[0]["id"]
    wrong = form | {"listing": listing, "pricing": "use", "price": "0"}  # paid for, and costs nothing
    assert seller.post(whole, wrong).status_code >= 400
    assert len(x.mine(who, "data_asset")) == before
    assert brought(seller, "PK\\x03", "x.xlsx").status_code >= 400
    assert "</h1>" in read(seller.get(ok(brought(seller, catalogue(broken=True))).headers["location"])).text


def test_programs_get_the_terms_of_a_catalogue(bench, product, program):
    pytest.importorskip("pyshacl", reason="the extra catalogue is not installed")
    call = program("seller")
    files = {"files": ("c.json", catalogue(READ).encode(), "application/json")}
    (one,) = call.post("/api/v1/data/terms", files=files).json()
    assert one["dataset"] == DATASET and one["clauses"][0]["number"] == "P1" and one["why"] is None
    assert one["terms"]["assets"] == [DATASET]
    files = {"files": ("c.json", catalogue(READ, UNKNOWN).encode(), "application/json")}
    (shut,) = call.post("/api/v1/data/terms", files=files).json()
    assert shut["terms"] is None and len(shut["why"]) == 2
    files = {"files": ("c.json", b"{", "application/json")}
    assert call.post("/api/v1/data/terms", files=files).status_code == 422


def test_no_form_has_an_answer_that_nobody_gave(bench):
    """Whatever has to be chosen is empty until it is: consents, kinds, parties where there are several."""
    from sanwang.exchange.process import processes

    buyer, seen = bench.browser("buyer"), 0
    for name in processes():
        answer = buyer.get(f"/begin/{name}")
        if answer.status_code != 200:
            continue
        for select in re.findall(r"<select name=\"(\w+)\"[^>]*>(.*?)</select>", answer.text):
            options = re.findall(r'<option value="([^"]*)"', select[1])
            assert options[0] == "" or len(options) == 1, (name, select[0], options)
            seen += 1
    assert seen > 5
