"""The frames that a client sends over a WebSocket."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

_Secret = Annotated[str, StringConstraints(pattern="^[!-~]{1,4096}$")]


class ClientFrame(BaseModel):
    """One frame: the same envelope as the server's, `id` being the last one that the client has.

    `data` is an `Authenticate` first, and then what POST /chat takes.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    event: Literal["authenticate", "say"]
    key: Annotated[str, StringConstraints(pattern="^[!-~]([ -~]{0,253}[!-~])?$")] | None = None
    id: str = Field(default="", pattern=r"^([0-9]{1,18}(-[0-9]{1,18})?)?$")
    data: dict[str, JsonValue] = Field(default_factory=dict)

    def data_with(self, members: Mapping[str, str]) -> bytes:
        """The data as JSON, with these members in place of its own."""
        return orjson.dumps({**self.data, **members})


class Authenticate(BaseModel):
    """Who connects. Nothing at all is a visitor who has not said anything yet."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    session_token: _Secret | None = None
    api_key: _Secret | None = None
    conversation_id: UUID | None = None

    def headers(self) -> dict[str, str]:
        """The credentials as a request carries them."""
        given = {
            "authorization": f"Bearer {self.session_token}" if self.session_token else None,
            "x-api-key": self.api_key,
        }
        return {name: value for name, value in given.items() if value is not None}
