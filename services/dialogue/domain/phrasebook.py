"""The phrases a signal is heard by, in one language."""

import re
from dataclasses import dataclass

from playbook import Listening, Playbook, once_for_each
from services.dialogue.domain import doubts, phrases
from services.dialogue.domain.reading.languages.phrasing import any_of, one_of


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The patterns of one language; they are searched in folded text, `bare_no` matches it whole."""

    declines: re.Pattern[str]
    bare_no: re.Pattern[str]
    reluctant: re.Pattern[str]
    puts_off: re.Pattern[str]
    plain_yes: re.Pattern[str]
    weak_yes: re.Pattern[str]
    negation_before: re.Pattern[str]
    negation_after: re.Pattern[str]
    no_change: re.Pattern[str]
    wishes: re.Pattern[str]
    wants_demo: re.Pattern[str]
    spares_the_demo: re.Pattern[str]
    asks_for_a_person: re.Pattern[str]
    asks_whether_a_bot: re.Pattern[str]
    asks_for_the_price: re.Pattern[str]
    opens_a_question: re.Pattern[str]
    speaks_about_us: re.Pattern[str]
    thanks: re.Pattern[str]
    greets: re.Pattern[str]
    commands: re.Pattern[str]
    asks_to_go_on: re.Pattern[str]
    doubts: re.Pattern[str]
    contrasts: re.Pattern[str]
    asks: re.Pattern[str]
    statements: re.Pattern[str]

    @property
    def lists_doubts(self) -> bool:
        """Whether anything can be told from the absence of doubts."""
        return self.doubts is not _NEVER


# Without the little words that make a statement, its length must do.
_FOUR_WORDS = re.compile(r"(?:\S+\s+){3,}\S")
_NEVER = re.compile(r"(?!)")
ENGLISH = Phrasebook(
    declines=phrases.DECLINES,
    bare_no=phrases.BARE_NO,
    reluctant=phrases.RELUCTANT,
    puts_off=phrases.PUTS_OFF,
    plain_yes=phrases.PLAIN_YES,
    weak_yes=phrases.WEAK_YES,
    negation_before=phrases.NEGATION_BEFORE,
    negation_after=_NEVER,
    no_change=phrases.NO_CHANGE,
    wishes=phrases.WISHES,
    wants_demo=phrases.WANTS_DEMO,
    spares_the_demo=phrases.SPARES_THE_DEMO,
    asks_for_a_person=phrases.ASKS_FOR_A_PERSON,
    asks_whether_a_bot=phrases.ASKS_WHETHER_A_BOT,
    asks_for_the_price=phrases.ASKS_FOR_THE_PRICE,
    opens_a_question=phrases.OPENS_A_QUESTION,
    speaks_about_us=phrases.SPEAKS_ABOUT_US,
    thanks=phrases.THANKS,
    greets=phrases.GREETS,
    commands=phrases.COMMANDS,
    asks_to_go_on=phrases.ASKS_TO_GO_ON,
    doubts=doubts.DOUBTS,
    contrasts=doubts.CONTRASTS,
    asks=doubts.ASKS,
    statements=doubts.STATEMENTS,
)


def phrasebook_of(playbook: Playbook) -> Phrasebook:
    """The phrases of the playbook's language; English where it lists none."""
    return _compiled(playbook.listening) if playbook.listening else ENGLISH


@once_for_each
def _compiled(listening: Listening) -> Phrasebook:
    reactions, questions = listening.reactions, listening.questions
    return Phrasebook(
        declines=any_of(reactions.declines),
        bare_no=_ignoring_case(rf"\W*{one_of(reactions.bare_no)}\W*"),
        reluctant=any_of(reactions.reluctant),
        puts_off=_NEVER,
        plain_yes=any_of(reactions.accepts),
        # These are a yes only where a sentence begins with them.
        weak_yes=_ignoring_case(rf"(?:^|[.!,]\s*)\W*{one_of(reactions.weak_yes)}"),
        negation_before=_ignoring_case(rf"{one_of(reactions.negations)}\s+(?:\w+\s+){{0,2}}$"),
        negation_after=(
            _ignoring_case(rf"\s+(?:\w+\s+){{0,2}}{one_of(reactions.negations_after)}")
            if reactions.negations_after
            else _NEVER
        ),
        no_change=any_of(reactions.no_change),
        wishes=any_of(reactions.wishes),
        wants_demo=any_of(reactions.wants_demo),
        spares_the_demo=_NEVER,
        asks_for_a_person=any_of(questions.person),
        asks_whether_a_bot=any_of(questions.bot),
        asks_for_the_price=any_of(questions.price),
        opens_a_question=any_of(questions.opens),
        speaks_about_us=any_of(questions.about_us),
        thanks=any_of(reactions.thanks),
        greets=_ignoring_case(rf"^\W*{one_of(reactions.greets)}\W*$"),
        commands=_NEVER,
        asks_to_go_on=_NEVER,
        doubts=any_of(reactions.doubts) if reactions.doubts else _NEVER,
        contrasts=any_of(reactions.contrasts) if reactions.contrasts else _NEVER,
        asks=any_of(questions.opens),
        statements=_FOUR_WORDS,
    )


def _ignoring_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
