"""What the pages of a workspace do, through the interface: needs, words, scenarios, plans beside plans, files."""

from test_asked import run

from sanwang.collaboration.verdicts import verdicts
from sanwang.region import Region

AT = "/api/v1/workspaces"
NEED, RESULT = "H2-N01", "H2-R01"


def test_a_need_is_read_and_a_word_on_it_kept(space, program):
    _, place = space
    api = program("buyer")
    assert api.get(AT).json() == ["sample", "mine"]
    assert NEED in [n["id"] for n in api.get(f"{AT}/mine/needs").json()]
    found = api.get(f"{AT}/mine/needs/{NEED}", params={"most": 5}).json()
    assert found["results"][0]["id"] == RESULT
    assert found["specification"]["metrics"]
    assert {"wanted": "合格率≥98%", "offered": "气密合格率99.1%", "verdict": "unsure"} in found["results"][0][
        "figures"
    ]
    said = {"subject": NEED, "other": RESULT, "verdict": "reject", "why": "太贵"}
    assert api.post(f"{AT}/mine/decisions", json=said).status_code == 204
    assert verdicts(Region.open(place)).of(NEED, RESULT).why == "太贵"
    assert api.post(f"{AT}/mine/decisions", json=said | {"other": "XX"}).status_code == 400
    assert api.post(f"{AT}/sample/decisions", json=said).status_code == 400
    assert api.post(f"{AT}/elsewhere/decisions", json=said).status_code == 404
    assert program("buyer", "read").post(f"{AT}/mine/decisions", json=said).status_code == 403


def test_a_row_is_moved_and_a_list_remarked(space, program):
    api = program("buyer")
    row = next(
        r
        for r in api.get(f"{AT}/mine/placements", params={"link": "H2-L04"}).json()
        if r["how"] == "computed"
    )
    said = {"item": row["item"], "link": "H2-L04", "to": "H2-L05", "why": "做的是别的"}
    assert api.post(f"{AT}/mine/placements", json=said).status_code == 204
    items = [
        r["item"]
        for r in api.get(f"{AT}/mine/placements", params={"link": "H2-L04"}).json()
        if r["kind"] == row["kind"]
    ]
    assert row["item"] not in items
    remark = {"list": "firms", "a": "H2", "b": "x", "state": "struck", "note": "停产"}
    assert api.post(f"{AT}/mine/lists", json=remark).status_code == 204
    assert api.post(f"{AT}/mine/lists", json=remark | {"note": ""}).status_code == 400


def test_a_plan_under_a_scenario_and_another_beside_it(bench, space, program):
    api = program("buyer")
    asked = {"workspace": "mine", "scenario": {"name": "不能跨省", "market": "segmented"}}
    job = api.post("/api/v1/studies/plan", json=asked).json()["id"]
    run(bench)
    assert api.get(f"/api/v1/jobs/{job}").json()["state"] == "done"
    assert "plan.xlsx" in api.get(f"/api/v1/jobs/{job}/files").json()
    told = api.get(f"/api/v1/jobs/{job}/files/plan.json").json()
    assert told["asked"]["scenario"]["market"] == "segmented"
    assert api.get(f"/api/v1/jobs/{job}/files/..%2f..%2fmarket.db").status_code == 404
    again = api.post("/api/v1/studies/replan", json=asked | {"earlier": job}).json()["id"]
    run(bench)
    assert api.get(f"/api/v1/jobs/{again}/files/replan.json").json()["changes"] == []
    assert api.post("/api/v1/studies/replan", json={"workspace": "mine"}).status_code == 400
    for bad in ({"market": "elsewhere"}, {"strange": 1}, {"change": [{"table": "x"}]}, {"name": 5}):
        assert (
            api.post("/api/v1/studies/plan", json={"workspace": "mine", "scenario": bad}).status_code == 400
        ), bad


def test_another_persons_job_is_not_planned_beside(bench, space, program):
    mine, theirs = program("buyer"), program("seller")
    job = mine.post("/api/v1/studies/closure", json={"workspace": "sample"}).json()["id"]
    run(bench)
    assert theirs.get(f"/api/v1/jobs/{job}/files").status_code == 404
    asked = theirs.post("/api/v1/studies/replan", json={"workspace": "sample", "earlier": job})
    run(bench)
    assert theirs.get(f"/api/v1/jobs/{asked.json()['id']}").json()["state"] == "failed"


def test_words_are_read_and_taken_back(space, program):
    _, place = space
    api = program("buyer")
    said = {"subject": NEED, "other": RESULT}
    assert (
        api.post(f"{AT}/mine/decisions", json=said | {"verdict": "reject", "why": "太贵"}).status_code == 204
    )
    [held] = [d for d in api.get(f"{AT}/mine/decisions").json() if RESULT in (d["subject"], d["other"])]
    assert held["why"] == "太贵"
    assert api.post(f"{AT}/mine/decisions/withdraw", json=said | {"tag": "x"}).status_code == 412
    back = said | {"tag": held["tag"], "why": "看错了"}
    assert program("buyer", "read").post(f"{AT}/mine/decisions/withdraw", json=back).status_code == 403
    assert api.post(f"{AT}/mine/decisions/withdraw", json=back).status_code == 204
    assert api.post(f"{AT}/mine/decisions/withdraw", json=back).status_code == 404
    assert verdicts(Region.open(place)).of(NEED, RESULT) is None
    assert Region.open(place)["decisions"]["why"].to_list()[-1] == "看错了"
    rows = api.get(f"{AT}/mine/placements", params={"link": "H2-L04"}).json()
    row = next(r for r in rows if r["how"] == "computed")
    move = {"item": row["item"], "link": "H2-L04", "to": "H2-L05", "why": "做的是别的"}
    assert api.post(f"{AT}/mine/placements", json=move).status_code == 204
    back = {"item": row["item"], "link": "H2-L05"}
    assert api.post(f"{AT}/mine/placements/withdraw", json=back).status_code == 204
    assert api.get(f"{AT}/mine/placements", params={"link": "H2-L04"}).json() == rows
    assert api.post(f"{AT}/mine/placements/withdraw", json=back).status_code == 404
