"""Writes proposals from the playbook's template, with no model at all."""

from typing import Final, Self

from contracts.events import ProposalRequested
from contracts.values import Author
from playbook import Playbook
from services.proposal.domain import draft_from_template
from services.proposal.ports import Written


class TemplateWriter:
    """Always available, and the same words for the same request."""

    author: Final[Author] = "script"

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held open."""

    async def write(self, request: ProposalRequested) -> Written:
        """Write the proposal; never fails."""
        return Written(proposal=draft_from_template(request, self._playbook))
