"""How the webhooks of mails stand in the OpenAPI document."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel

from chassis.problems import problem_responses
from services.gateway.api.openapi import ANYBODY


class MailTaken(BaseModel):
    """A delivery that need not come again: `taken`, or `dropped` with its erased conversation."""

    status: str


def _described(
    summary: str, bodies: dict[str, dict[str, Any]], headers: Sequence[tuple[str, str, str]] = ()
) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "in": "header",
            "required": False,
            "description": description,
            "schema": {"type": "string"},
            "example": example,
        }
        for name, description, example in headers
    ]
    return {
        "summary": summary,
        "response_model": MailTaken,
        "responses": {
            200: {"content": {"application/json": {"example": {"status": "taken"}}}},
            **problem_responses(400, 401, 403, 404, 406, 409, 413, 503),
        },
        "openapi_extra": {
            "security": [ANYBODY],
            "parameters": parameters,
            "requestBody": {"required": True, "content": bodies},
        },
    }


def _form(example: dict[str, str]) -> dict[str, dict[str, Any]]:
    schema = {"schema": {"type": "object"}, "example": example}
    return {"multipart/form-data": schema, "application/x-www-form-urlencoded": schema}


def _json(example: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {"application/json": {"schema": {"type": "object"}, "example": example}}


_MAIL: Final = "From: Dana Ruiz <dana@northwind.example>\r\n\r\nYes."
_LOGIN: Final = (
    "Authorization",
    "The login in the address of the webhook.",
    "Basic c2FsZXNib3Q6YSBsb25nIHBhc3N3b3Jk",
)
SENDGRID = _described(
    "Take a mail from SendGrid.",
    _form({"email": _MAIL, "SPF": "pass"}),
    [
        _LOGIN,
        ("X-Twilio-Email-Event-Webhook-Signature", "ECDSA over time and body.", "MEUCIQDx...=="),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "Unix seconds.", "1795130411"),
    ],
)
MAILGUN = _described(
    "Take a mail from Mailgun.",
    _form(
        {
            "recipient": "maya@reply.brightlane.example",
            "body-mime": _MAIL,
            "timestamp": "1795130411",
            "token": "5d1f0b8f0a7b4b9a9e6b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e",
            "signature": "c939b98e2cc86be3fda9b1f6241b313de80823152e732896f2127af0d4a4058f",
        }
    ),
)
POSTMARK = _described(
    "Take a mail from Postmark.",
    _json(
        {
            "From": "dana@northwind.example",
            "OriginalRecipient": "maya@reply.brightlane.example",
            "MessageID": "73e6d360-66eb-11e6-8c1f-00a1b2c3d4e5",
            "RawEmail": _MAIL,
        }
    ),
    [_LOGIN],
)
SES = _described(
    "Take a mail from Amazon SES.",
    _json(
        {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:inbound",
            "Message": '{"notificationType": "Received", "content": "RnJvbTogZGFuYQ==", "receipt": {}}',
            "Timestamp": "2026-11-20T14:10:01.123Z",
            "SignatureVersion": "2",
            "Signature": "EXAMPLE==",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123.pem",
        }
    ),
)
RAW = _described(
    "Take a mail as MIME.",
    {
        "message/rfc822": {
            "schema": {"type": "string"},
            "example": _MAIL,
        }
    },
    [
        ("webhook-id", "The same for every try.", "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"),
        ("webhook-timestamp", "Unix seconds.", "1795186626"),
        (
            "webhook-signature",
            "`v1,` and base64; several are possible.",
            "v1,FLlJIdNAloBupo+A0Ee46JkllPxeeEE8zb8W0ixUaT0=",
        ),
        ("X-Envelope-From", "Whom a bounce would go to.", "dana@northwind.example"),
        ("X-Envelope-To", "For whom it was taken in, joined by commas.", "maya@reply.brightlane.example"),
    ],
)
