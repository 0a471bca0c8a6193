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
        translated = await ports.translator.translate(text, language)
    except VoiceLost as lost:
        logger.warning("not_translated", reason=lost.reason, language=language)
        return as_written
    usage = {"input_tokens": translated.input_tokens, "output_tokens": translated.output_tokens}
    names = [tier.name for tier in ports.playbook.catalogue]
    if not is_faithful(text, translated.reply, names):
        logger.warning("translation_refused", language=language)
        return as_written.model_copy(update={**usage, "model": translated.model})
    return as_written.model_copy(update={**usage, "model": translated.model, "reply": translated.reply})


def with_usage_of(said: Said, wording: Said) -> Said:
    """What was said, with what its wording took of a model."""
    return said.model_copy(
        update={
            "model": said.model or wording.model,
            "input_tokens": said.input_tokens + wording.input_tokens,
            "output_tokens": said.output_tokens + wording.output_tokens,
        }
    )
