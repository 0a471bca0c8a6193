"""The page of a proposal as HTML. Whatever comes from a visitor is escaped by the template engine."""

from chassis.errors import describe
from contracts.proposal_folder import ProposalFolder
from playbook import Editions, EditionUnreadable, NoticeLines
from services.gateway.adapters.templating import template_environment
from services.gateway.domain import linked_data, proposal_page
from services.gateway.errors import OfferUnreadable


class JinjaProposalPages:
    """Implements the port ProposalPages. The templates are read and compiled once."""

    def __init__(self, editions: Editions) -> None:
        self._editions = editions
        self._playbook = editions.current
        environment = template_environment()
        self._proposal = environment.get_template("proposal.html")
        self._notice = environment.get_template("notice.html")

    async def show(self, folder: ProposalFolder, revision: int | None) -> str:
        shown = folder.revision(revision)
        try:
            playbook = await self._editions.find(shown.playbook if shown is not None else None)
        except EditionUnreadable as error:
            raise OfferUnreadable(describe(error)) from error
        page = proposal_page(folder, revision, playbook)
        return self._proposal.render(page=page, lines=page.lines, linked_data=linked_data(page), root="../")

    def missing(self) -> str:
        return self._say(self._playbook.proposal_page.missing)

    def away(self) -> str:
        return self._say(self._playbook.proposal_page.away)

    def busy(self, root: str) -> str:
        return self._say(self._playbook.proposal_page.busy, root)

    def _say(self, notice: NoticeLines, root: str = "../") -> str:
        company = self._playbook.company
        return self._notice.render(
            notice=notice,
            lines=self._playbook.proposal_page,
            company=company.name,
            website=company.website,
            root=root,
        )
