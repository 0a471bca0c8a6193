"""What hurts: the challenge in the visitor's words, and the activities that cost the time."""

import re
from itertools import takewhile

from services.dialogue.domain.reading.patterns import any_of, each_of, either
from services.dialogue.domain.reading.text import MOST_ITEMS, Found, Span, phrase, sentences, split_list

MOST_WORDS_OF_A_WASTER = 7
MOST_WORDS_OF_A_LONE_NAME = 3
_TIME = either(
    "time, hours, days?, weeks?, mornings?, evenings?, afternoons?, nights?, weekends?, life,"
    "half (?:the|my|our|her|his|their) \\w+"
)
_WHAT = r"(?P<what>[^.!?\n]{3,200})"
_SPENDS = either(
    "spend, spends, spending, spent, waste, wastes, wasting, wasted, lose, loses, losing, burn, burns"
)
_MUCH = either("too much, so much, a lot of, lots of, most of (?:our|my|the), all (?:our|my|the), hours of")
_BURDEN = either(
    "problem, challenge, headache, pain point, pain, issue, bottleneck, struggle,"
    "time[- ](?:waster|sink|eater|killer)"
)
# After one of these stands the activity that costs the time.
_ACTIVITY_FOLLOWS = each_of(
    rf"\b{_SPENDS}\b[^.!?\n]{{0,60}}?\b{_TIME}\b(?:\s+(?:a|per|each|every)\s+(?:day|week|month))?"
    r"(?:[^.!?\n]{0,40}?,\s*(?:mostly|mainly|especially))?\s*(?:on|with|by|in|to|doing|just)?\s+" + _WHAT,
    rf"\b{_MUCH}\s+{_TIME}\s+goes? (?:in)?to\s+{_WHAT}",
    rf"\b{_MUCH}\s+{_TIME}\s+(?:is |are |gets? )?(?:spent |wasted |lost )?(?:on|with|to|doing)\s+{_WHAT}",
    r"\b(?:struggl\w+|drown\w*|bogged down|swamped|overwhelmed|buried|fed up|tired|sick)\s+"
    rf"(?:with|in|by|of|under|to)\s+{_WHAT}",
    rf"\b(?:can't|cannot|can not|hard to|trying to|unable to) keep up with\s+{_WHAT}",
    rf"\b(?:always |constantly |way )?behind (?:on|with)\s+{_WHAT}",
    rf"\b{_BURDEN}s?(?: \w+){{0,4}}? (?:is|are|would be)\s+{_WHAT}",
    rf"\b(?:hate|dread)\s+{_WHAT}",
)
# Before one of these stands the activity.
_ACTIVITY_PRECEDES = any_of(
    r"\s(?:(?:just|really|always|all|now|both)\s+)?"
    + either(
        "eats?(?: up)?\\b, tak(?:es?|ing)\\s+(?:up|too|so|most|all|a lot|over)\\b,"
        "tak(?:es?|ing)\\s+(?:forever|ages|hours|way too), kills? (?:us|me|our)\\b,"
        "(?:is|are) killing (?:us|me),"
        "costs? (?:us|me) (?:too|so|a lot|the most|most of|hours|days|way),"
        "drives? (?:us|me) (?:crazy|mad|nuts),"
        "keeps? (?:us|me) (?:up|busy|from), wastes?\\b,"
        "(?:is|are) (?:an? |our |my |the )?(?:real |huge |big |biggest |main |total |constant |complete )?"
        "(?:nightmare|pain|mess|headache|bottleneck|problem|time sink|chore|chaos|struggle|worst)"
    )
)
_HURTS = any_of(
    r"\b"
    + either(
        "no[- ]shows?, miss(?:ed|ing)? (?:calls|leads|orders|appointments),"
        "slow(?:s|ing)? (?:us|me) down, backlogs?,"
        "by hand, manual(?:ly)?, tedious, frustrat\\w+, annoying, overwhelm\\w*, chaos,"
        "too (?:many|slow|long),"
        "repetitive, over and over, error[- ]prone,"
        "(?:lose|losing) (?:customers|clients|leads|orders|patients)"
    )
    + r"\b"
)
_NARROWED = any_of(
    r"\b(?:mostly|mainly|especially|above all|like|such as|namely|for example|e\.g\.)\s+"
    r"(?P<what>[^.!?\n]{3,160})"
)
_GERUND = any_of(r"^(?:re-?)?[a-z]{2,}ing\b")
# Half a sentence, not the name of an activity: somebody does something in it.
_CLAUSAL = any_of(
    r"\b"
    + either(
        "is, are, was, were, has, have, had, can(?:'t|not)?, do, does, don't, doesn't, comes?, gets?,"
        "goes, loses?,"
        "we, i, i'm, they, he, she, it's, somebody, someone, nobody, everyone, everybody, who, asks?, lands?"
    )
    + r"\b"
)
_INTERJECTION = any_of(r"^\W*[\w']+(?:\s+[\w']+){0,3}!\s+(?=\w)")
_NO_ACTIVITY = any_of(
    "^"
    + either(
        "[0-9]+, what, who, how, where, each, both, either, (?:\\w+ )?people,"
        "(?:oh(?: \\w+)?|honestly|frankly|basically|well)$,"
        "(?:oh )?where to (?:start|begin), hundreds, dozens, loads, tons, plenty,"
        "it, that, this, they, them, which, everything, something, anything, nothing, all, much, too,"
        "so, we, i, he, she,"
        "you, there, the day, a day, a week, being, having, the phone, on the phone, phone, week, day,"
        "to, of, in, at,"
        "our days?, more, most"
    )
    + r"\b"
)
_ENDS = either(
    "because, since, so, but, which, when, while, if, every, each, per, instead,"
    "and (?:it|that|we|they|then|i), as,"
    "all day, all the time, by hand, manually, right now, at the moment, these days, lately, anymore,"
    "(?:a|the whole|all) (?:day|week|month)"
)
_TAIL = re.compile(rf"\s+{_ENDS}\b.*", re.IGNORECASE | re.DOTALL)
_LITTLE = any_of(
    "^(?:"
    + either(
        "well, so, honestly, probably, i think, i guess, i'd say, we think, mostly, mainly, definitely,"
        "it's, that's, the,"
        "our, my, all the, all, just, doing, things like, stuff like, with, on, by, dealing with,"
        "handling, and, manually,"
        "constantly, always, actually, sorry, biggest \\w+ is"
    )
    + r"\s+)+"
)
_LITTLE_AHEAD = any_of(
    "^(?:"
    + either(
        "well, so, honestly, probably, i think, i guess, i'd say, we think, mostly, mainly, definitely,"
        "hi, hello, hey, but, if i'm honest, to be honest,"
        "yes, ok, okay, sure, um, oh, actually, sorry, that would be, it's probably, it would be"
    )
    + r"\b[ ,!.]*)+"
)


def find_challenge(text: str) -> Found[str] | None:
    """The sentence that says what hurts."""
    for span in _plain_sentences(text):
        sentence = span.of(text)
        if any(pattern.search(sentence) for pattern in (_HURTS, _ACTIVITY_PRECEDES, *_ACTIVITY_FOLLOWS)):
            return Found(as_clause(sentence), span.start, span.end)
    return None


def challenge_answered(text: str) -> Found[str] | None:
    """What hurts when it was just asked: the answer is it."""
    if plain := find_challenge(text):
        return plain
    # "What doesn't! But if I'm honest it's the phone."
    clause = as_clause(_INTERJECTION.sub("", " ".join(text.split())))
    return Found(clause, 0, len(text)) if len(clause) > 2 else None


def find_time_wasters(text: str) -> Found[tuple[str, ...]] | None:
    """The activities named where the visitor says what costs the time."""
    told = [(span, items) for span in _plain_sentences(text) if (items := _activities(span.of(text)))]
    if not told:
        return None
    names = {item.casefold(): item for _, items in reversed(told) for item in reversed(items)}
    return Found(tuple(reversed(names.values()))[:MOST_ITEMS], told[0][0].start, told[-1][0].end)


def time_wasters_answered(text: str) -> Found[tuple[str, ...]] | None:
    """The activities when the visitor was just asked what takes up the time."""
    if plain := find_time_wasters(text):
        return plain
    items = _items(_INTERJECTION.sub("", " ".join(text.split())))
    is_list = len(items) > 1 or any(_names_an_activity(item) for item in items)
    return Found(items, 0, len(text)) if is_list else None


def as_clause(text: str) -> str:
    """A sentence as it stands inside one of ours: no capital in front, no full stop behind."""
    clause = phrase(_LITTLE_AHEAD.sub("", phrase(text)))
    first = clause.split(" ", 1)[0]
    is_name = first == "I" or first.startswith("I'") or any(letter.isupper() for letter in first[1:])
    return clause if is_name else f"{clause[:1].lower()}{clause[1:]}"


def _plain_sentences(text: str) -> list[Span]:
    return [span for span in sentences(text) if not span.of(text).rstrip().endswith("?")]


def _activities(sentence: str) -> tuple[str, ...]:
    """The activities that a sentence blames for lost time."""
    for pattern in _ACTIVITY_FOLLOWS:
        if match := pattern.search(sentence):
            narrowed = _NARROWED.search(match.group())
            return _items((narrowed or match)["what"])
    match = _ACTIVITY_PRECEDES.search(sentence)
    # What stands nearest to the verb is what it blames.
    return _items(sentence[: match.start()], nearest_last=True) if match else ()


def _names_an_activity(item: str) -> bool:
    """Whether a single phrase is an activity rather than half a sentence."""
    return _GERUND.match(item) is not None or len(item.split()) <= MOST_WORDS_OF_A_LONE_NAME


def _items(text: str, *, nearest_last: bool = False) -> tuple[str, ...]:
    """The activities of a list; where a clause begins, the list has ended."""
    _, _, listed = _TAIL.sub("", text).rpartition(": ")
    parts = split_list(listed)
    named = list(takewhile(_is_named, reversed(parts) if nearest_last else parts))
    items = (_activity(item) for item in (reversed(named) if nearest_last else named))
    return tuple(dict.fromkeys(item for item in items if item))[:MOST_ITEMS]


def _is_named(item: str) -> bool:
    return _GERUND.match(item) is not None or _CLAUSAL.search(item) is None


def _activity(item: str) -> str:
    name = phrase(_LITTLE.sub("", phrase(_TAIL.sub("", f" {item}"))))
    is_short = 0 < len(name.split()) <= MOST_WORDS_OF_A_WASTER
    if not is_short or _NO_ACTIVITY.match(name):
        return ""
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"
