"""Lets a language model edit a draft; what it may not say is refused, once with the reasons."""

import json
from dataclasses import asdict
from typing import Self

from chassis.language_model import (
    LanguageModel,
    Message,
    ModelProfiles,
    ModelUnavailable,
    SpendLimiter,
    StructuredRequest,
    Usage,
    instructions_and_data,
)
from playbook import Playbook
from playbook.said_back import known_values
from services.proposal.domain.brief import Brief
from services.proposal.domain.check import Violation, violations_in, without_refused
from services.proposal.domain.edit import DraftEdit, instructions_for, last_draft, settled, with_edit
from services.proposal.domain.tier import tier_for
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Written
from services.proposal.settings import Settings

MOST_TRIES = 2


class ModelWriter:
    """The Writer port: the model words the whole draft; hours, delivery and tier never come from it."""

    def __init__(self, settings: Settings, playbook: Playbook, limiter: SpendLimiter) -> None:
        hurried = settings.language_model.model_copy(update={"deadline_s": settings.proposal_deadline_s})
        profiles = ModelProfiles.of(playbook, hurried)
        self._model = LanguageModel(hurried, profiles=profiles, limiter=limiter)
        self._most_revisions = settings.proposal_model_revisions

    async def __aenter__(self) -> Self:
        await self._model.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._model.close()

    async def write(self, brief: Brief) -> Written:
        """Write the proposal, each try within the deadline; one redraft too many is refused."""
        revision = brief.request.revision
        if revision > self._most_revisions:
            raise WriterUnavailable(f"revision {revision} is past {self._most_revisions}")
        messages, paid, cost_usd = _messages(brief), Usage(0, 0), 0.0
        for _ in range(MOST_TRIES):
            try:
                answer = await self._model.ask(_question(messages, brief))
            except ModelUnavailable as error:
                cost_usd += error.cost_usd
                raise WriterUnavailable(f"model {error.reason}", cost_usd=cost_usd) from error
            paid, cost_usd = paid + answer.usage, cost_usd + answer.cost_usd
            edit = settled(answer.value, brief)
            if not (violations := violations_in(edit, brief)):
                break
            messages = (*messages, *_refusal(edit, violations))
        shown = without_refused(edit, violations, brief) if violations else edit
        if shown is None:
            rules = ", ".join(sorted({violation.rule for violation in violations}))
            raise WriterUnavailable(f"draft breaks {rules}", cost_usd=cost_usd)
        return Written(
            proposal=with_edit(shown, brief),
            not_granted=shown.not_granted,
            model=answer.model,
            input_tokens=paid.input_tokens,
            output_tokens=paid.output_tokens,
            cost_usd=cost_usd,
        )


def _question(messages: tuple[Message, ...], brief: Brief) -> StructuredRequest[DraftEdit]:
    identity = brief.request.conversation_id
    return StructuredRequest(messages, DraftEdit, streamed_field="agent_name", conversation_id=identity)


def _messages(brief: Brief) -> tuple[Message, ...]:
    """The instructions, and what they are about: every word of a visitor stays inside its JSON."""
    request, profile = brief.request, brief.profile
    data = {
        "language": profile.language.value if profile.language else "of the draft",
        "room": tier_for(profile, brief.playbook, chosen_tier=request.chosen_tier).integrations,
        "draft": last_draft(brief).model_dump(exclude={"not_granted"}),
        "known": known_values(profile),
        **request.model_dump(include={"transcript", "change_wish"}),
    }
    return instructions_and_data(instructions_for(brief.playbook), data)


def _refusal(edit: DraftEdit, violations: tuple[Violation, ...]) -> tuple[Message, ...]:
    """The refused draft, and which of its texts break which rule."""
    refused = json.dumps({"refused": [asdict(violation) for violation in violations]}, ensure_ascii=False)
    return Message("assistant", edit.model_dump_json()), Message("user", refused)
