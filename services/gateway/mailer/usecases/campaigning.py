"""Ask for the mails of a campaign, and queue those that were asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Final

import structlog

from chassis import metrics
from chassis.errors import PermanentError
from contracts.cloudevent import CloudEvent, Event, derive_id, originate
from contracts.events import MailRequested
from contracts.text import is_address
from playbook import MailTemplate, MailWords, Playbook, Recipient, campaign_words
from services.gateway.mailer.domain import (
    FINAL,
    AskedMail,
    Draft,
    Refusal,
    Standing,
    ThreadPlace,
    template_named,
)
from services.gateway.mailer.errors import CampaignsNotSetUp, CampaignStopped
from services.gateway.mailer.ports.campaigns import CampaignPorts, Preview

logger = structlog.get_logger()

_DUE: Final = FINAL | {None}
_SOMEBODY: Final = "somebody@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a list: an address, and what is known of whom it belongs to."""

    email: str
    first_name: str | None = None
    company: str | None = None
    language: str | None = None


async def request_mails(
    campaign: str, template: MailTemplate, rows: Sequence[Row], ports: CampaignPorts, *, is_dry_run: bool
) -> list[Refusal | None]:
    """Ask for a mail to each of the rows; why not, in their order. Safe to repeat.

    Raises:
        CampaignsNotSetUp: no campaign can be sent.
        CampaignStopped: this one is sent no more.
        TransientError: not all is known to be asked for; do it again.
    """
    if ports.composer is None:
        raise CampaignsNotSetUp(f"no campaign can be sent: set {ports.missing}")
    if stop := await ports.campaigns.stop_of(campaign):
        when = f"{stop.stopped_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        resume = f"`salesbot campaign resume {campaign}` lets it go on"
        raise CampaignStopped(f"campaign {campaign!r} was stopped by {stop.stopped_by}, {when}: {resume}")
    asked = [_asked(campaign, template, row, ports) for row in rows]
    refusals = [await _refusal(each, row, ports) for each, row in zip(asked, rows, strict=True)]
    if is_dry_run:
        return refusals
    # The end of a mail is remembered as well, and where a campaign stands is told by what is remembered.
    due = {at: _request(asked[at], rows[at], ports) for at, refusal in enumerate(refusals) if refusal in _DUE}
    for at in await _erased_of(due, ports):
        refusals[at] = "erased"
    return refusals


async def queue_campaign_mail(event: CloudEvent[MailRequested], ports: CampaignPorts) -> None:
    """Queue a mail that was asked for, unless it is not due by now; safe to repeat.

    Raises:
        TransientError: it is not queued; do it again.
    """
    request, template = event.data, template_named(event.data.template)
    if template is None or ports.composer is None:
        metrics.CAMPAIGN_MAILS.labels("unknown" if template is None else template, "not_set_up").inc()
        logger.warning("campaign_mail_not_sent", template=request.template, missing=ports.missing)
        return
    asked = AskedMail(
        campaign=request.campaign,
        template=template,
        address=request.recipient,
        conversation_id=request.conversation_id,
    )
    ending = await _queue(asked, request, ports)
    metrics.CAMPAIGN_MAILS.labels(template, ending).inc()
    logger.info("campaign_mail_requested", mail_id=str(asked.mail_id), template=template, ending=ending)


def preview_mail(template: MailTemplate, row: Row, ports: CampaignPorts) -> Preview:
    """A mail as this recipient would get it, about a demo of today where it is about one."""
    if not is_address(row.email.strip()):
        row = replace(row, email=_SOMEBODY)
    asked = _asked("preview", template, row, ports)
    playbook = ports.playbook.spoken_in(row.language)
    today = ports.clock().date()
    words = _words(template, row, playbook, demo_day=today)
    place = None
    if template == "follow_up":
        place = ThreadPlace(
            recipient=asked.address,
            subject=words.subject,
            message_id="<the.first.mail@example.com>",
            references=(),
            language=playbook.language.code,
        )
    standing = Standing(conversation_id=asked.conversation_id, place=place, demo_day=today)
    return ports.preview(ports.sampler.compose(_draft(asked, standing, words, playbook)))


def _asked(campaign: str, template: MailTemplate, row: Row, ports: CampaignPorts) -> AskedMail:
    address = row.email.strip().lower()
    conversation_id = ports.conversation_of(campaign, address)
    return AskedMail(campaign=campaign, template=template, address=address, conversation_id=conversation_id)


def _request(asked: AskedMail, row: Row, ports: CampaignPorts) -> CloudEvent[Event]:
    request = MailRequested(
        conversation_id=asked.conversation_id,
        campaign=asked.campaign,
        template=asked.template,
        recipient=asked.address,
        language=row.language,
        first_name=row.first_name,
        company=row.company,
    )
    event_id = derive_id(asked.mail_id, request.type_name())
    return originate(request, event_id=event_id, source="gateway", time=ports.clock())


async def _erased_of(due: Mapping[int, CloudEvent[Event]], ports: CampaignPorts) -> list[int]:
    """Publish these, and name those that cannot be, as their conversation was erased."""
    try:
        await ports.publisher.publish(*due.values())
    except PermanentError:
        erased = []
        for at, event in due.items():
            try:
                await ports.publisher.publish(event)
            except PermanentError:
                erased.append(at)
        return erased
    return []


async def _queue(asked: AskedMail, request: MailRequested, ports: CampaignPorts) -> str:
    assert ports.composer is not None
    standing = await ports.campaigns.standing(asked)
    if standing.refusal is not None:
        if standing.refusal in FINAL:
            await ports.campaigns.refuse(asked, standing.refusal)
        return standing.refusal
    place = standing.place
    playbook = ports.playbook.spoken_in((place and place.language) or request.language)
    row = Row(email=request.recipient, first_name=request.first_name, company=request.company)
    words = _words(asked.template, row, playbook, demo_day=standing.demo_day)
    delivery = ports.composer.compose(_draft(asked, standing, words, playbook))
    language = playbook.language.code
    is_new = await ports.campaigns.queue(asked, standing, delivery, words=words, language=language)
    ports.notice()
    return "queued" if is_new else "already_asked"


def _words(template: MailTemplate, row: Row, playbook: Playbook, *, demo_day: date | None) -> MailWords:
    known = Recipient(first_name=row.first_name, company=row.company, demo_day=demo_day)
    return campaign_words(playbook, template, known)


def _draft(asked: AskedMail, standing: Standing, words: MailWords, playbook: Playbook) -> Draft:
    begun = ThreadPlace(
        recipient=asked.address,
        subject=words.subject,
        message_id=None,
        references=(),
        language=playbook.language.code,
        is_beginning=True,
    )
    return Draft(
        delivery_id=asked.mail_id,
        conversation_id=standing.conversation_id,
        kind="campaign",
        place=standing.place or begun,
        text=words.text,
    )


async def _refusal(asked: AskedMail, row: Row, ports: CampaignPorts) -> Refusal | None:
    if not is_address(asked.address):
        return "bad_address"
    if row.language is not None and not _speaks(ports.playbook, row.language):
        return "unknown_language"
    return (await ports.campaigns.standing(asked)).refusal


def _speaks(playbook: Playbook, tag: str) -> bool:
    code = tag.casefold().partition("-")[0]
    return code in {playbook.language.code, *playbook.languages}
