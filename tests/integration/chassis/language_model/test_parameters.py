"""A model is asked with the parameters it takes: its profile's, less what its server refuses."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.language_model import FailureReason, ModelProfiles
from chassis.language_model.prices import Amount
from contracts.language_models import LocalModel, ModelProfile
from tests.integration.chassis.language_model.conftest import metric
from tests.support.fake_openai import FakeOpenAI, Fault
from tests.support.fake_openai.refusals import PARAMETERS
from tests.support.language_model import DRINK, REQUEST, TEXT, UNDERSTOOD, Listener, MakeModel, Waiter, fail
from tests.support.playbooks import SHIPPED
from tests.support.spending import LISTED, RecordingSpendLimiter

# Asked with every parameter there is.
REASONER = ModelProfile(input_usd_per_million=1, output_usd_per_million=2, reasoning_effort="none")
PROFILES = ModelProfiles(LISTED | {"reasoner": REASONER})


def demanded(body: dict[str, Any]) -> Any:
    """The shape that a request demands by its format."""
    return (body.get("response_format") or {}).get("type")


@pytest.mark.parametrize(("parameter", "fault"), PARAMETERS.values(), ids=PARAMETERS)
async def test_a_parameter_that_is_refused_is_left_out_and_the_question_answered(
    server: FakeOpenAI, make_model: MakeModel, parameter: str, fault: Fault
) -> None:
    is_of_the_format = parameter == "response_format"
    server.refuses = lambda body: (
        fault if (demanded(body) == "json_schema" if is_of_the_format else parameter in body) else None
    )
    model, listener = make_model(model="reasoner", profiles=PROFILES), Listener()
    answer = await model.ask(REQUEST, listener)
    assert answer.value.text == "".join(listener.pieces) == TEXT
    assert len(server.requests) <= 3
    server.requests.clear()
    assert (await model.ask(REQUEST)).value.cups == 2
    assert len(server.requests) == 1, "it is remembered"


async def test_all_that_a_server_refuses_is_left_out_one_after_the_other_told_once_and_costs_nothing(
    server: FakeOpenAI, make_model: MakeModel, limiter: RecordingSpendLimiter
) -> None:
    names = ["temperature", "store", "stream_options", "max_completion_tokens", "reasoning_effort", "tools"]
    names.append("response_format")
    server.refuses = lambda body: next((Fault.unsupported(name) for name in names if name in body), None)
    profiles = ModelProfiles({"refused": REASONER})
    model = make_model(model="refused", profiles=profiles, limiter=limiter, attempts=1, breaker_failures=1)

    with capture_logs() as logs:
        answer, again = [await model.ask(REQUEST) for _ in range(2)]

    assert answer.value.text == TEXT
    assert server.requests[-1].body.keys() == {"model", "messages", "max_tokens", "stream"}
    system = server.requests[-1].body["messages"][0]
    assert (system["role"], system["content"][:8]) == ("system", "Be kind.")
    assert '"cups"' in system["content"]
    refused = limiter.reservations[:-2]
    assert [reservation.used for reservation in refused] == [Amount(0, 0)] * len(refused)
    paid = [Amount(each.usage.tokens, round(each.cost_usd * 1_000_000)) for each in (answer, again)]
    assert [reservation.used for reservation in limiter.reservations[-2:]] == paid
    said = [line for line in logs if line["event"] == "language_model_parameter_refused"]
    assert {line["log_level"] for line in said} == {"warning"}
    assert len({(line["parameter"], line["refused"]) for line in said}) == len(said) == len(refused)
    assert metric("language_model_parameters_refused_total", model="refused", parameter="temperature") == 1


@pytest.mark.parametrize(
    ("refused", "instead"),
    [([None], "json_schema"), (["json_schema"], "json_object"), (["json_schema", "json_object"], "function")],
)
async def test_a_shape_that_cannot_be_demanded_is_demanded_in_another_way(
    server: FakeOpenAI, make_model: MakeModel, refused: list[str | None], instead: str
) -> None:
    fault, waiter = Fault.unsupported("response_format"), Waiter()
    server.refuses = lambda body: fault if demanded(body) in refused else None
    await waiter.ask(make_model())
    body = server.requests[-1].body
    assert (waiter.taken[0], waiter.text) == (UNDERSTOOD, TEXT)
    assert (body.get("response_format") or body["tool_choice"])["type"] == instead
    if instead == "function":
        assert body["tools"][0]["function"]["parameters"]["required"] == ["drinks", "note", "text"]
        assert body["tool_choice"]["function"] == {"name": "Order"}


@pytest.mark.parametrize(
    "message",
    [
        "System role not supported",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "System message must be at the beginning.",
        "Conversation roles must alternate user/assistant/user/assistant/...",
    ],
)
async def test_without_a_system_role_the_user_tells(server: FakeOpenAI, make_model: MakeModel, message: str):
    fault = Fault.refused(400, message)
    server.refuses = lambda body: fault if body["messages"][0]["role"] == "system" else None
    await make_model().ask(REQUEST)
    assert server.requests[-1].body["messages"] == [{"role": "user", "content": "Be kind.\n\nHello?"}]


@pytest.mark.parametrize("model", ["m", "tools-reasoning"])
async def test_a_name_is_not_taken_for_a_parameter(server: FakeOpenAI, make_model: MakeModel, model: str):
    message = f"Model {model} does not support temperature"
    server.refuses = lambda body: Fault.refused(400, message) if "temperature" in body else None
    await make_model(model=model).ask(REQUEST)
    assert len(server.requests) == 2
    assert "response_format" in server.requests[-1].body


async def test_a_refused_effort_is_replaced_by_the_least_taken(server: FakeOpenAI, make_model: MakeModel):
    message = "Unsupported value: 'none'. Supported values are: 'low', 'minimal', 'medium', and 'high'."
    fault = Fault(kind=Fault.unsupported("x").kind, status=400, message=message, param="reasoning_effort")
    server.refuses = lambda body: fault if body.get("reasoning_effort") == "none" else None
    await make_model(model="reasoner", profiles=PROFILES).ask(REQUEST)
    assert server.requests[-1].body["reasoning_effort"] == "minimal"


@pytest.mark.parametrize("fault", [Fault.unsupported("response_format"), Fault.refused(400, "Bad request")])
async def test_a_guess_that_was_in_vain_is_forgotten(server: FakeOpenAI, make_model: MakeModel, fault: Fault):
    server.refuses = lambda _: fault
    model = make_model()
    failure = await fail(model)
    assert (failure.reason, failure.usage) == (FailureReason.MISCONFIGURED, None)
    assert len(server.requests) <= 4
    server.refuses = lambda _: None
    await model.ask(REQUEST)
    assert "temperature" in server.requests[-1].body
    if fault.param is None:
        assert server.requests[-1].body["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("gpt-4o", {"temperature": 0.3, "max_completion_tokens": 1000}),
        ("gpt-6-luna", {"reasoning_effort": "none", "temperature": 0.3, "max_completion_tokens": 1000}),
        ("gpt-5-mini", {"reasoning_effort": "minimal", "max_completion_tokens": 1000}),
        ("qwen3:8b", {"temperature": 0.3, "max_tokens": 1000}),
    ],
)
async def test_the_name_of_the_model_is_enough(
    server: FakeOpenAI, make_model: MakeModel, model: str, sent: dict[str, object]
) -> None:
    profiles = ModelProfiles(SHIPPED.models, SHIPPED.local_model, base_url=server.base_url)
    await make_model(model=model, profiles=profiles).ask(REQUEST)
    body = server.requests[0].body
    always = {"model", "messages", "response_format", "stream", "stream_options"}
    assert {name: value for name, value in body.items() if name not in always} == sent | {"store": False}


async def test_a_local_model_is_free_if_said_to_be(server: FakeOpenAI, make_model: MakeModel) -> None:
    free = ModelProfiles(LISTED, LocalModel(is_free=True), base_url=server.base_url)
    assert (await make_model(model="qwen3:8b", profiles=free).ask(REQUEST)).cost_usd == 0
    assert (await make_model(model="gpt-4o", profiles=free).ask(REQUEST)).cost_usd > 0


async def test_input_that_the_server_had_cached_has_its_own_price(make_model: MakeModel) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 80}}
    prices = {"input": 10, "cached_input": 1, "output": 100}
    profile = ModelProfile.model_validate({f"{name}_usd_per_million": usd for name, usd in prices.items()})
    async with FakeOpenAI(responder=lambda _: DRINK, usage=usage) as counting:
        profiles = ModelProfiles({"gpt-4o": profile})
        answer = await make_model(base_url=counting.base_url, profiles=profiles).ask(REQUEST)
    assert answer.usage.cached_input_tokens == 80
    assert answer.cost_usd == (20 * 10 + 80 * 1 + 10 * 100) / 1_000_000
