"""The fixed words of the guided conversation, so that none is written in code."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Self

from pydantic import model_validator

from contracts.values import Profile
from playbook.labels import QuickReplyLabels
from playbook.section import Alternatives, NonEmpty, Section, refuse_unknown_placeholders


class Asking(Section):
    """One thing asked in different words each time; when they are used up, `rest` invites without asking."""

    ask: Alternatives
    rest: NonEmpty


class Askings(Section):
    """What is asked besides the slots.

    `proposal` and `redraft` follow a draft, `demo` an answer after the proposal, `change` a wish that does
    not say what should change, `concern` an objection that does not say why.
    """

    proposal: Asking
    redraft: Asking
    demo: Asking
    change: Asking
    concern: Asking


class Understood(Section):
    """What is said of a value that is not certain; `{value}` is the value as people write it.

    `team_size` and `hours_per_week` have lines of their own, `other` is for every other slot.
    """

    team_size: NonEmpty
    hours_per_week: NonEmpty
    other: NonEmpty

    def of(self, slot: str) -> str:
        """The template for a slot."""
        match slot:
            case "team_size":
                return self.team_size
            case "hours_per_week":
                return self.hours_per_week
        return self.other


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
    """The tier and the price at the end of a proposal.

    `chosen` stands there in place of `recommends` once the visitor chose another tier, and `choice`, which
    offers that, is left out then. `more_tools` is said where the visitor named more tools than the tier
    includes integrations (`Tier.most_integrations`): `{named}` and `{included}` are numbers, `{larger}` is a
    tier that includes enough.
    """

    recommends: NonEmpty
    chosen: NonEmpty
    includes: NonEmpty
    why: NonEmpty
    would_change: NonEmpty
    choice: NonEmpty
    more_tools: NonEmpty


class Contact(Section):
    """How the visitor's name and address are asked for, in passing."""

    name_and_email: NonEmpty
    name: NonEmpty
    email: NonEmpty


class Lines(Section):
    """Everything said that is neither a stage's question nor a fact. Only `askings` and `confirm` ask.

    Of alternatives another one is said each time.

    - `guided` follows the first words of a conversation without a language model: what to expect of it.
    - `acknowledge` repeats what was answered, slot by slot; `new_task` says that the answers about the task
      before do not count any more.
    - `assumed` says how an uncertain value was understood beside another question; `confirm` asks whether it
      is right and is a question of its own.
    - `question_unknown` is said for the first question that no fact answers, `question_unknown_again` for any
      later one.
    - `language_not_spoken` is for a language that `Playbook.not_spoken` does not have either.
    """

    greeting: NonEmpty
    guided: NonEmpty
    acknowledge: Mapping[NonEmpty, Alternatives]
    team_of_one: NonEmpty
    new_task: NonEmpty
    assumed: Understood
    confirm: Understood
    noted: Alternatives
    corrected: NonEmpty
    skipped: Alternatives
    unclear: Alternatives

    proposal_follows: NonEmpty
    redraft_follows: NonEmpty
    link_follows: NonEmpty
    proposal: ProposalLines
    tier: TierLines
    contact: Contact
    askings: Askings
    concern_heard: NonEmpty
    labels: QuickReplyLabels

    booking: NonEmpty
    booking_by_name: NonEmpty
    booking_again: Alternatives
    hand_over: NonEmpty
    thanks: NonEmpty
    goodbye: NonEmpty
    goodbye_again: NonEmpty

    question_unknown: NonEmpty
    question_unknown_again: Alternatives
    language_not_spoken: NonEmpty

    holding_proposal: NonEmpty
    holding_booking: NonEmpty
    failure: NonEmpty

    # What the braces of a line may hold; every other line has none.
    _FILLED: ClassVar[Mapping[str, frozenset[str]]] = {
        "acknowledge": frozenset({"value"}),
        "new_task": frozenset({"value"}),
        "assumed": frozenset({"value"}),
        "confirm": frozenset({"value"}),
        "proposal.hours_now": frozenset({"hours"}),
        "proposal.hours_saved": frozenset({"saved", "hours", "target"}),
        "proposal.success_measure": frozenset({"measure"}),
        "proposal.integrations": frozenset({"tools"}),
        "proposal.delivery": frozenset({"delivery"}),
        "tier.recommends": frozenset({"tier", "price"}),
        "tier.chosen": frozenset({"tier", "price", "recommended"}),
        "tier.why": frozenset({"reason"}),
        "tier.would_change": frozenset({"change"}),
        "tier.more_tools": frozenset({"named", "tier", "included", "larger", "price"}),
        "booking": frozenset({"link"}),
        "booking_by_name": frozenset({"name", "link"}),
        "booking_again": frozenset({"link"}),
        "hand_over": frozenset({"company", "website"}),
        "language_not_spoken": frozenset({"languages"}),
    }
    # Checked where they are defined, or allowed to ask.
    _APART: ClassVar[frozenset[str]] = frozenset({"askings", "labels"})

    @model_validator(mode="after")
    def _says_what_it_may(self) -> Self:
        if unknown := self.acknowledge.keys() - Profile.model_fields.keys():
            raise ValueError(f"acknowledge names {', '.join(sorted(unknown))}, which no slot is called")
        for place, line in _lines_of(self.model_dump(exclude=set(self._APART))):
            head = place.split(".")[0]
            allowed = self._FILLED.get(place, self._FILLED.get(head, frozenset()))
            refuse_unknown_placeholders(line, allowed)
            if "?" in line and head != "confirm":
                raise ValueError(f"{place} asks {line!r}; only questions, askings and confirm ask")
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
