"""Where a job's blocks run: named by the job, the cluster's address by the operator alone."""

from sanwang.web.works import engine_named


def test_a_job_names_a_kind_and_the_operator_a_cluster(monkeypatch):
    monkeypatch.delenv("SANWANG_ENGINE", raising=False)
    assert engine_named(None, True) is None
    assert engine_named("local", True) == "local"
    assert engine_named("ray", True) == "ray"
    monkeypatch.setenv("SANWANG_ENGINE", "ray://head.internal")
    assert engine_named("ray", True) == engine_named(None, True) == "ray://head.internal"
    assert engine_named("local", True) == "local"


def test_an_address_in_a_job_is_never_connected_to(monkeypatch):
    monkeypatch.delenv("SANWANG_ENGINE", raising=False)
    assert engine_named("ray://elsewhere.example", True) is None
    assert engine_named("ray", False) is None
