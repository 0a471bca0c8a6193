"""Reads the software that a visitor works with, and what they no longer work with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from playbook import Playbook, once_for_each
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import answer_to
from services.dialogue.domain.reader.text import Part
from services.dialogue.domain.understanding import Operation, SlotUpdate

_CAPITALS: Final = re.compile(r"(?: [A-Z]\w*)+")
_WORD: Final = re.compile(r"\w[\w'.-]*")
# No phrase that may stand before a name is longer.
_BEFORE: Final = 80


def tools_told(
    whole: Part,
    statements: Sequence[tuple[Part, bool]],
    conversation: Conversation,
    playbook: Playbook,
) -> list[SlotUpdate]:
    """The tools that a message adds and takes out. With each sentence goes whether it may be an answer."""
    profile, is_asked = conversation.profile, conversation.open_question == "tools"
    known = profile.tools.value if profile.tools else ()
    kept = profile.out_of_scope.value if profile.out_of_scope else ()
    used, dropped = dict[str, str](), dict[str, str]()
    for sentence, is_answer in statements:
        for name, is_used in _named_in(sentence, playbook, known, is_asked=is_asked):
            dropped.pop(plain(name), None) if is_used else used.pop(plain(name), None)
            (used if is_used else dropped)[plain(name)] = name
        if is_answer:
            others = _others_in(sentence, playbook, is_asked=is_asked)
            used |= {
                plain(name): name
                for name in others
                if not any(one in plain(name) for one in (*used, *dropped))
            }
    values = tuple(name for name in used.values() if name not in kept)
    gone = tuple(name for name in known if plain(name) in dropped)
    updates = [SlotUpdate(slot="tools", operation=Operation.ADD, values=values, quote=_span(whole, values))]
    updates = updates if values else []
    if gone:
        updates.append(SlotUpdate(slot="tools", operation=Operation.REMOVE, values=gone, quote=gone[0]))
    return updates


def names_only(part: Part, playbook: Playbook) -> bool:
    """Whether a sentence names known software, perhaps beside other names, and says nothing else."""
    answers = playbook.lexicon.answers
    left = _pattern(playbook).sub(lambda match: " " * len(match.group()), part.masked)
    if left == part.masked:
        return False
    for phrases in (answers.leads, answers.courtesies, answers.joins, answers.articles, answers.trails):
        left = phrases.blanked_in(left)
    return all(
        not left[word.start()].isalnum() or word.group()[0].isupper() for word in _WORD.finditer(part.raw)
    )


def _named_in(
    sentence: Part, playbook: Playbook, known: Sequence[str], *, is_asked: bool
) -> Iterator[tuple[str, bool]]:
    """The software in a sentence, and whether it is used.

    Everyday words are names only with their capital where tools were asked for, or right behind `add`.
    """
    lexicon = playbook.lexicon
    earlier = {plain(name) for name in known}
    for clause in sentence.clauses:
        is_gone = lexicon.removes.search(clause.masked) or lexicon.numbers.past.search(clause.masked)
        denies = not is_asked and lexicon.negations.search(clause.masked) is not None
        for match in _pattern(playbook).finditer(clause.masked):
            written = clause.raw[match.start() : _end_of_name(clause, match, playbook)]
            before = clause.masked[max(0, match.start() - _BEFORE) : match.start()]
            is_added = _ends_with(before, lexicon, "adds")
            is_denied = denies or _ends_with(before, lexicon, "negations")
            is_name = _names(playbook)[" ".join(match.group().split())] not in lexicon.everyday_tools
            if is_name or is_added or (is_asked and written[0].isupper()) or plain(written) in earlier:
                yield written, is_added or not (is_gone or is_denied)
        for name in known:
            if (is_gone or _is_denied(clause, name, lexicon)) and plain(name) in clause.plain:
                yield name, False


def _end_of_name(clause: Part, match: re.Match[str], playbook: Playbook) -> int:
    """Where a name ends, with the words in capitals behind it: `SAP Business One`."""
    more = _CAPITALS.match(clause.raw, match.end()) if not clause.raw.isupper() else None
    if more is None:
        return match.end()
    following = _pattern(playbook).search(clause.masked, match.end(), more.end())
    return more.end() if following is None else match.end()


def _others_in(sentence: Part, playbook: Playbook, *, is_asked: bool) -> Sequence[str]:
    """The names beside the known ones in a sentence that lists what is used."""
    lexicon = playbook.lexicon
    lead = lexicon.answers.named["tools"].search(sentence.masked)
    slots = (phrases for slot, phrases in lexicon.answers.named.items() if slot != "tools")
    groups = (lexicon.answers.keeps, *slots, *lexicon.answers.moves.values())
    is_other = any(phrases.search(sentence.masked) for phrases in groups)
    is_list = is_asked or lead or names_only(sentence, playbook)
    rest = sentence.cut(lead.end(), len(sentence.raw)) if lead else sentence
    if is_other or not is_list or not rest.raw:
        return ()
    used = [_used_in(clause, lexicon) for clause in rest.clauses]
    answer = answer_to("tools", [one for one in used if one.raw], lexicon)
    has_known = _pattern(playbook).search(sentence.masked) is not None
    is_free = is_asked and (not has_known or sentence.raw.islower())
    return [
        item
        for item in (answer.values if answer else ())
        if (is_free or all(any(map(str.isupper, word)) for word in item.split()))
    ]


def _used_in(clause: Part, lexicon: Lexicon) -> Part:
    """The clause up to where it says that something is not used."""
    groups = (lexicon.removes, lexicon.negations, lexicon.numbers.past)
    ends = (match.start() for phrases in groups for match in phrases.all_in(clause.masked))
    return clause.cut(0, min(ends, default=len(clause.raw)))


def _ends_with(before: str, lexicon: Lexicon, name: str) -> bool:
    phrases = lexicon.adds if name == "adds" else lexicon.negations
    return any(not before[match.end() :].strip() for match in phrases.all_in(before))


def _is_denied(clause: Part, name: str, lexicon: Lexicon) -> bool:
    return _ends_with(clause.plain.partition(plain(name))[0], lexicon, "negations")


def _span(whole: Part, values: Sequence[str]) -> str:
    """The stretch of the message that holds all of these."""
    places = [whole.raw.find(value) for value in values]
    end = max((place + len(value) for place, value in zip(places, values, strict=True)), default=0)
    return whole.raw[min(places, default=0) : end]


@once_for_each
def _names(playbook: Playbook) -> Mapping[str, str]:
    lexicon = playbook.lexicon
    return {plain(name): name for name in (*lexicon.everyday_tools, *lexicon.known_tools, *playbook.tools)}


@once_for_each
def _pattern(playbook: Playbook) -> re.Pattern[str]:
    longest_first = sorted(_names(playbook), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w@.])(?:{names})(?![\w@])")
