"""What the service does: draft a proposal and recommend a tier."""

from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.errors import describe
from contracts.cloudevent import CloudEvent, caused_by, derive_id
from contracts.events import ProposalDrafted, ProposalRequested
from contracts.values import Author, Profile
from playbook import Playbook
from playbook.claims import names_of
from playbook.public_words import PublicWords
from services.proposal.domain import draft_from_template, recommend_tier, spoken
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Drafts, Writer, Written

logger = structlog.get_logger()

# The visitor got a holding reply long ago: what is asked later, or again from a history, is worth no model.
MODEL_WITHIN = timedelta(hours=1)


async def answer_request(
    event: CloudEvent[ProposalRequested],
    playbook: Playbook,
    writer: Writer,
    drafts: Drafts,
    *,
    clock: Clock,
) -> CloudEvent[ProposalDrafted]:
    """Draft what was requested, once: however often its publication is tried, a model is paid once."""
    kept = await drafts.find(event.id)
    if kept is not None:
        return kept
    is_late = clock() - event.time > MODEL_WITHIN
    drafted = await draft_proposal(event, playbook, None if is_late else writer, clock=clock)
    if drafted.data.author == "model" or drafted.data.cost_usd:
        await drafts.keep(drafted)
    return drafted


async def draft_proposal(
    event: CloudEvent[ProposalRequested], playbook: Playbook, writer: Writer | None, *, clock: Clock
) -> CloudEvent[ProposalDrafted]:
    """Draft what was requested; without a writer from the template. The same request gives the same ids."""
    told = event.data
    playbook = spoken(told, playbook)
    words = _public_words(told.profile, playbook)
    request = _in_public_words(told, words)
    written, author = await _written(request, playbook, writer)
    drafted = ProposalDrafted(
        conversation_id=request.conversation_id,
        proposal_id=derive_id(event.id, "proposal"),
        turn_id=request.turn_id,
        revision=request.revision,
        proposal=words.proposal(written.proposal),
        tier=words.tier(recommend_tier(request.profile, playbook)),
        author=author,
        model=written.model,
        input_tokens=written.input_tokens,
        output_tokens=written.output_tokens,
        cost_usd=written.cost_usd,
    )
    return caused_by(event.id, drafted, source="proposal", time=clock())


def _public_words(profile: Profile, playbook: Playbook) -> PublicWords:
    name, email = profile.name, profile.contact_email
    return PublicWords(playbook, names_of(name.value if name else None, email.value if email else None))


def _in_public_words(told: ProposalRequested, words: PublicWords) -> ProposalRequested:
    """The request in words that may stand on the proposal's page, so that neither writer sees others."""
    profile = words.profile(told.profile)
    wish = words.sentences(told.change_wish or "", is_quoted=True) or None
    changed = [
        name for name in sorted(told.profile.known()) if getattr(profile, name) != getattr(told.profile, name)
    ]
    withheld = [name for name in changed if name not in {"name", "contact_email"}]
    if withheld or wish != told.change_wish:
        logger.info("visitor_words_withheld", slots=withheld, has_wish=told.change_wish is not None)
    return told.model_copy(update={"profile": profile, "change_wish": wish})


async def _written(
    request: ProposalRequested, playbook: Playbook, writer: Writer | None
) -> tuple[Written, Author]:
    if writer is None:
        return Written(proposal=draft_from_template(request, playbook)), "script"
    try:
        return await writer.write(request), writer.author
    except WriterUnavailable as error:
        # A visitor is waiting: the template now is better than the model's words later.
        logger.warning("proposal_written_from_template", reason=describe(error))
        template = draft_from_template(request, playbook)
        return Written(proposal=template, cost_usd=error.cost_usd), "script"
