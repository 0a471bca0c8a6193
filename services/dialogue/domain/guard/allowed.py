"""What a reply may say: the company's own, and the visitor's own."""

from dataclasses import dataclass
from typing import Final

from playbook import Playbook
from playbook.claims import is_below_any
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.guard.company import Company, company_of
from services.dialogue.domain.guard.figures import CALENDAR
from services.dialogue.domain.guard.visitor import Visitor, visitor_of

# What a judge may cite besides the facts: what happens in the chat, and by which rule a tier is named.
CITED_BESIDES: Final = ("chat", "tier_rule")


@dataclass(frozen=True)
class AllowedClaims:
    """All that the sentences of one reply are held against."""

    language: str
    company: Company
    lines: frozenset[str]
    visitor: Visitor
    values: frozenset[float]
    amounts: frozenset[float]
    facts: frozenset[str]
    contact_email: str
    booking_url: str | None

    @classmethod
    def of(cls, conversation: Conversation, playbook: Playbook) -> "AllowedClaims":
        """What may be claimed in the next reply of this conversation."""
        slot = conversation.profile.language
        tag = slot.value if slot is not None and slot.value else playbook.language.code
        company, spoken = company_of(playbook), company_of(playbook.spoken_in(tag))
        language = tag.partition("-")[0].casefold()
        contact = conversation.profile.contact_email
        visitor = visitor_of(conversation, language, company)
        return cls(
            language=language,
            company=company,
            lines=spoken.lines,
            visitor=visitor,
            values=company.values | visitor.values | CALENDAR,
            amounts=company.amounts | visitor.amounts,
            facts=frozenset((*playbook.facts.ids, *CITED_BESIDES)),
            contact_email=contact.value.casefold() if contact is not None and contact.value else "",
            booking_url=conversation.booking_url,
        )

    def may_link(self, link: str) -> bool:
        """Whether it leads to our site, is the booking link once it was given, or the visitor's address."""
        address = link.rstrip(".,;:!?)")
        full = address if "://" in address else f"https://{address}"
        if address in {self.booking_url, self.contact_email} - {None, ""}:
            return True
        return is_below_any(full, self.company.hosts)
