"""`/campaigns`: mails to a list, how they stand, and what they look like."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from chassis.errors import PermanentError, describe
from chassis.problems import Problem, problem_responses
from playbook import MAIL_TEMPLATES, MailTemplate
from services.gateway.mailer.domain import CampaignReport, Refusal
from services.gateway.mailer.errors import CampaignsNotSetUp, CampaignStopped
from services.gateway.mailer.ports.campaigns import CampaignPorts, Preview
from services.gateway.mailer.usecases.campaigning import Row, preview_mail, request_mails

CampaignName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$", description="Of the campaign.")]
_MOST_ROWS = 500
_CODES: Final[dict[type[PermanentError], tuple[str, str]]] = {
    CampaignsNotSetUp: ("campaigns-not-set-up", "Not set up"),
    CampaignStopped: ("campaign-stopped", "Campaign stopped"),
}


class CampaignRow(BaseModel):
    """A recipient, as a list of strangers tells of them."""

    email: str = Field(max_length=320)
    first_name: str | None = Field(default=None, max_length=200)
    company: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=35)

    def as_row(self) -> Row:
        return Row(email=self.email, first_name=self.first_name, company=self.company, language=self.language)


class AskedMails(BaseModel):
    """Mails to be sent, or with `is_dry_run` only looked at."""

    template: MailTemplate
    is_dry_run: bool = True
    rows: list[CampaignRow] = Field(max_length=_MOST_ROWS)


class Answer(BaseModel):
    """By row, why no mail is sent to it; null where one is."""

    refusals: list[Refusal | None]


class Stopping(BaseModel):
    """Who stops a campaign, as it is shown to whoever asks how it stands."""

    by: str = Field(min_length=1, max_length=100)


class Templates(BaseModel):
    """The templates there are, and the languages that they are in, by code."""

    templates: list[MailTemplate]
    languages: dict[str, str]


def campaign_routes(ports: CampaignPorts) -> APIRouter:
    """Asking twice for a mail is asking for one."""
    router = APIRouter(tags=["campaigns"])
    _add_stops(router, ports)

    @router.post(
        "/campaigns/{name}/mails",
        summary="Ask for a mail of a campaign to each of these; safe to repeat.",
        responses=problem_responses(409, 422),
    )
    async def ask_for_mails(name: CampaignName, asked: AskedMails) -> Answer:
        rows = [row.as_row() for row in asked.rows]
        try:
            refusals = await request_mails(name, asked.template, rows, ports, is_dry_run=asked.is_dry_run)
        except tuple(_CODES) as refusal:
            code, title = _CODES[type(refusal)]
            raise Problem(status=409, code=code, title=title, detail=describe(refusal)) from refusal
        return Answer(refusals=refusals)

    @router.get(
        "/campaigns/{name}",
        summary="How the mails of a campaign stand, by template.",
        responses=problem_responses(404),
    )
    async def read_campaign(name: CampaignName) -> CampaignReport:
        report = await ports.campaigns.report(name)
        if not report.templates and report.stop is None:
            raise Problem(
                status=404,
                code="campaign-not-found",
                title="Campaign not found",
                detail=f"no mail of campaign {name!r} was asked for",
            )
        return report

    @router.get("/templates", summary="The templates of mails, and their languages.")
    async def list_templates() -> Templates:
        return Templates(templates=list(MAIL_TEMPLATES), languages=dict(ports.playbook.language_names))

    @router.get("/templates/{template}", summary="A mail as this recipient would get it.")
    async def show_template(template: MailTemplate, row: Annotated[CampaignRow, Query()]) -> Preview:
        return preview_mail(template, row.as_row(), ports)

    return router


def _add_stops(router: APIRouter, ports: CampaignPorts) -> None:
    @router.put("/campaigns/{name}/stop", summary="Send nothing more of a campaign; safe to repeat.")
    async def stop_campaign(name: CampaignName, stopping: Stopping) -> CampaignReport:
        # Also of one that is not known yet: what was asked for may be on its way here.
        await ports.campaigns.stop(name, stopping.by)
        return await ports.campaigns.report(name)

    @router.delete("/campaigns/{name}/stop", summary="Let a campaign go on; safe to repeat.")
    async def resume_campaign(name: CampaignName) -> CampaignReport:
        await ports.campaigns.resume(name)
        ports.notice()
        return await ports.campaigns.report(name)
