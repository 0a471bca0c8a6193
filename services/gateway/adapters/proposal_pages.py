"""The page of a proposal as HTML. Whatever comes from a visitor is escaped by the template engine."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.proposal_folder import ProposalFolder
from playbook import NoticeLines, Playbook
from services.gateway.domain import linked_data, proposal_page

_FOLDER = Path(__file__).parent / "templates"


class JinjaProposalPages:
    """Implements the port ProposalPages. The templates are read and compiled once."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook
        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            # By hand it would be forgotten once, and once is enough.
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._proposal = environment.get_template("proposal.html")
        self._notice = environment.get_template("notice.html")

    def show(self, folder: ProposalFolder, revision: int | None) -> str:
        page = proposal_page(folder, revision, self._playbook)
        return self._proposal.render(page=page, lines=page.lines, linked_data=linked_data(page))

    def missing(self) -> str:
        return self._say(self._playbook.proposal_page.missing)

    def away(self) -> str:
        return self._say(self._playbook.proposal_page.away)

    def _say(self, notice: NoticeLines) -> str:
        company = self._playbook.company
        return self._notice.render(
            notice=notice,
            lines=self._playbook.proposal_page,
            company=company.name,
            website=company.website,
        )
