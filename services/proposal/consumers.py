"""What the service listens to."""

from faststream.kafka import KafkaBroker

from chassis.clock import Clock, utc_now
from chassis.kafka import EventPublisher, KeyedOptions, keyed_subscriber
from chassis.language_model import charged_to
from contracts.cloudevent import CloudEvent
from contracts.events import ProposalRequested
from playbook import Editions
from services.proposal.ports import Drafts, Writer
from services.proposal.usecases import answer_request


def subscribe(
    broker: KafkaBroker,
    editions: Editions,
    writer: Writer | None,
    drafts: Drafts,
    *,
    options: KeyedOptions | None = None,
    clock: Clock = utc_now,
) -> None:
    """Answer every ProposalRequested with a ProposalDrafted."""
    publisher = EventPublisher(broker)
    requests = keyed_subscriber(
        broker, ProposalRequested.topic, group_id="proposal", options=options or KeyedOptions()
    )

    @requests.on(ProposalRequested)
    async def draft_proposal_on_proposal_requested(event: CloudEvent[ProposalRequested]) -> None:
        playbook = await editions.find(event.data.playbook, event.data.prompt)
        with charged_to(event.data.payers):
            drafted = await answer_request(event, playbook, writer, drafts, clock=clock)
        await publisher.publish(drafted)
