"""The words by which a lead is found: its name, business, addresses and id, folded alike on both sides."""

import re
import unicodedata
from uuid import UUID

from contracts.values import Profile

_LONGEST_WORD = 64
_MOST_WORDS = 100
_MOST_ASKED = 8
_word = re.compile(r"\w+")
_SEARCHED = ("name", "business_type", "contact_email", "contact_phone")


def search_words(conversation_id: UUID, profile: Profile) -> tuple[str, ...]:
    """The words of a lead, each once and in their order in the alphabet."""
    slots = (getattr(profile, name) for name in _SEARCHED)
    texts = [str(conversation_id), *(slot.value for slot in slots if slot is not None)]
    if profile.contact_phone is not None:
        # Who searches a number may write it without the spaces.
        texts.append(re.sub(r"\D", "", profile.contact_phone.value))
    found = (word for text in texts for word in _words_in(text))
    return tuple(sorted(dict.fromkeys(found)))[:_MOST_WORDS]


def asked_words(query: str) -> tuple[str, ...]:
    """The words of a query; a lead is found if each begins one of its own."""
    return tuple(dict.fromkeys(_words_in(query)))[:_MOST_ASKED]


def _words_in(text: str) -> list[str]:
    """Words without upper case and accents: who types "muller" finds "Müller"."""
    parts = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold()
    return [word[:_LONGEST_WORD] for word in _word.findall(plain)]
