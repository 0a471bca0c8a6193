"""What a reply may say: the company's own, and the visitor's own."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from contracts.values import Profile, Proposal
from playbook import Playbook
from playbook.claims import is_below_any, letters, phones
from playbook.guard.company import Company, company_of
from playbook.guard.figures import CALENDAR
from playbook.guard.leaks import names_pattern
from playbook.guard.visitor import Visitor
from playbook.lexicon import Phrases

# What a judge may cite besides the facts: what happens in the chat, that a question is noted for a colleague,
# and by which rule a tier is named.
COLLEAGUE: Final = "colleague"
CITED_BESIDES: Final = ("chat", COLLEAGUE, "tier_rule")


@dataclass(frozen=True)
class AllowedClaims:
    """All that the sentences of one reply are held against."""

    language: str
    company: Company
    lines: frozenset[str]
    thanks: Phrases
    name: frozenset[str]
    visitor: Visitor
    facts: frozenset[str]
    contact_email: str
    contact_phone: str
    booking_url: str | None
    inner_names: re.Pattern[str]

    @classmethod
    def of(
        cls,
        playbook: Playbook,
        profile: Profile,
        messages: Sequence[str],
        *,
        unanswered: int = 1,
        proposal: Proposal | None = None,
        booking_url: str | None = None,
        inner_names: Collection[str] = (),
        year: int | None = None,
    ) -> "AllowedClaims":
        """What may be claimed to a visitor who wrote these messages, the last `unanswered` ones just now.

        `inner_names` are those that a model is told and nobody else: they are never said. `year` is the
        present one unless it is given.
        """
        slot = profile.language
        tag = slot.value if slot is not None and slot.value else playbook.language.code
        own = playbook.spoken_in(tag)
        company, spoken = company_of(playbook), company_of(own)
        language = tag.partition("-")[0].casefold()
        contact, phone = profile.contact_email, profile.contact_phone
        visitor = Visitor(
            messages=tuple(messages),
            profile=profile,
            proposal=proposal,
            unanswered=unanswered,
            language=language,
            company=company,
            year=year or datetime.now(UTC).year,
        )
        return cls(
            language=language,
            company=company,
            lines=spoken.lines,
            thanks=own.lexicon.intents["thank"],
            name=frozenset(map(letters, profile.name.value.split())) if profile.name else frozenset(),
            visitor=visitor,
            facts=frozenset((*playbook.facts.ids, *CITED_BESIDES)),
            contact_email=contact.value.casefold() if contact is not None and contact.value else "",
            contact_phone=next(iter(phones(phone.value)), "") if phone is not None else "",
            booking_url=booking_url,
            inner_names=names_pattern(frozenset(inner_names)),
        )

    @cached_property
    def values(self) -> frozenset[float]:
        """The numbers that may be said."""
        return self.company.values | self.visitor.values | CALENDAR

    @cached_property
    def amounts(self) -> frozenset[float]:
        """The sums of money that may be said."""
        return self.company.amounts | self.visitor.amounts

    def may_link(self, link: str) -> bool:
        """Whether it leads to our site, is the booking link once it was given, or the visitor's address."""
        address = link.rstrip(".,;:!?)")
        full = address if "://" in address else f"https://{address}"
        if address in {self.booking_url, self.contact_email} - {None, ""}:
            return True
        return is_below_any(full, self.company.hosts)
