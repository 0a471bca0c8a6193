"""Sealed events: the value of an internal event is encrypted with a key of its conversation.

The extension attribute `ce_datakey` names the key; the value is then `SealedData`. What is encrypted is the
JSON value that the event's schema describes. A record without the attribute is read as it stands.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from binascii import b2a_base64
from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts.cloudevent import MalformedEvent

DATA_KEY = "ce_datakey"


class SealedData(BaseModel):
    """The value of a sealed record. `sealed` is base64: 12 bytes of nonce, then AES-256-GCM with its tag."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    conversation_id: UUID
    sealed: str = Field(json_schema_extra={"contentEncoding": "base64"})


def sealed_value(conversation_id: str, ciphertext: bytes) -> bytes:
    """The JSON value that carries `ciphertext`."""
    # Neither part needs escaping, and most records of the product are written here.
    sealed = b2a_base64(ciphertext, newline=False)
    return b'{"conversation_id":"%b","sealed":"%b"}' % (conversation_id.encode(), sealed)


def ciphertext_of(value: bytes) -> bytes:
    """The ciphertext that a sealed value carries.

    Raises:
        MalformedEvent: it is no `SealedData`.
    """
    try:
        return b64decode(SealedData.model_validate_json(value).sealed, validate=True)
    except (ValidationError, NotBase64, ValueError):
        raise MalformedEvent("the record names a data key and its value is not sealed") from None


def bound_attributes(headers: Mapping[str, str]) -> bytes:
    """What the ciphertext is bound to: the same ciphertext opens under no other event, type or conversation.

    Raises:
        MalformedEvent: an attribute is missing.
    """
    try:
        return f"{headers['ce_id']}\n{headers['ce_type']}\n{headers['ce_subject']}".encode()
    except KeyError as missing:
        raise MalformedEvent(f"record lacks {missing.args[0]}") from None
