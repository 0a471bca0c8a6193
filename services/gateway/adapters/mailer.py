"""What mails look like and whom they go to, as the mailer knows it, over its HTTP API."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import aiohttp
from pydantic import ValidationError
from yarl import URL

from contracts.erasures import ForgottenRecipient, Person
from services.gateway.domain import MailPreview, MailTemplates, PreviewQuery
from services.gateway.errors import MailerUnavailable, QueryRefused

_TIMEOUT = aiohttp.ClientTimeout(total=5.0, connect=1.0)


class MailerClient:
    """The ports MailPreviews and MailRecipients. It is asked now and then, so that no connection is kept.

    Args:
        url: where the mailer listens; None where none runs.
    """

    def __init__(self, url: str | None) -> None:
        self._url = URL(url) if url else None

    async def templates(self) -> MailTemplates:
        return MailTemplates.model_validate_json(await self._ask("GET", "templates"))

    async def preview(self, asked: PreviewQuery) -> MailPreview:
        given = asked.model_dump(exclude={"template"}, exclude_none=True)
        return MailPreview.model_validate_json(
            await self._ask("GET", f"templates/{asked.template}", query=given)
        )

    async def forget(self, person: Person) -> Sequence[UUID]:
        if self._url is None:
            return ()
        found = await self._ask("POST", "erasures", body=person.model_dump_json().encode())
        try:
            return ForgottenRecipient.model_validate_json(found).conversation_ids
        except ValidationError as error:
            raise MailerUnavailable("mailer: answers as another version does") from error

    async def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        if self._url is None:
            raise MailerUnavailable("mailer: MAILER_URL is not set")
        headers = {} if body is None else {"content-type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.request(method, self._url / path, params=query, data=body, headers=headers) as answer,
            ):
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MailerUnavailable(f"mailer: {type(error).__name__}") from error
        if answer.status == 422:
            raise QueryRefused("There is no such mail.")
        if answer.status != 200:
            raise MailerUnavailable(f"mailer: status {answer.status}")
        return content
