"""Lets a language model phrase a proposal; what it may not say is refused."""

from typing import Final, Self

from pydantic import BaseModel

from chassis.language_model import (
    Answer,
    Brake,
    LanguageModel,
    Message,
    ModelProfiles,
    ModelUnavailable,
    StructuredRequest,
)
from contracts.events import ProposalRequested
from contracts.values import Author, Proposal
from playbook import Playbook
from services.proposal.domain import (
    Wording,
    draft_from_template,
    faults_in,
    instructions_for,
    spoken,
    with_wording,
)
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Written
from services.proposal.settings import Settings


class ModelWriter:
    """Asks the model for name, summary and steps; facts and tier never come from it."""

    author: Final[Author] = "model"

    def __init__(self, settings: Settings, playbook: Playbook, brake: Brake) -> None:
        hurried = settings.language_model.model_copy(update={"deadline_s": settings.proposal_deadline_s})
        profiles = ModelProfiles.of(playbook, hurried)
        self._model = LanguageModel(hurried, profiles=profiles, brake=brake)
        self._playbook = playbook
        self._most_revisions = settings.proposal_model_revisions

    async def __aenter__(self) -> Self:
        await self._model.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._model.close()

    async def write(self, request: ProposalRequested) -> Written:
        """Write the proposal within the deadline.

        Raises:
            WriterUnavailable: no answer, an answer that may not be shown, or one redraft too many.
        """
        if request.revision > self._most_revisions:
            raise WriterUnavailable(f"revision {request.revision} is past {self._most_revisions}")
        draft = draft_from_template(request, self._playbook)
        answer = await self._ask(request, draft)
        if faults := faults_in(answer.value, request, draft, self._playbook.prompt):
            raise WriterUnavailable(f"wording breaks {', '.join(sorted(faults))}", cost_usd=answer.cost_usd)
        return Written(
            proposal=with_wording(draft, answer.value),
            model=answer.model,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cost_usd=answer.cost_usd,
        )

    async def _ask(self, request: ProposalRequested, draft: Proposal) -> Answer[Wording]:
        question = StructuredRequest(
            (
                Message("system", instructions_for(spoken(request, self._playbook))),
                Message("user", _data(request, draft)),
            ),
            Wording,
            streamed_field="agent_name",
            conversation_id=request.conversation_id,
        )
        try:
            return await self._model.ask(question)
        except ModelUnavailable as error:
            raise WriterUnavailable(f"model {error.reason}", cost_usd=error.cost_usd) from error


class _Data(BaseModel):
    """What the model is shown; every word of a visitor stays inside its JSON."""

    language: str
    draft: Proposal
    change_wish: str | None


def _data(request: ProposalRequested, draft: Proposal) -> str:
    language = request.profile.language.value if request.profile.language else "of the draft"
    data = _Data(language=language, draft=draft, change_wish=request.change_wish)
    return data.model_dump_json(exclude_none=True)
