"""What a reply may say: the company's facts, each on its own, and what is the visitor's own."""

from dataclasses import dataclass

from playbook import Playbook
from playbook.claims import is_below_any
from playbook.claims.vocabulary import Term, vocabulary
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.guard.company import Names, Unit, company_of, with_names
from services.dialogue.domain.guard.leaks import Instructions
from services.dialogue.domain.guard.visitor import Visitor, visitor_of


@dataclass(frozen=True)
class AllowedClaims:
    """All that the sentences of one reply may claim."""

    language: str
    units: tuple[Unit, ...]
    names: Names
    lines: frozenset[str]
    prices: tuple[int, ...]
    visitor: Visitor
    hosts: tuple[str, ...]
    booking_url: str | None
    instructions: Instructions

    @classmethod
    def of(cls, conversation: Conversation, playbook: Playbook) -> "AllowedClaims":
        """What may be claimed in the next reply of this conversation."""
        slot = conversation.profile.language
        tag = slot.value if slot is not None and slot.value else playbook.language.code
        spoken = playbook.spoken_in(tag)
        company, default = company_of(spoken), company_of(playbook)
        language = tag.partition("-")[0].casefold()
        return cls(
            language=language,
            units=company.units if spoken is playbook else (*company.units, *default.units),
            names=company.names,
            lines=company.lines,
            prices=company.prices,
            visitor=visitor_of(conversation, language, company),
            hosts=company.hosts,
            booking_url=conversation.booking_url,
            instructions=company.instructions,
        )

    def may_link(self, link: str) -> bool:
        """Whether it leads to our site, or is the booking link once it was given."""
        address = link.rstrip(".,;:!?)")
        full = address if "://" in address else f"https://{address}"
        return address == self.booking_url or is_below_any(full, self.hosts)

    def read(self, text: str, language: str) -> tuple[Term, ...]:
        """The terms of a text, with our names among them."""
        words = vocabulary(language)
        assert words is not None, "the language was recognised by its words"
        return with_names(text, words, self.names)
