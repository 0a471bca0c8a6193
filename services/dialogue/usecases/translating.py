"""What the script says, for visitors whose language the playbook does not have."""

import structlog

from services.dialogue.domain import Conversation, Said, is_faithful, lacks_words_for
from services.dialogue.errors import VoiceLost
from services.dialogue.ports import Ports

logger = structlog.get_logger()


async def worded(conversation: Conversation, text: str, ports: Ports) -> Said:
    """The text in the visitor's language, or as it is when it cannot be had there unchanged in meaning."""
    as_written = Said(reply=text, author="script")
    language = lacks_words_for(conversation, ports.playbook)
    if ports.translator is None or language is None:
        return as_written
    try:
        translated = await ports.translator.translate(text, language, conversation.conversation_id)
    except VoiceLost as lost:
        logger.warning("not_translated", reason=lost.reason, language=language)
        return as_written.model_copy(update={"cost_usd": lost.cost_usd})
    names = [tier.name for tier in ports.playbook.catalogue]
    if not is_faithful(text, translated.reply, names):
        logger.warning("translation_refused", language=language)
        return with_usage_of(as_written, translated)
    return with_usage_of(as_written.model_copy(update={"reply": translated.reply}), translated)


def with_usage_of(said: Said, wording: Said) -> Said:
    """What was said, with what its wording took of a model."""
    return said.model_copy(
        update={
            "model": said.model or wording.model,
            "input_tokens": said.input_tokens + wording.input_tokens,
            "output_tokens": said.output_tokens + wording.output_tokens,
            "cost_usd": said.cost_usd + wording.cost_usd,
        }
    )
