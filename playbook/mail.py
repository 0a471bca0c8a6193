"""The words of mails, and of the page on which nobody has to say why they want no more of them."""

from collections.abc import Mapping
from typing import Self

from pydantic import model_validator

from contracts.values import Stage
from playbook.campaigns import CampaignMails
from playbook.page import NoticeLines
from playbook.section import NonEmpty, Section, refuse_unknown_placeholders


class FollowUpLines(Section):
    """The one mail to a visitor who went silent. `subject` and `begins` may use `{company}`.

    `stages` says where the conversation stopped, and nothing that was told in it. `link` stands above the
    link, `why_asked` and `why_written` say why the mail comes: because of a consent, or of a mail of theirs.
    """

    subject: NonEmpty
    begins: NonEmpty
    stages: Mapping[NonEmpty, NonEmpty]
    link: NonEmpty
    answer: NonEmpty
    why_asked: NonEmpty
    why_written: NonEmpty

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for line in (self.subject, self.begins):
            refuse_unknown_placeholders(line, frozenset({"company"}))
        if set(self.stages) != set(Stage):
            raise ValueError(f"stages must be {', '.join(Stage)}")
        return self


class ConsentLines(Section):
    """How the chat asks whether one mail may follow. Every line may use `{company}`.

    `asks` is what the visitor agrees to, and is kept as a proof. `menu` names it in the menu and above that.
    """

    menu: NonEmpty
    asks: NonEmpty
    address: NonEmpty
    agrees: NonEmpty
    refuses: NonEmpty
    agreed: NonEmpty
    refused: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        for line in self.model_dump().values():
            refuse_unknown_placeholders(line, frozenset({"company"}))
        return self

    def of(self, company: str) -> dict[str, str]:
        """The lines with the name of the company, by their names."""
        return {name: line.format(company=company) for name, line in self.model_dump().items()}


class MailLines(Section):
    """`unsubscribe` is what the link below a mail and the button of its page say, `proposal_page` what stands
    before the link to a proposal.
    """

    unsubscribe: NonEmpty
    proposal_page: NonEmpty
    asks: NoticeLines
    done: NoticeLines
    invalid: NoticeLines
    follow_up: FollowUpLines
    consent: ConsentLines
    campaigns: CampaignMails
