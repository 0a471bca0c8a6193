"""`/campaigns`: mails to a list, how they stand, and what they look like."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from chassis.errors import describe
from chassis.problems import Problem, problem_responses
from playbook import MAIL_TEMPLATES, MailTemplate
from services.gateway.mailer.domain import Refusal, TemplateReport
from services.gateway.mailer.errors import CampaignsNotSetUp
from services.gateway.mailer.ports.campaigns import CampaignPorts, Preview
from services.gateway.mailer.usecases.campaigning import Row, preview_mail, request_mails

CampaignName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$", description="Of the campaign.")]
_MOST_ROWS = 500


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


class Templates(BaseModel):
    """The templates there are, and the languages that they are in, by code."""

    templates: list[MailTemplate]
    languages: dict[str, str]


def campaign_routes(ports: CampaignPorts) -> APIRouter:
    """Asking twice for a mail is asking for one."""
    router = APIRouter(tags=["campaigns"])

    @router.post(
        "/campaigns/{name}/mails",
        summary="Ask for a mail of a campaign to each of these; safe to repeat.",
        responses=problem_responses(409, 422),
    )
    async def ask_for_mails(name: CampaignName, asked: AskedMails) -> Answer:
        rows = [row.as_row() for row in asked.rows]
        try:
            refusals = await request_mails(name, asked.template, rows, ports, is_dry_run=asked.is_dry_run)
        except CampaignsNotSetUp as refusal:
            raise Problem(
                status=409, code="campaigns-not-set-up", title="Not set up", detail=describe(refusal)
            ) from refusal
        return Answer(refusals=refusals)

    @router.get(
        "/campaigns/{name}",
        summary="How the mails of a campaign stand, by template.",
        responses=problem_responses(404),
    )
    async def read_campaign(name: CampaignName) -> list[TemplateReport]:
        if not (report := await ports.campaigns.report(name)):
            raise Problem(
                status=404,
                code="campaign-not-found",
                title="Campaign not found",
                detail=f"no mail of campaign {name!r} was asked for",
            )
        return list(report)

    @router.get("/templates", summary="The templates of mails, and their languages.")
    async def list_templates() -> Templates:
        return Templates(templates=list(MAIL_TEMPLATES), languages=dict(ports.playbook.language_names))

    @router.get("/templates/{template}", summary="A mail as this recipient would get it.")
    async def show_template(template: MailTemplate, row: Annotated[CampaignRow, Query()]) -> Preview:
        return preview_mail(template, row.as_row(), ports)

    return router
