"""The record of a lead: what its transcript does not tell."""

from collections.abc import Sequence

from contracts.read_model import (
    LeadRecord,
    RecordedDemo,
    RecordedDraft,
    RecordedQuestion,
    RecordedRefusal,
    RecordedUse,
)
from playbook import ScoreRule
from services.leadstore.domain.conversation import Conversation
from services.leadstore.domain.demos import Demo
from services.leadstore.domain.drafts import Draft
from services.leadstore.domain.refusals import Refusal
from services.leadstore.domain.scoring import score_of
from services.leadstore.domain.spending import ModelUse


def record_of(
    conversation: Conversation,
    drafts: Sequence[Draft],
    uses: Sequence[ModelUse],
    refusals: Sequence[Refusal],
    *,
    scoring: ScoreRule | None = None,
) -> LeadRecord:
    """The record, in the order of time."""
    wishes = conversation.wishes
    proposal_ids = {draft.proposal_id for draft in drafts}
    return LeadRecord(
        conversation_id=conversation.id,
        person_wanted_at=wishes.person_wanted_at,
        chosen_at=wishes.chosen_at,
        closed_at=wishes.closed_at if wishes.closed else None,
        link_sent_at=conversation.link_sent_at,
        drafts=tuple(map(_draft, sorted(drafts, key=lambda draft: (draft.revision, draft.proposal_id)))),
        uses=tuple(
            _use(use, is_proposal=use.id in proposal_ids) for use in sorted(uses, key=lambda use: use.used_at)
        ),
        refusals=tuple(
            RecordedRefusal(reply_id=each.reply_id, reason=each.reason, refused_at=each.refused_at)
            for each in sorted(refusals, key=lambda each: (each.refused_at, each.ordinal))
        ),
        demos=tuple(map(_recorded, conversation.demos)),
        questions=tuple(
            RecordedQuestion(question=asked.question, asked_at=asked.asked_at) for asked in wishes.unanswered
        ),
        score=score_of(conversation, scoring),
    )


def _draft(draft: Draft) -> RecordedDraft:
    return RecordedDraft(
        revision=draft.revision,
        proposal=draft.proposal,
        tier=draft.tier,
        author=draft.author,
        drafted_at=draft.drafted_at,
    )


def _use(use: ModelUse, *, is_proposal: bool) -> RecordedUse:
    return RecordedUse(
        used_at=use.used_at,
        purpose="proposal" if is_proposal else "reply",
        model=use.model,
        input_tokens=use.input_tokens,
        output_tokens=use.output_tokens,
        cost_usd=use.cost_usd,
    )


def _recorded(demo: Demo) -> RecordedDemo:
    return RecordedDemo(starts_at=demo.starts_at, end=demo.end, is_missed=demo.is_missed)
