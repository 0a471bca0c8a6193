"""The running product answers as its OpenAPI document says, to strangers and to an operator alike."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import tests.support.api_bodies  # noqa: F401
from tests.support.effort import IS_THOROUGH
from tests.support.product import API_KEY, Product

# A key of idempotency comes again and again here, and so do ids that nobody has.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_bounded = settings(
    max_examples=4 if IS_THOROUGH else 2,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document(product: Product) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{product.url}/openapi.json")


@pytest.fixture(autouse=True)
def _nodeid(request: pytest.FixtureRequest) -> None:
    """The generator looks for it where earlier versions of pytest kept it."""
    request.node._nodeid = request.node.nodeid


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@_bounded
def test_a_stranger_is_answered_as_the_document_says(case: Case) -> None:
    case.call_and_validate(checks=CHECKS)


@schema.parametrize()
@_bounded
def test_an_operator_is_answered_as_the_document_says(case: Case) -> None:
    case.call_and_validate(checks=CHECKS, headers={"x-api-key": API_KEY})
