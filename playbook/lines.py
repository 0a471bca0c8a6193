"""What is said without a language model, and the labels of what code shows with a model too."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.values import Profile
from playbook.section import NonEmpty, Section, placeholders, refuse_unknown_placeholders

# What may be said in two replies in a row has another wording for the second.
Wordings = Annotated[tuple[NonEmpty, ...], Field(min_length=2)]


class ProposalLabels(Section):
    """The headings of a proposal; a heading without content is left out."""

    does: NonEmpty
    out_of_scope: NonEmpty
    to_look_at: NonEmpty
    integrations: NonEmpty
    done_today: NonEmpty
    hours_now: NonEmpty
    hours_saved: NonEmpty
    success_measure: NonEmpty
    delivery: NonEmpty


class TierLabels(Section):
    """The headings of the tier in a proposal: the recommended one, and the one the visitor chose instead."""

    recommended: NonEmpty
    chosen: NonEmpty
    includes: NonEmpty
    why: NonEmpty
    would_change: NonEmpty


class SuggestedQuestion(Section):
    """A question that a visitor may pick, and the ids of the facts that answer it, in their order."""

    label: NonEmpty
    facts: tuple[NonEmpty, ...] = Field(min_length=1)


class QuickReplyLabels(Section):
    """The answers a visitor may pick.

    `everybody` and `another_number` answer the line `is_everybody`. `not_right` takes back what was just
    understood. `change_slot` names the parts of a proposal, in this order; `answers` are usual answers to the
    question for a slot; `questions` are named by what they are about.
    """

    everybody: NonEmpty
    another_number: NonEmpty
    between: NonEmpty
    more_than: NonEmpty
    skip: NonEmpty
    person: NonEmpty
    link: NonEmpty
    accept: NonEmpty
    change: NonEmpty
    decline: NonEmpty
    not_right: NonEmpty
    change_slot: Mapping[NonEmpty, NonEmpty]
    other_tier: NonEmpty
    answers: Mapping[NonEmpty, tuple[NonEmpty, ...]]
    questions: Mapping[NonEmpty, SuggestedQuestion]


class Lines(Section):
    """Every line of the guided conversation besides questions and facts. Only the lines in `_ASKING` ask.

    - `guided` follows the first words of a conversation without a language model: what to expect of it.
    - `acknowledge` says back what was stored, with wordings for every slot. `first_task` names the
      kind of task that follows from what takes time. `new_task` says that what was known of another task does
      not count any more.
    - `noted_so_far` answers a visitor who asks what was understood.
    - `already` answers what was told before.
    - `hand_over` answers a wish for a person; its second wording, shorter, one that was passed on already.
      `hand_over_without_demo` answers whoever refused the demo with it.
    - `declined` is the goodbye to a visitor who said no.
    - `is_everybody` asks whether a number of people is the whole team, `is_all_hours` whether an amount of
      hours is all, `which_number` which of several numbers is right.
    - `change` lists what is noted and says how a line is changed, `how_to_change` says it below a proposal;
      `ask_anew` asks what should stand in a line. `left_to_team` follows a second change that is not clear.
    - `left_open` says that a number is not asked for a third time. `taken` is said of a text that is too long
      to be said back, `kept_as_written` of what answers no question.
    - `rest_stays` follows the changed parts of a proposal, `nothing_left` stands in a list that is empty now;
      `unchanged` is said where a redraft changes nothing.
    - `no_questions` offers the link to a visitor who wants no more of them.
    - `unclear` says that nothing was understood, `unclear_again` the second time in a row, with a way out.
    - `understood_as` says back what is not certain, and invites to correct it.
    - `for_a_colleague` is said once, of the first question that no fact answers, and names what can be asked;
      `not_known` of the later ones. `no_more` is said of a question that is asked again after its answer, and
      offers a person.
    - `contact` asks for name and address, in passing.
    - `person_joined` says that a person of the company speaks from now on, `person_left` that the AI does.
    - `demo_booked`, `demo_moved`, `demo_canceled` and `demo_missed` say what the calendar tells of the demo;
      `demo_booked_untimed` and `demo_moved_untimed` do so without its time, where only the address says whose
      it is.
    - `language_not_spoken` is for a language that `Playbook.not_spoken` does not have either.
    """

    greeting: NonEmpty
    guided: NonEmpty
    language_not_spoken: NonEmpty

    acknowledge: Mapping[NonEmpty, Wordings]
    hours_a_week: NonEmpty
    team_of_one: Wordings
    first_task: Wordings
    new_task: Wordings
    several: Wordings
    noted_so_far: Wordings
    corrected: Wordings
    already: Wordings
    removed: Wordings
    understood_as: Wordings
    skipped: Wordings
    is_everybody: Wordings
    is_all_hours: Wordings
    which_number: Wordings
    ask_anew: Wordings
    taken: Wordings
    kept_as_written: Wordings
    no_questions: Wordings
    unclear: Wordings
    unclear_again: Wordings
    left_open: Wordings
    left_to_team: Wordings
    thanks: Wordings
    for_a_colleague: NonEmpty
    not_known: Wordings
    no_more: Wordings

    proposal_follows: Wordings
    redraft_follows: Wordings
    rest_stays: NonEmpty
    nothing_left: NonEmpty
    unchanged: Wordings
    proposal: ProposalLabels
    tier: TierLabels
    reaction: Wordings
    reaction_to_redraft: Wordings
    reaction_when_unsure: Wordings
    change: Wordings
    how_to_change: NonEmpty
    concern: Wordings
    after_concern: Wordings
    worth_it: NonEmpty
    tier_chosen: Wordings

    link_follows: Wordings
    booking: NonEmpty
    booking_again: Wordings
    anything_else: Wordings
    contact: NonEmpty
    hand_over: Wordings
    hand_over_without_demo: Wordings
    hand_over_with_number: Wordings
    hand_over_with_time: Wordings
    declined: Wordings
    goodbye: Wordings
    holding_proposal: Wordings
    holding_booking: Wordings
    failure: NonEmpty
    person_joined: NonEmpty
    person_left: NonEmpty
    demo_booked: NonEmpty
    demo_booked_untimed: NonEmpty
    demo_moved: NonEmpty
    demo_moved_untimed: NonEmpty
    demo_canceled: NonEmpty
    demo_missed: NonEmpty
    quick_replies: QuickReplyLabels

    # What the braces of a line hold: all of these, and nothing else.
    _FILLED: ClassVar[Mapping[str, frozenset[str]]] = {
        "language_not_spoken": frozenset({"bot_name", "company", "languages"}),
        "hours_a_week": frozenset({"hours"}),
        "first_task": frozenset({"task"}),
        "new_task": frozenset({"value"}),
        "several": frozenset({"values"}),
        "corrected": frozenset({"values"}),
        "already": frozenset({"values"}),
        "is_everybody": frozenset({"value"}),
        "is_all_hours": frozenset({"value"}),
        "which_number": frozenset({"values"}),
        "ask_anew": frozenset({"line"}),
        "change": frozenset({"lines"}),
        "how_to_change": frozenset({"lines"}),
        "noted_so_far": frozenset({"values"}),
        "understood_as": frozenset({"values"}),
        "proposal.integrations": frozenset({"tools"}),
        "proposal.done_today": frozenset({"steps"}),
        "proposal.hours_now": frozenset({"hours"}),
        "proposal.hours_saved": frozenset({"saved", "hours", "target"}),
        "proposal.success_measure": frozenset({"measure"}),
        "proposal.delivery": frozenset({"delivery"}),
        "tier.recommended": frozenset({"tier", "price"}),
        "tier.chosen": frozenset({"tier", "price"}),
        "tier.includes": frozenset({"items"}),
        "tier.why": frozenset({"reason"}),
        "tier.would_change": frozenset({"change"}),
        "tier_chosen": frozenset({"chosen", "price", "recommended"}),
        "worth_it": frozenset({"hours", "monthly", "price"}),
        "booking": frozenset({"link"}),
        "booking_again": frozenset({"link"}),
        "hand_over": frozenset({"website"}),
        "person_joined": frozenset({"name", "company"}),
        "person_left": frozenset({"name", "company"}),
        "demo_booked": frozenset({"time"}),
        "demo_moved": frozenset({"time"}),
        "hand_over_without_demo": frozenset({"website"}),
        "hand_over_with_number": frozenset({"phone"}),
        "hand_over_with_time": frozenset({"phone", "time"}),
        "quick_replies.between": frozenset({"lowest", "highest"}),
        "quick_replies.more_than": frozenset({"limit"}),
        "quick_replies.other_tier": frozenset({"tier", "price"}),
    }
    _ASKING: ClassVar[frozenset[str]] = frozenset(
        {
            "language_not_spoken",
            "is_everybody",
            "is_all_hours",
            "which_number",
            "ask_anew",
            "reaction",
            "reaction_to_redraft",
            "reaction_when_unsure",
            "after_concern",
        }
    )

    @model_validator(mode="after")
    def _every_slot_has_words(self) -> Self:
        slots = Profile.model_fields.keys() - {"language"}
        if self.acknowledge.keys() != slots:
            raise ValueError(f"acknowledge names {sorted(self.acknowledge)}, the slots are {sorted(slots)}")
        labels = self.quick_replies
        for place, named in (("change_slot", labels.change_slot), ("answers", labels.answers)):
            if unknown := named.keys() - slots:
                raise ValueError(f"{place} names {', '.join(sorted(unknown))}, which no slot is called")
        return self

    @model_validator(mode="after")
    def _lines_hold_what_they_may(self) -> Self:
        for place, line in _lines_of(self.model_dump(exclude={"quick_replies": {"questions"}})):
            head = place.partition(".")[0]
            if head == "acknowledge":
                refuse_unknown_placeholders(line, frozenset({"value"}))
                continue
            filled = self._FILLED.get(place, self._FILLED.get(head, frozenset()))
            if placeholders(line) != filled:
                raise ValueError(f"{place} {line!r} must hold {sorted(filled)} in braces and nothing else")
            if questions_in(line) != (head in self._ASKING):
                raise ValueError(f"{place} {line!r} must ask {'once' if head in self._ASKING else 'nothing'}")
        return self


def questions_in(line: str) -> int:
    """The number of question marks, in any script."""
    return sum(line.count(mark) for mark in "?\uff1f\u061f")


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
