"""What all webhooks have in common: raw bytes, a secret that switches a route on, and how it is described."""

from collections.abc import Awaitable
from typing import Any, Final

import structlog
from pydantic import SecretStr
from starlette.responses import Response

from chassis.data_keys import DataKeyDestroyed
from chassis.problems import problem_responses
from services.gateway.api.openapi import ANYBODY
from services.gateway.errors import WebhookOff

logger = structlog.get_logger()

# A mail may have 30 MB, and is in base64 where it comes in JSON.
BODY_SIZES: Final = {"/webhooks/": 256 * 1024, "/webhooks/email/": 40 * 1024 * 1024}
"""The largest bodies of webhooks, by the beginning of their paths."""


def secret_of(secret: SecretStr | None, setting: str) -> str:
    """The secret of a provider.

    Raises:
        WebhookOff: it is not set.
    """
    if secret is None:
        raise webhook_off(setting)
    return secret.get_secret_value()


def webhook_off(setting: str) -> WebhookOff:
    """The refusal of a webhook that this setting switches on."""
    return WebhookOff(f"This webhook is off: set {setting} to switch it on.")


async def answered(taking: Awaitable[None]) -> Response:
    """The answer once a delivery is published. Of an erased conversation nothing is, and nothing is wrong."""
    try:
        await taking
    except DataKeyDestroyed:
        logger.info("delivery_for_erased_conversation")
    return Response(status_code=204)


def described(summary: str, signature_header: str, example: str) -> dict[str, Any]:
    """How a webhook with a JSON body stands in the OpenAPI document."""
    header = {
        "name": signature_header,
        "in": "header",
        "required": False,
        "description": "The provider's signature. Without a right one nothing is taken.",
        "schema": {"type": "string"},
        "example": example,
    }
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "summary": summary,
        "status_code": 204,
        "responses": {
            204: {"description": "Taken, and safe."},
            **problem_responses(400, 403, 404, 409, 413, 503),
        },
        "openapi_extra": {"security": [ANYBODY], "parameters": [header], "requestBody": body},
    }
