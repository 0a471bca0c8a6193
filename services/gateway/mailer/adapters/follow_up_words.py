"""The words of the mail to a visitor who went silent: the playbook's, and the link to go on."""

from uuid import UUID

from chassis.signing import SignedLinks
from contracts.resume_link import resume_place
from contracts.values import Stage
from playbook import Playbook
from services.gateway.mailer.domain import ThreadPlace
from services.gateway.mailer.ports import WrittenFollowUp


class PlaybookFollowUpWords:
    """The FollowUpWords port.

    Args:
        playbook: in the company's own language.
        links: sign what stands in the mail; they begin with the address of the chat's page.
    """

    def __init__(self, playbook: Playbook, links: SignedLinks) -> None:
        self._playbook = playbook
        self._links = links

    def write(self, conversation_id: UUID, stage: Stage, place: ThreadPlace) -> WrittenFollowUp:
        """Each time with a link of its own, which lasts from then on."""
        playbook = self._playbook.spoken_in(place.language)
        lines, company = playbook.mail.follow_up, playbook.company.name
        link = self._links.below("", resume_place(self._links.issue(conversation_id)))
        paragraphs = (
            f"{lines.begins.format(company=company)} {lines.stages[stage]}",
            f"{lines.link}\n{link}",
            lines.answer,
            lines.why_asked if place.is_beginning else lines.why_written,
        )
        return WrittenFollowUp(lines.subject.format(company=company), "\n\n".join(paragraphs))
