"""What is requested, and what of a wish for a change may stand in a draft."""

import re
from dataclasses import dataclass
from functools import cached_property

from contracts.events import ProposalRequested
from contracts.values import Profile
from playbook import Playbook, ProposalScript, claims, questions_in
from playbook.lexicon import plain
from playbook.phrasing import phrase
from playbook.programs import with_whole_names
from playbook.translation import spoken_by

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
# The visitor's own money and discounts are a part of their business, and known before.
_TERMS = frozenset({"amount", "percentage", "promise"})


@dataclass(frozen=True, slots=True)
class Wish:
    """`wanted` is what is asked for, as it was written; `remarks` are the complaints and questions beside it.

    `has_terms` says that a price or a promise was asked for, which no draft may hold.
    """

    wanted: str
    remarks: tuple[str, ...]
    has_terms: bool


@dataclass(frozen=True)
class Brief:
    """A request, and the playbook in the visitor's language."""

    request: ProposalRequested
    playbook: Playbook

    @classmethod
    def of(cls, request: ProposalRequested, playbook: Playbook) -> "Brief":
        """The brief of a request."""
        told = request.profile.language
        own = spoken_by(told.value if told else None, request.translations, playbook)
        profile = with_whole_names(request.profile, request.transcript, own)
        return cls(request.model_copy(update={"profile": profile}), own)

    @property
    def profile(self) -> Profile:
        """What is known of the visitor."""
        return self.request.profile

    @property
    def language(self) -> str:
        """The primary tag of the visitor's language."""
        told = self.profile.language
        return (told.value if told else self.playbook.language.code).casefold().partition("-")[0]

    @property
    def script(self) -> ProposalScript:
        """The fixed words of a proposal."""
        return self.playbook.proposal

    @cached_property
    def told(self) -> str:
        """Everything the profile says, in which claims can be looked up."""
        unsaid = {name: {"turn_id", "confidence"} for name in self.profile.known()}
        return self.profile.model_dump_json(exclude=unsaid, exclude_none=True)

    @cached_property
    def wish(self) -> Wish:
        """The change that is wished for, sentence by sentence."""
        sentences = [part.strip() for part in _SENTENCE.split(self.request.change_wish or "") if part.strip()]
        complains = self.script.no_wish.search
        remarks = [part for part in sentences if questions_in(part) or complains(plain(part))]
        wishes = [part for part in sentences if part not in remarks]
        wanted = [part for part in wishes if not claims.invented(part, self.told) & _TERMS]
        return Wish(phrase(" ".join(wanted)), tuple(remarks), has_terms=len(wanted) < len(wishes))

    @property
    def has_lead_in(self) -> bool:
        """Whether the visitor reads a line of ours in front of the draft, which a model sees."""
        lines = self.request.transcript
        return bool(lines) and lines[-1].role == "bot"

    @property
    def not_granted(self) -> str | None:
        """What is said to a wish for a price or a promise, None to any other."""
        return self.script.terms_says if self.wish.has_terms else None
