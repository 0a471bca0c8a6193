"""What the service does: draft a proposal and recommend a tier."""

import structlog

from chassis.clock import Clock
from chassis.errors import describe
from contracts.cloudevent import CloudEvent, caused_by, derive_id
from contracts.events import ProposalDrafted, ProposalRequested
from contracts.playbook import Playbook
from contracts.values import Author
from services.proposal.domain import draft_from_template, recommend_tier, spoken
from services.proposal.errors import WriterUnavailable
from services.proposal.ports import Writer, Written

logger = structlog.get_logger()


async def draft_proposal(
    event: CloudEvent[ProposalRequested], playbook: Playbook, writer: Writer, *, clock: Clock
) -> CloudEvent[ProposalDrafted]:
    """Draft what was requested. The same request gives the same ids and the same tier."""
    request = event.data
    playbook = spoken(request, playbook)
    written, author = await _written(request, playbook, writer)
    drafted = ProposalDrafted(
        conversation_id=request.conversation_id,
        proposal_id=derive_id(event.id, "proposal"),
        turn_id=request.turn_id,
        revision=request.revision,
        proposal=written.proposal,
        tier=recommend_tier(request.profile, playbook),
        author=author,
        model=written.model,
        input_tokens=written.input_tokens,
        output_tokens=written.output_tokens,
        cost_usd=written.cost_usd,
    )
    return caused_by(event.id, drafted, source="proposal", time=clock())


async def _written(request: ProposalRequested, playbook: Playbook, writer: Writer) -> tuple[Written, Author]:
    try:
        return await writer.write(request), writer.author
    except WriterUnavailable as error:
        # A visitor is waiting: the template now is better than the model's words later.
        logger.warning("proposal_written_from_template", reason=describe(error))
        template = draft_from_template(request, playbook)
        return Written(proposal=template, cost_usd=error.cost_usd), "script"
