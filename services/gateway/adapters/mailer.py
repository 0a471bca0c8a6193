"""What mails look like, as the mailer writes them, over its HTTP API."""

from collections.abc import Mapping

import aiohttp
from yarl import URL

from services.gateway.domain import MailPreview, MailTemplates, PreviewQuery
from services.gateway.errors import MailerUnavailable, QueryRefused

_TIMEOUT = aiohttp.ClientTimeout(total=5.0, connect=1.0)


class MailerClient:
    """The port MailPreviews. People look at mails now and then, so that no connection is kept."""

    def __init__(self, url: str) -> None:
        self._url = URL(url)

    async def templates(self) -> MailTemplates:
        return MailTemplates.model_validate_json(await self._get("templates", {}))

    async def preview(self, asked: PreviewQuery) -> MailPreview:
        given = asked.model_dump(exclude={"template"}, exclude_none=True)
        return MailPreview.model_validate_json(await self._get(f"templates/{asked.template}", given))

    async def _get(self, path: str, query: Mapping[str, str]) -> bytes:
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(self._url / path, params=query) as answer,
            ):
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise MailerUnavailable(f"mailer: {type(error).__name__}") from error
        if answer.status == 422:
            raise QueryRefused("There is no such mail.")
        if answer.status != 200:
            raise MailerUnavailable(f"mailer: status {answer.status}")
        return content
