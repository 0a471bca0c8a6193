"""The webhooks by which mails come in: each verified by its provider's scheme, published, then answered."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from fastapi import APIRouter, Request
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from chassis.data_keys import DataKeyDestroyed
from chassis.mail import MailTokens
from chassis.problems import Problem
from services.gateway.api.webhooks.mail_document import MAILGUN, POSTMARK, RAW, SENDGRID, SES, MailTaken
from services.gateway.api.webhooks.signed import secret_of, webhook_off
from services.gateway.api.webhooks.slots import Slots
from services.gateway.domain import (
    MailDelivery,
    check_login,
    is_within,
    load_public_key,
    load_shared_secret,
    mailgun_delivery,
    postmark_delivery,
    raw_delivery,
    sendgrid_delivery,
)
from services.gateway.errors import DeliveryRepeated, LoginInvalid
from services.gateway.ports import Ports
from services.gateway.settings import MailInSettings
from services.gateway.usecases import in_mail_thread, receive_by_sns, receive_mail

logger = structlog.get_logger()

# Each may hold 40 MB several times over.
_MOST_AT_ONCE: Final = 8
_MOST_OF_ONE: Final = 3
# By this answer Mailgun drops a mail and does not try it again.
_MAILGUN_DROPS: Final = 406


def mail_routes(settings: MailInSettings, tokens: MailTokens, ports: Ports) -> APIRouter:
    """The routes of all providers. Each is on where its secret is set."""
    router = APIRouter(tags=["webhooks"], prefix="/webhooks/email")
    taking = _Taking(settings, tokens, ports)
    for add in (_add_sendgrid, _add_mailgun, _add_postmark, _add_ses, _add_raw):
        add(router, taking)
    return router


def _add_sendgrid(router: APIRouter, taking: "_Taking") -> None:
    settings = taking.settings
    written = settings.sendgrid_public_key
    key = None if written is None else load_public_key(written)

    @router.post("/sendgrid", operation_id="sendgridMail", **SENDGRID)
    async def sendgrid(request: Request) -> Response:
        """SendGrid Inbound Parse, raw or not.

        Verified by `MAIL_IN_SENDGRID_PUBLIC_KEY` (ECDSA over time and body), by the login in the address,
        `MAIL_IN_SENDGRID_LOGIN`, or by both where both are set.
        """
        if key is None or settings.sendgrid_login is not None:
            setting = "MAIL_IN_SENDGRID_PUBLIC_KEY or MAIL_IN_SENDGRID_LOGIN"
            _check_login(request, settings.sendgrid_login, setting)
        read = partial(sendgrid_delivery, headers=request.headers, key=key, now=taking.now())
        return await taking.take(request, read)


def _add_mailgun(router: APIRouter, taking: "_Taking") -> None:
    @router.post("/mailgun", operation_id="mailgunMail", **MAILGUN)
    async def mailgun(request: Request) -> Response:
        """A route of Mailgun, raw or not, signed with `MAIL_IN_MAILGUN_SIGNING_KEY`.

        A delivery that was taken is refused with 406, by which Mailgun does not try it again.
        """
        key = secret_of(taking.settings.mailgun_signing_key, "MAIL_IN_MAILGUN_SIGNING_KEY").encode()
        kind = request.headers.get("content-type", "")
        read = partial(mailgun_delivery, content_type=kind, key=key, now=taking.now())
        try:
            return await taking.take(request, read)
        except DeliveryRepeated as repeated:
            raise Problem(
                status=_MAILGUN_DROPS,
                code="delivery-repeated",
                title="Delivery repeated",
                detail="This delivery was taken before.",
            ) from repeated


def _add_postmark(router: APIRouter, taking: "_Taking") -> None:
    settings = taking.settings

    @router.post("/postmark", operation_id="postmarkMail", **POSTMARK)
    async def postmark(request: Request) -> Response:
        """Postmark Inbound, raw or not, with the login of the address, `MAIL_IN_POSTMARK_LOGIN`."""
        _check_login(request, settings.postmark_login, "MAIL_IN_POSTMARK_LOGIN")
        networks = settings.postmark_networks
        if networks and not is_within(_address_of(request), networks):
            raise LoginInvalid("The delivery comes from outside MAIL_IN_POSTMARK_NETWORKS.")
        return await taking.take(request, postmark_delivery)


def _add_ses(router: APIRouter, taking: "_Taking") -> None:
    topics = taking.settings.ses_topics

    @router.post("/ses", operation_id="sesMail", **SES)
    async def ses(request: Request) -> Response:
        """Amazon SES by an SNS topic of `MAIL_IN_SES_TOPICS`, with the raw mail in the notification.

        A subscription of such a topic is confirmed.
        """
        if not topics:
            raise webhook_off("MAIL_IN_SES_TOPICS")
        return await taking.take_by_sns(request, topics)


def _add_raw(router: APIRouter, taking: "_Taking") -> None:
    settings = taking.settings

    @router.post("/raw", operation_id="rawMail", **RAW)
    async def raw(request: Request) -> Response:
        """A mail as MIME, from a mail server of one's own.

        It is signed with `MAIL_IN_RAW_SECRET` as Standard Webhooks are. `X-Envelope-From` and `X-Envelope-To`
        name its envelope.
        """
        key = load_shared_secret(secret_of(settings.raw_secret, "MAIL_IN_RAW_SECRET"))
        read = partial(
            raw_delivery,
            headers=request.headers,
            key=key,
            now=taking.now(),
            authserv_id=settings.authserv_id,
        )
        return await taking.take(request, read)


class _Taking:
    """Takes deliveries, a few at once."""

    def __init__(self, settings: MailInSettings, tokens: MailTokens, ports: Ports) -> None:
        self.settings = settings
        self.tokens = tokens
        self.ports = ports
        self._slots = Slots(_MOST_AT_ONCE, most_of_one=_MOST_OF_ONE)

    def now(self) -> datetime:
        return self.ports.clock()

    async def take(self, request: Request, read: Callable[[bytes], MailDelivery]) -> Response:
        async with self._slots.one_for(_address_of(request)):
            delivery = await in_mail_thread(partial(read, await request.body()))
            return await _answered(receive_mail(delivery, self.tokens, self.ports))

    async def take_by_sns(self, request: Request, topics: Collection[str]) -> Response:
        async with self._slots.one_for(_address_of(request)):
            return await _answered(receive_by_sns(await request.body(), topics, self.tokens, self.ports))


def _address_of(request: Request) -> str:
    return request.client.host if request.client else ""


async def _answered(taking: Awaitable[None]) -> Response:
    """The answer once a mail is published. One of an erased conversation is dropped, and nothing is wrong.

    Some providers take nothing but 200 for success.
    """
    try:
        await taking
    except DataKeyDestroyed:
        logger.info("mail_for_erased_conversation")
        return JSONResponse(MailTaken(status="dropped").model_dump())
    return JSONResponse(MailTaken(status="taken").model_dump())


def _check_login(request: Request, login: SecretStr | None, setting: str) -> None:
    check_login(request.headers.get("authorization"), secret_of(login, setting))
