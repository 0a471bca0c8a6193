"""The playbook's words for visitors whose language the playbook does not have."""

import structlog

from services.dialogue.domain import Conversation, Reply, is_faithful, lacks_words_for
from services.dialogue.errors import SpeakerUnavailable
from services.dialogue.ports import Ports

logger = structlog.get_logger()


async def worded(conversation: Conversation, text: str, ports: Ports) -> Reply:
    """The text in the visitor's language, or as it is when it cannot be had there unchanged in meaning."""
    as_written = Reply(text=text, author="script")
    language = lacks_words_for(conversation, ports.playbook)
    if ports.translator is None or language is None:
        return as_written
    try:
        translated = await ports.translator.translate(text, language, conversation.conversation_id)
    except SpeakerUnavailable as error:
        logger.warning("not_translated", reason=error.reason, language=language)
        return as_written.model_copy(update={"cost_usd": error.cost_usd})
    names = [tier.name for tier in ports.playbook.catalogue]
    if not is_faithful(text, translated.text, names):
        logger.warning("translation_refused", language=language)
        return with_usage_of(as_written, translated)
    return with_usage_of(as_written.model_copy(update={"text": translated.text}), translated)


def with_usage_of(reply: Reply, wording: Reply) -> Reply:
    """The reply, with what its wording took of a model."""
    return reply.model_copy(
        update={
            "model": reply.model or wording.model,
            "input_tokens": reply.input_tokens + wording.input_tokens,
            "output_tokens": reply.output_tokens + wording.output_tokens,
            "cost_usd": reply.cost_usd + wording.cost_usd,
        }
    )
