"""The gateway does what its OpenAPI document says, and leadstore's documents are as it describes them."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

import tests.support.api_bodies  # noqa: F401
from contracts.conversation_changes import TranscriptMessage
from services.gateway.api import documents
from services.gateway.api.openapi import Document, operations_of
from services.gateway.domain import OpeningRequest
from services.leadstore import domain as leadstore
from tests.support.effort import IS_THOROUGH
from tests.support.gateway_app import client_of, events_of, gateway_app, make_fake_gateway
from tests.support.gateway_fakes import EVERY_KEY, FakeIdempotencyStore, FakeOutside

# Whatever is wrong with a body, one that is too large is refused for its size.
_REFUSALS = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, "5xx"]
_checks = {"negative_data_rejection": {"expected-statuses": _REFUSALS}}
_config = schemathesis.Config.from_dict({"checks": _checks})
# The same cases in every run: a gate that fails by chance is soon ignored.
_same = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
_thoroughly = settings(_same, max_examples=15 if IS_THOROUGH else 6)
_as_operator = settings(_same, max_examples=15 if IS_THOROUGH else 3)


class ForgetfulIdempotencyStore(FakeIdempotencyStore):
    """Takes every request for the first with its key: the generator sends one key with many messages."""

    async def claim(self, turn_id: UUID, fingerprint: str) -> str | None:
        return None

    async def claim_opening(self, opening: OpeningRequest) -> OpeningRequest | None:
        return None


@pytest.fixture(scope="module")
def document() -> BaseSchema:
    """Made when it is asked for: every worker imports this module, and one runs it."""
    outside = FakeOutside(idempotency_store=ForgetfulIdempotencyStore())
    # The generator also tries words that stand in the code, and by the document any cursor may be one.
    outside.read_model.refused_cursor = None
    return schemathesis.openapi.from_asgi("/openapi.json", make_fake_gateway(outside), config=_config)


@pytest.fixture(autouse=True)
def _nodeid(request: pytest.FixtureRequest) -> None:
    """The generator looks for it where earlier versions of pytest kept it."""
    request.node._nodeid = request.node.nodeid


# The readiness probes truly answer 503 here, where nothing is started.
schema = schemathesis.pytest.from_fixture("document").exclude(path=["/readyz", "/health"])


@schema.parametrize()
@_thoroughly
def test_every_answer_is_one_the_document_describes(case: Case) -> None:
    case.call_and_validate()


@schema.parametrize()
@_as_operator
def test_every_answer_to_an_operator_is_one_the_document_describes(case: Case) -> None:
    # The check takes the key away and does not expect it to be given again here; the test above keeps it.
    case.call_and_validate(headers={"x-api-key": EVERY_KEY}, excluded_checks=[ignored_auth])


@pytest.fixture(scope="module")
def described() -> Document:
    """The document as it is served."""
    return gateway_app().openapi()


PARTS = ("summary", "tags", "responses")
LIMITED = {"RateLimit", "RateLimit-Policy", "Retry-After"}
TOLD_IN_HEADERS = {"ratelimit", "ratelimit-policy", "retry-after", "location"}


def test_every_operation_is_named_grouped_and_shown_by_valid_examples(described: Document) -> None:
    lacking = []
    for operation in operations_of(described):
        name = operation["operationId"]
        lacking += [f"{name} has no {part}" for part in PARTS if part not in operation]
        for parameter in operation.get("parameters", ()):
            lacking += [f"{name}: {fault}" for fault in _faults_of_parameter(parameter, described)]
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for part, body in bodies.items():
            content = body.get("content", {})
            lacking += [f"{name}, {part}: {fault}" for fault in _faults_of(content, described)]
            if part.startswith("2") and part != "204" and not content:
                lacking.append(f"{name} answers with {part} and no document")
            is_refusal = part.isdigit() and int(part) >= 400 and name not in {"readyz", "health"}
            if is_refusal and list(content) != ["application/problem+json"]:
                lacking.append(f"{name} refuses with {part} and no problem document")
    assert lacking == []


def _faults_of(content: Document, described: Document) -> list[str]:
    """What is wrong with the examples of a body."""
    faults = []
    for media_type, each in content.items():
        schema = {**each["schema"], "components": described["components"]}
        example = each.get("example")
        if example is None:
            faults.append(f"no example as {media_type}")
        elif media_type != "text/event-stream":
            faults += [fault.message for fault in Draft202012Validator(schema).iter_errors(example)]
    return faults


def _faults_of_parameter(parameter: Document, described: Document) -> list[str]:
    """What is wrong with the example of a parameter; one that must not be copied says why it has none."""
    schema = {**parameter["schema"], "components": described["components"]}
    examples = [parameter["example"]] if "example" in parameter else schema.get("examples", [])
    if not examples and "x-no-example" not in parameter:
        return [f"no example of {parameter['name']}"]
    check = Draft202012Validator(schema)
    return [fault.message for example in examples for fault in check.iter_errors(example)]


async def answers_to_everything(
    outside: FakeOutside, described: Document, **headers: str
) -> AsyncIterator[tuple[str, Document, httpx2.Response]]:
    """One request to every operation: its name, what is described, and the answer."""
    body = {"message": "Hi", "name": "Tove", "text": "Hi", "fence": 1, "email": "ada@example.com"}
    async with client_of(make_fake_gateway(outside)) as client:
        for path, operations in described["paths"].items():
            address = path.format(conversation_id=UUID(int=7), token="token")
            for method, operation in operations.items():
                answer = await client.request(
                    method,
                    address,
                    params={"fence": 1} if method == "delete" else {},
                    json=body if "requestBody" in operation else None,
                    headers={"x-api-key": EVERY_KEY, **headers},
                )
                yield f"{method} {path}: {answer.status_code}", operation["responses"], answer


async def test_every_operation_that_is_counted_by_site_describes_that_there_is_no_such_site(
    described: Document,
) -> None:
    undescribed, unknown = [], 0
    everything = answers_to_everything(FakeOutside(), described, **{"x-site-key": "pk_nowhere"})
    async for name, responses, answer in everything:
        unknown += answer.status_code == 404 and answer.json()["code"] == "site-unknown"
        if str(answer.status_code) not in responses:
            undescribed.append(name)

    assert undescribed == []
    assert unknown > 10


@pytest.mark.parametrize("is_exhausted", [False, True])
async def test_an_operation_that_is_limited_describes_the_headers_that_say_so(
    described: Document, *, is_exhausted: bool
) -> None:
    outside = FakeOutside()
    outside.privacy.is_slow = True
    if is_exhausted:
        outside.rate_limiter.allowed["key"] = 0
    undescribed, limited = [], 0
    async for name, responses, answer in answers_to_everything(outside, described):
        response = responses.get(str(answer.status_code), {})
        named = {header.lower() for header in response.get("headers", {})}
        limited += "ratelimit" in answer.headers
        undescribed += [f"{name}, {each}" for each in TOLD_IN_HEADERS & answer.headers.keys() - named]
        if "429" in responses:
            undescribed += [f"{name}, 429, {each}" for each in LIMITED - responses["429"]["headers"].keys()]
        elif "ratelimit" in answer.headers:
            undescribed.append(f"{name} is limited")

    assert undescribed == []
    assert limited > 10


def test_the_headers_of_limits_are_described_once_each_with_an_example(described: Document) -> None:
    headers = described["components"]["headers"]
    assert headers.keys() == LIMITED
    for name, header in headers.items():
        assert header["description"], name
        assert not list(Draft202012Validator(header["schema"]).iter_errors(header["example"])), name
    for operation in operations_of(described):
        for response in operation["responses"].values():
            for name in LIMITED & response.get("headers", {}).keys():
                assert response["headers"][name] == {"$ref": f"#/components/headers/{name}"}


def test_a_stream_in_an_example_is_one_that_a_client_can_read(described: Document) -> None:
    streams = [
        content["text/event-stream"]["example"]
        for operation in operations_of(described)
        for response in operation["responses"].values()
        if "text/event-stream" in (content := response.get("content", {}))
    ]
    assert [len(events_of(stream)) for stream in streams] == [3, 3]


OWN_NAMES = {"ConversationPage": "Page", "LeadPage": "Page"}
NAMES = ("Transcript", "ConversationSummary", *OWN_NAMES)
PAIRS = [(getattr(documents, name), getattr(leadstore, OWN_NAMES.get(name, name))) for name in NAMES]
PAIRS.append((documents.Message, TranscriptMessage))


@pytest.mark.parametrize(("said", "answered"), PAIRS, ids=[*NAMES, "Message"])
def test_a_document_has_leadstores_members(said: type[BaseModel], answered: type[BaseModel]) -> None:
    # The link is signed, and only the gateway can sign.
    assert said.model_fields.keys() - {"proposal_url"} == answered.model_fields.keys()
