"""One turn's words: the model's if there is one and it answers, the script's otherwise."""

import structlog

from chassis import metrics
from services.dialogue.domain import Plan, Said, apply_extraction
from services.dialogue.errors import VoiceLost
from services.dialogue.ports import Ports, ReplyWriter
from services.dialogue.usecases.translating import worded

logger = structlog.get_logger()


async def speak(plan: Plan, writer: ReplyWriter, ports: Ports) -> tuple[Plan, Said]:
    """Say the reply of `plan` into `writer`; always says something. Returns the plan as it stands then.

    A lead-in to a proposal or a link is the script's: what follows is made elsewhere, with a model where
    there is one, and a visitor should not wait for two of them in a row.
    """
    if ports.voice is None or plan.needs != "nothing":
        said = await worded(plan.conversation, plan.script, ports)
        await writer.append(said.reply)
        return plan, said
    try:
        spoken = await ports.voice.speak(plan, writer.append)
    except VoiceLost as lost:
        metrics.SCRIPTED_REPLIES.labels(lost.reason).inc()
        logger.warning("script_took_over", reason=lost.reason)
        await writer.replace(plan.script)
        return plan, Said(reply=plan.script, author="script", degraded=True)
    return apply_extraction(plan, spoken.extraction, ports.playbook), spoken.said
