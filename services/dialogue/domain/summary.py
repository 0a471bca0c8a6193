"""A conversation of any length in few words: what a model is told of it besides the facts."""

from collections.abc import Iterable, Sequence

from services.dialogue.domain.conversation import Conversation, Utterance, shortened
from services.dialogue.domain.wording import listed

# What the last two messages may take each; what the older ones may, and what these may together. The slots
# and the summary say what was settled, so that the talk need only show where it stands.
_NEWEST_TOKENS = 500
_OLDER_TOKENS = 40
_ALL_OLDER_TOKENS = 160
_BYTES_A_TOKEN = 4


def estimated_tokens(text: str) -> int:
    """About how many tokens a model counts; scripts with long letters take more of them, as bytes tell."""
    return -(-len(text.encode()) // _BYTES_A_TOKEN)


def recent_talk(history: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """The last messages in their order; older ones are cut short, and left out beyond their budget."""
    newest = [_within(utterance, _NEWEST_TOKENS) for utterance in history[-2:]]
    older: list[Utterance] = []
    left = _ALL_OLDER_TOKENS
    for utterance in reversed(history[:-2]):
        older.append(_within(utterance, _OLDER_TOKENS))
        left -= estimated_tokens(older[-1].text)
        if left < 0:
            return (*reversed(older[:-1]), *newest)
    return (*reversed(older), *newest)


def summarize(conversation: Conversation) -> str:
    """What happened, from the state alone; the same state gives the same words, and never many."""
    return " ".join(_happened(conversation)) or "Nothing yet."


def _happened(conversation: Conversation) -> Iterable[str]:
    known = conversation.profile.known()
    asked = [f"{what} ({times}x)" for what, times in sorted(conversation.asked.items()) if what not in known]
    if asked:
        yield f"Asked, besides what is known: {listed(asked)}."
    if conversation.objections:
        yield f"Objections raised and answered: {listed(conversation.objections)}."
    if conversation.proposal is not None:
        agent = _quoted(conversation.proposal.agent_name)
        yield f"Draft {conversation.revision} of the proposal {agent} was shown."
    if conversation.wishes:
        yield f"Changes made at the visitor's wish: {listed(map(_quoted, conversation.wishes))}."
    if conversation.tier is not None and conversation.stage.position > conversation.stage.PROPOSE.position:
        yield f"The tier {conversation.tier.name} was recommended."
    if conversation.booking_url is not None:
        yield "The booking link was sent."
    if conversation.closed:
        yield "The visitor has said no."


def _within(utterance: Utterance, most_tokens: int) -> Utterance:
    text = utterance.text
    while (tokens := estimated_tokens(text)) > most_tokens:
        # The letters that are kept may be the longer ones, so that once is not always enough.
        text = shortened(text, min(len(text) - 1, len(text) * most_tokens // tokens))
    return utterance.model_copy(update={"text": text})


def _quoted(words: str) -> str:
    return f'"{_plain(words)}"'


def _plain(words: str) -> str:
    """On one line and without what could pass for a mark of ours."""
    return " ".join(words.translate(str.maketrans('<>"', "\u2039\u203a'")).split())
