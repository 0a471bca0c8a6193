"""The fixed words of the conversation, so that none is written in code."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import Alternatives, NonEmpty, Section, refuse_unknown_placeholders

# Why a sentence of a model is refused, where something is said in its place.
Refused = Literal["amount", "number", "date", "link", "contact", "promise", "leak", "identity"]


class Asking(Section):
    """One thing asked in ever different words; when they are used up, `rest` invites without asking."""

    ask: Alternatives
    rest: NonEmpty


class Answer(Section):
    """What is said when the visitor's words touch a subject.

    `words` are words or phrases; `*` at the end of one stands for any ending. `says` may use `{company}`,
    `{does}`, `{website}` and `{delivery}`.
    """

    about: NonEmpty
    words: Alternatives
    says: NonEmpty

    @model_validator(mode="after")
    def _placeholders_exist(self) -> Self:
        refuse_unknown_placeholders(self.says, frozenset({"company", "does", "website", "delivery"}))
        return self


class ProposalLines(Section):
    """The headings of a proposal; what is not known is left out with its heading."""

    does: NonEmpty
    out_of_scope: NonEmpty
    integrations: NonEmpty
    hours_now: NonEmpty
    hours_saved: NonEmpty
    success_measure: NonEmpty
    delivery: NonEmpty


class TierLines(Section):
    """How a tier is recommended."""

    recommends: NonEmpty
    includes: NonEmpty
    why: NonEmpty
    would_change: NonEmpty


class Contact(Section):
    """How the visitor's name and address are asked for, in passing."""

    name_and_email: NonEmpty
    name: NonEmpty
    email: NonEmpty


class Askings(Section):
    """What is asked besides the slots."""

    proposal: Asking
    redraft: Asking
    tier: Asking
    change: Asking
    concern: Asking


class Lines(Section):
    """Everything said that no stage's question says. Only questions and askings may ask something.

    Of alternatives another one is said each time.
    """

    greeting: NonEmpty
    acknowledge: Mapping[NonEmpty, Alternatives]
    team_of_one: NonEmpty
    noted: Alternatives
    corrected: NonEmpty
    skipped: Alternatives
    unclear: Alternatives

    proposal_follows: NonEmpty
    redraft_follows: NonEmpty
    tier_follows: NonEmpty
    link_follows: NonEmpty
    proposal: ProposalLines
    tier: TierLines
    contact: Contact
    askings: Askings
    concern_heard: NonEmpty

    booking: NonEmpty
    booking_by_name: NonEmpty
    booking_again: Alternatives
    thanks: NonEmpty
    goodbye: NonEmpty
    goodbye_again: NonEmpty

    price: NonEmpty
    price_of_tier: NonEmpty
    price_fitting: NonEmpty
    bot: NonEmpty
    human: NonEmpty
    early_demo: NonEmpty
    question_unknown: Alternatives
    answers: tuple[Answer, ...]
    objections: Annotated[tuple[Answer, ...], Field(min_length=1)]
    objection_again: NonEmpty

    holding_proposal: NonEmpty
    holding_booking: NonEmpty
    failure: NonEmpty
    # Said in place of a sentence that may not be; where there is none, the sentence is left out.
    guarded: Mapping[Refused, NonEmpty] = Field(default_factory=dict)

    # What the braces of a line may hold; every other line has none.
    _FILLED: ClassVar[Mapping[str, frozenset[str]]] = {
        "acknowledge": frozenset({"value", "a_value"}),
        "proposal.hours_now": frozenset({"hours"}),
        "proposal.hours_saved": frozenset({"saved", "hours", "target"}),
        "proposal.success_measure": frozenset({"measure"}),
        "proposal.integrations": frozenset({"tools"}),
        "proposal.delivery": frozenset({"delivery"}),
        "tier.recommends": frozenset({"tier", "price"}),
        "tier.why": frozenset({"reason"}),
        "tier.would_change": frozenset({"change"}),
        "booking": frozenset({"link"}),
        "booking_by_name": frozenset({"name", "link"}),
        "booking_again": frozenset({"link"}),
        "price": frozenset({"tiers"}),
        "price_of_tier": frozenset({"tier", "price"}),
        "price_fitting": frozenset({"tier", "price"}),
        "bot": frozenset({"company", "bot_name"}),
        "human": frozenset({"company", "website"}),
        "answers": frozenset({"company", "does", "website", "delivery"}),
        "objections": frozenset({"company", "does", "website", "delivery"}),
        "guarded": frozenset({"tiers", "company", "bot_name", "website"}),
    }

    @model_validator(mode="after")
    def _says_what_it_may(self) -> Self:
        if unknown := self.acknowledge.keys() - Profile.model_fields.keys():
            raise ValueError(f"acknowledge names {', '.join(sorted(unknown))}, which no slot is called")
        for place, line in _lines_of(self.model_dump(exclude={"askings"})):
            head = place.split(".")[0]
            allowed = self._FILLED.get(place, self._FILLED.get(head, frozenset()))
            refuse_unknown_placeholders(line, allowed)
            if "?" in line:
                raise ValueError(f"{place} asks {line!r}; only questions and askings ask")
        return self

    @model_validator(mode="after")
    def _rest_asks_nothing(self) -> Self:
        for name in Askings.model_fields:
            asking: Asking = getattr(self.askings, name)
            if "?" in asking.rest:
                raise ValueError(
                    f"askings.{name}.rest asks {asking.rest!r}, and would ask it again and again"
                )
        return self


def _lines_of(value: object, place: str = "") -> Iterable[tuple[str, str]]:
    """Every text below a value, with its place; members of lists stand at the place of the list."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _lines_of(part, f"{place}.{name}" if place else str(name))
    elif isinstance(value, tuple):
        for part in value:
            yield from _lines_of(part, place)
