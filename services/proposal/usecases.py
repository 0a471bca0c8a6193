"""What the service does: draft a proposal and recommend a tier."""

from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import describe
from contracts.cloudevent import CloudEvent, caused_by, derive_id
from contracts.events import ProposalDrafted, ProposalRequested
from playbook import Playbook
from playbook.programs import with_steps_marked
from playbook.public_words import PublicWords, names_in
from services.proposal.domain.brief import Brief
from services.proposal.domain.edit import draft_from_last, keeps_last
from services.proposal.domain.tier import recommend_tier
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Drafts, Writer, Written

logger = structlog.get_logger()

# The visitor got a holding reply long ago: what is asked later, or again from a history, is worth no model.
MODEL_WITHIN = timedelta(hours=1)


async def answer_request(
    event: CloudEvent[ProposalRequested],
    playbook: Playbook,
    writer: Writer | None,
    drafts: Drafts,
    *,
    clock: Clock,
) -> CloudEvent[ProposalDrafted]:
    """Draft what was requested, once: however often its publication is tried, a model is paid once."""
    kept = await drafts.find(event.id)
    if kept is not None:
        return kept
    needs_no_model = event.data.is_template_only or clock() - event.time > MODEL_WITHIN
    drafted = await draft_proposal(event, playbook, None if needs_no_model else writer, clock=clock)
    if drafted.data.author == "model" or drafted.data.cost_usd:
        await drafts.keep(drafted)
    return drafted


async def draft_proposal(
    event: CloudEvent[ProposalRequested], playbook: Playbook, writer: Writer | None, *, clock: Clock
) -> CloudEvent[ProposalDrafted]:
    """Draft what was requested; without a writer from the template. The same request gives the same ids."""
    asked = Brief.of(event.data, playbook)
    request = asked.request
    words = PublicWords(asked.playbook, names_in(asked.profile), language=asked.language)
    brief = Brief(_in_public_words(request, words), asked.playbook)
    chosen = next((tier.key for tier in playbook.catalogue if tier.key == request.chosen_tier), None)
    written = await _written(brief, writer)
    tier = recommend_tier(brief.profile, brief.playbook, chosen_tier=chosen, proposal=written.proposal)
    room = brief.playbook.tier(chosen or tier.tier)
    is_said = written.model is not None and asked.has_lead_in
    drafted = ProposalDrafted(
        conversation_id=request.conversation_id,
        proposal_id=derive_id(event.id, "proposal"),
        turn_id=request.turn_id,
        revision=request.revision,
        proposal=words.proposal(with_steps_marked(written.proposal, brief.profile, brief.playbook, room)),
        tier=words.tier(tier),
        author="model" if written.model or keeps_last(brief) else "script",
        model=written.model,
        input_tokens=written.input_tokens,
        output_tokens=written.output_tokens,
        cost_usd=written.cost_usd,
        chosen_tier=chosen,
        not_granted=written.not_granted or (None if is_said else asked.not_granted),
        translations=request.translations,
        playbook=request.playbook,
    )
    return caused_by(event.id, drafted, source="proposal", time=clock())


def _in_public_words(asked: ProposalRequested, words: PublicWords) -> ProposalRequested:
    """The request in words that may stand on the proposal's page, so that neither writer sees others.

    The transcript is what they are read from, so it only loses who the visitor is.
    """
    profile = words.profile(asked.profile)
    wish = words.sentences(asked.change_wish or "", is_quoted=True) or None
    slots = sorted(asked.profile.known() - {"name", "contact_email", "contact_phone", "contact_time"})
    withheld = [slot for slot in slots if getattr(profile, slot) != getattr(asked.profile, slot)]
    if withheld or wish != asked.change_wish:
        logger.info("visitor_words_withheld", slots=withheld, has_wish=asked.change_wish is not None)
    lines = [line.model_copy(update={"text": words.anonymous(line.text)}) for line in asked.transcript]
    return asked.model_copy(update={"profile": profile, "change_wish": wish, "transcript": tuple(lines)})


async def _written(brief: Brief, writer: Writer | None) -> Written:
    cost_usd = 0.0
    if writer is not None:
        try:
            return await writer.write(brief)
        except WriterUnavailable as error:
            # A visitor is waiting: a draft without a model now is better than the model's words later.
            logger.warning("proposal_written_without_a_model", reason=describe(error))
            cost_usd = error.cost_usd
    return Written(proposal=draft_from_last(brief), cost_usd=cost_usd)
