"""Leads a stored conversation again: the visitor's lines as they were, the replies anew."""

from uuid import UUID

from evals.in_process import InProcess
from evals.player import Line
from evals.replay.stored import Stored
from playbook import Playbook


async def rerun(before: Stored, line: Line) -> Stored:
    """What would have become of the conversation on this line."""
    after = Stored(before.conversation_id, dict(before.lines))
    for message in before.lines.values():
        reply = await line.say(message)
        after.stages.append(reply.stage)
        after.link_shown = after.link_shown or reply.calendly_shown
    outcome = await line.outcome()
    after.profile, after.tier = outcome.profile, outcome.tier
    after.cost_usd = outcome.cost_usd or 0.0
    return after


def in_process(before: Stored, playbook: Playbook) -> InProcess:
    """A line of its own through the pure domain, by this playbook."""
    return InProcess(playbook, _name(before.conversation_id))


def _name(conversation_id: UUID) -> str:
    return f"replay of {conversation_id}"
