"""The interface asked everything that its own description allows: no answer is a fault or strays from what is said."""

from collections import Counter
from contextlib import suppress

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from test_pages import listed

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12
"""Requests an operation: bounded, so that the suite stays quick."""


def test_the_description_is_one_that_tools_read(bench):
    described = bench.browser(None).get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "/webhooks" in described["paths"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=["allowed", "not-allowed"])
@pytest.mark.parametrize("scopes", ["read", "take"])
def test_nothing_it_is_asked_is_a_fault(bench, program, scopes, mode):
    listed(bench, "seller", "achievements", title="低温电解液", abstract="零下四十度可用。")
    api = program("buyer", scopes)
    app = api.app.state  # the same application, with the token of the program
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    token = {"authorization": api.headers["authorization"]}
    told: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                  phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            app.asked.clear()
            told[case.call_and_validate(checks=CHECKS, headers=token).status_code] += 1

        with suppress(Unsatisfiable):  # nothing can be wrong in a request without anything in it
            ask()
    assert told.total() >= 60
    wanted = 200 if mode is GenerationMode.POSITIVE else 400
    assert told[wanted] >= 20, told
    assert bench.exchange.verify() == []
