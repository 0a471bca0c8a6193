"""Lets a language model edit a draft; what it may not say is refused, once with the reasons."""

import json
from dataclasses import asdict
from typing import Self

from chassis.language_model import (
    Answer,
    LanguageModel,
    Message,
    ModelProfiles,
    ModelUnavailable,
    SpendLimiter,
    StructuredRequest,
    Usage,
)
from contracts.events import ProposalRequested
from playbook import Playbook
from services.proposal.domain import (
    DraftEdit,
    Violation,
    instructions_for,
    last_draft,
    settled,
    spoken,
    violations_in,
    with_edit,
    without_refused,
)
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Written
from services.proposal.settings import Settings

MOST_TRIES = 2


class ModelWriter:
    """Asks the model for the whole draft; hours, delivery and tier never come from it."""

    def __init__(self, settings: Settings, playbook: Playbook, limiter: SpendLimiter) -> None:
        hurried = settings.language_model.model_copy(update={"deadline_s": settings.proposal_deadline_s})
        profiles = ModelProfiles.of(playbook, hurried)
        self._model = LanguageModel(hurried, profiles=profiles, limiter=limiter)
        self._playbook = playbook
        self._most_revisions = settings.proposal_model_revisions

    async def __aenter__(self) -> Self:
        await self._model.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._model.close()

    async def write(self, request: ProposalRequested) -> Written:
        """Write the proposal, each try within the deadline.

        Raises:
            WriterUnavailable: no answer, none of which anything may be shown, or one redraft too many.
        """
        if request.revision > self._most_revisions:
            raise WriterUnavailable(f"revision {request.revision} is past {self._most_revisions}")
        messages, paid = _messages(request, self._playbook), Usage(0, 0)
        cost_usd, violations = 0.0, tuple[Violation, ...]()
        for _ in range(MOST_TRIES):
            try:
                answer = await self._ask(messages, request)
            except ModelUnavailable as error:
                raise WriterUnavailable(
                    f"model {error.reason}", cost_usd=cost_usd + error.cost_usd
                ) from error
            paid, cost_usd = paid + answer.usage, cost_usd + answer.cost_usd
            edit = settled(answer.value, request, self._playbook)
            violations = violations_in(edit, request, self._playbook)
            if not violations:
                break
            messages = (*messages, *_refusal(edit, violations))
        shown = without_refused(edit, violations, request, self._playbook) if violations else edit
        if shown is None:
            rules = ", ".join(sorted({violation.rule for violation in violations}))
            raise WriterUnavailable(f"draft breaks {rules}", cost_usd=cost_usd)
        return Written(
            proposal=with_edit(shown, request, self._playbook),
            not_granted=shown.not_granted,
            model=answer.model,
            input_tokens=paid.input_tokens,
            output_tokens=paid.output_tokens,
            cost_usd=cost_usd,
        )

    async def _ask(self, messages: tuple[Message, ...], request: ProposalRequested) -> Answer[DraftEdit]:
        question = StructuredRequest(
            messages, DraftEdit, streamed_field="agent_name", conversation_id=request.conversation_id
        )
        return await self._model.ask(question)


def _messages(request: ProposalRequested, playbook: Playbook) -> tuple[Message, ...]:
    """The instructions, and what they are about: every word of a visitor stays inside its JSON."""
    data = {
        "language": request.profile.language.value if request.profile.language else "of the draft",
        "draft": last_draft(request, playbook).model_dump(exclude={"not_granted"}),
        "known": {name: getattr(request.profile, name).value for name in sorted(request.profile.known())},
        "transcript": [line.model_dump() for line in request.transcript],
        "change_wish": request.change_wish,
    }
    instructions = instructions_for(spoken(request, playbook))
    return Message("system", instructions), Message("user", json.dumps(data, ensure_ascii=False))


def _refusal(edit: DraftEdit, violations: tuple[Violation, ...]) -> tuple[Message, ...]:
    """The refused draft, and which of its texts break which rule."""
    refused = json.dumps({"refused": [asdict(violation) for violation in violations]}, ensure_ascii=False)
    return Message("assistant", edit.model_dump_json()), Message("user", refused)
