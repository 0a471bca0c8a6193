"""An answer as it was written: the sentences that say something, whole; programs alone are told apart."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import shorten
from typing import Final

from playbook import Playbook
from playbook.claims import folded, money_in
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.contact import introduces
from playbook.reading.meaning import LIST_SLOTS, SlotName
from playbook.reading.text import OPAQUE, Part, is_only
from playbook.remembering import once_for_each

LONGEST_QUOTE: Final = 380
MOST_ITEMS: Final = 12
_LONGEST_END: Final = 60
# A longer answer to the question for a task is no name of one.
MOST_WORDS_OF_A_NAME: Final = 7
_MOST_WORDS_OF_A_TASK: Final = 16
_MOST_WORDS_OF_A_BUSINESS: Final = 8
_MOST_WORDS_BEFORE: Final = 5
_BULLETS: Final = re.compile(r"(?m)^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_SEPARATORS: Final = re.compile(
    rf"\s*(?:{NUMBER}+[.)](?=\s)|[,;\n\u2022\uff0c\u3001]|->|\u2192|=>|/(?=\s))\s*"
)
_WORD: Final = re.compile(r"\w{3,}")
_STEM: Final = 5
_FEWEST_ITEMS: Final = 3
_MOST_WORDS_OF_AN_ITEM: Final = 5
_LONGEST_TOOL_WORDS: Final = 3
_CAPITALIZED: Final = r"[^\W\d_a-z\u00df-\u00ff][\w.&-]*"
_MOST_WORDS_OF_TOOLS: Final = 12


def values_said(slot: SlotName, said: Sequence[Part], whole: Part, playbook: Playbook) -> tuple[str, ...]:
    """What these sentences of a message answer to the question for a slot, in the visitor's own words."""
    lexicon = playbook.lexicon
    if slot == "tools":
        return tuple(_tools_listed(said, playbook))[:MOST_ITEMS]
    words = lexicon.answers
    nothing = (*lexicon.polite, words.same, words.said_before, words.light, lexicon.lines.empty)
    said = [one for one in said if not is_only(one.masked, nothing)]
    if slot in LIST_SLOTS and len(_BULLETS.findall(whole.raw)) > 1:
        return items_of(whole, slot, lexicon)
    text = quoted(said, whole, lexicon)
    if slot == "business_type" and said:
        text = business_named(said, lexicon)
    elif slot == "task" and len(text.split()) > _MOST_WORDS_OF_A_TASK:
        # The shortest sentence is the name, and the others tell of it.
        named_ones = [one for each in said if not each.figures and (one := named(each, lexicon).raw)]
        text = min(named_ones, key=len) if len(named_ones) > 1 else ""
        text = text if len(text.split()) <= MOST_WORDS_OF_A_NAME else ""
    return (text,) if text else ()


def quoted(said: Sequence[Part], whole: Part, lexicon: Lexicon) -> str:
    """The sentences as one text; those that stand side by side keep what is between them."""
    runs = list[Part]()
    for one in said:
        end = one.start + len(one.raw)
        if runs and not any(map(str.isalnum, whole.raw[runs[-1].start + len(runs[-1].raw) : one.start])):
            runs[-1] = whole.cut(runs[-1].start, end)
        else:
            runs.append(one)
    texts = [text for run in runs if (text := without_courtesies(run, lexicon).raw)]
    return shorten(". ".join(texts), LONGEST_QUOTE, placeholder=" …")


def business_told(said: Iterable[Part], lexicon: Lexicon) -> str:
    """What somebody does, of the clause that says so: `we repair clocks`; not what they need or lose."""
    for clause in (clause for one in said for clause in one.clauses):
        bare = without_courtesies(clause, lexicon)
        runs = lexicon.answers.runs.search(bare.masked)
        is_lead = runs is not None and len(bare.raw[: runs.start()].split()) <= _MOST_WORDS_BEFORE
        is_denied = runs is not None and lexicon.negations.begin(bare.masked[runs.end() :].lstrip())
        is_other = is_denied or introduces(bare, lexicon)
        if runs and is_lead and not (is_other or lexicon.answers.needs.search(bare.masked)):
            told = without_the_lone(bare.cut(runs.start(), len(bare.raw)), lexicon)
            return business_named((told,), lexicon)
    return ""


def without_the_lone(part: Part, lexicon: Lexicon) -> Part:
    """Without that somebody works alone, where that ends it: `a dog salon and work alone`."""
    matches = lexicon.team.alone.all_in(part.masked)
    if not matches or matches[-1].end() < len(part.masked.rstrip()) or not matches[-1].start():
        return part
    rest = part.cut(0, matches[-1].start())
    items = rest.split(match.span() for match in lexicon.answers.joins.all_in(rest.masked))
    light = (lexicon.answers.light, lexicon.numbers.fillers)
    while len(items) > 1 and is_only(items[-1].masked, light):
        items.pop()
    return rest.cut(0, items[-1].start - rest.start + len(items[-1].raw)) if items else part


def is_of_one(clause: Part, lexicon: Lexicon) -> bool:
    """`it's just me`, `I run a dog salon on my own`: that one person works there, and maybe at what."""
    rest = without_the_lone(clause, lexicon)
    light = (lexicon.team.alone, lexicon.numbers.fillers, lexicon.answers.light, *lexicon.polite)
    is_said = lexicon.team.alone.search(clause.masked) is not None
    is_business = rest.raw != clause.raw and lexicon.answers.runs.search(rest.masked) is not None
    is_business = is_business and not lexicon.answers.joins.all_in(rest.masked)
    return is_said and (is_only(clause.masked, light) or is_business)


def business_named(said: Sequence[Part], lexicon: Lexicon) -> str:
    """What the business is called: the first sentence, or the first of its clauses where it is long."""
    parts = [part for one in said for part in (one, *one.clauses) if not is_empty(part, lexicon)]
    # An amount is no part of a name.
    parts = [part for part in parts if not money_in(folded(part.raw))]
    names = [named(_uncounted(part, lexicon), lexicon).raw for part in parts]
    short = [name for name in names if 0 < len(name.split()) <= _MOST_WORDS_OF_A_BUSINESS]
    return next(iter(short or names), "")


def _uncounted(part: Part, lexicon: Lexicon) -> Part:
    """`en una clínica` of `somos 6 en una clínica`"""
    we = lexicon.team.we.begin(part.masked)
    counts = [one for one in part.figures if we and is_only(part.masked[we.end() : one.start], ())]
    return part.cut(counts[0].end, len(part.raw)) if counts and counts[0].end < len(part.raw) else part


def items_of(text: Part, slot: SlotName, lexicon: Lexicon) -> tuple[str, ...]:
    """The items of a list that is written behind its name, as they are written."""
    joins = lexicon.answers.joins.all_in(text.masked) if slot == "tools" else ()
    matches = [*_BULLETS.finditer(text.raw), *_SEPARATORS.finditer(text.masked), *joins]
    parts = text.split(match.span() for match in matches)
    return tuple(dict.fromkeys(part.raw for part in parts if len(part.raw) > 1))[:MOST_ITEMS]


def without_courtesies(part: Part, lexicon: Lexicon) -> Part:
    """Without greetings, interjections and joining words at both ends."""
    words = lexicon.answers
    leads = (*_greetings(lexicon), words.joins)
    return _without_ends(_without_leads(part, leads, lexicon), (words.courtesies, lexicon.intents["thank"]))


def named(part: Part, lexicon: Lexicon) -> Part:
    """The thing itself: `bakery` of `well, we run a bakery`."""
    words = lexicon.answers
    bare = _without_leads(part, (*_greetings(lexicon), words.joins, words.light, words.articles), lexicon)
    return _without_ends(bare if bare.raw else part, (words.courtesies, lexicon.intents["thank"]))


def listed_briefly(parts: Iterable[Part], lexicon: Lexicon) -> tuple[str, ...]:
    """Several things, each in a few words; none where it is one thing told at length."""
    items = list[str]()
    for part in parts:
        if len(part.clauses) > 1 and not any(
            lexicon.answers.subjects.begin(each.masked) for each in part.clauses
        ):
            items += _items_in(part, lexicon)
    are_short = all(len(item.split()) <= _MOST_WORDS_OF_AN_ITEM for item in items)
    return tuple(dict.fromkeys(items))[:MOST_ITEMS] if are_short and len(items) >= _FEWEST_ITEMS else ()


def is_empty(part: Part, lexicon: Lexicon) -> bool:
    """Whether it says nothing of anybody's work."""
    return is_only(part.masked, lexicon.polite) or OPAQUE * 3 in part.masked


def is_plain(part: Part, phrases: Phrases, lexicon: Lexicon) -> bool:
    """Whether nothing but this, courtesies aside, is said."""
    text = part.masked
    for polite in (lexicon.intents["greet"], lexicon.intents["thank"]):
        text = polite.blanked_in(text)
    return phrases.search(text) is not None and is_only(text, (phrases, lexicon.answers.courtesies))


def the_one_meant(said: str, items: Sequence[str]) -> str | None:
    """The one item that shares more words with this than any other, None where it is not clear."""
    wanted = _stems(said)
    shared = {item: len(wanted & _stems(item)) for item in items}
    most = max(shared.values(), default=0)
    best = [item for item, count in shared.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def tools_named(parts: Iterable[Part], playbook: Playbook, *, is_asked: bool) -> tuple[list[str], list[str]]:
    """The known programs that are used, and those behind a no; everyday words only where asked for."""
    found, denied, lexicon = dict[str, str](), list[str](), playbook.lexicon
    before = list[str]()
    for clause in (clause for part in parts for clause in part.clauses):
        here = list[str]()
        nos = (*lexicon.negations.all_in(clause.masked), *lexicon.numbers.past.all_in(clause.masked))
        is_out = lexicon.lines.out.search(clause.masked) is not None
        for match in _pattern(playbook).finditer(clause.masked):
            name = clause.raw[match.start() : match.end()]
            here.append(name)
            is_everyday = _names(playbook).get(" ".join(plain(name).split())) in lexicon.everyday_tools
            is_last = not clause.masked[match.end() :].strip() or lexicon.refuses.begin(
                clause.masked[match.end() :].lstrip()
            )
            ends_with_no = is_last and any(no.start() >= match.end() for no in nos)
            if is_out or ends_with_no or any(no.end() <= match.start() for no in nos):
                denied.append(name)
            elif not is_everyday or (is_asked and not name.islower()):
                found.setdefault(plain(name), name)
        if is_out and not here:
            # `Xero is for invoices, leave it out`
            denied += before
        before = here
    return [name for key, name in found.items() if key not in map(plain, denied)], denied


def names_program(text: str, playbook: Playbook) -> bool:
    """Whether a known program stands in the text."""
    return _pattern(playbook).search(plain(text)) is not None


def tells_of_tools(part: Part, playbook: Playbook) -> bool:
    """Whether a sentence names known programs, and says that they are used or nothing else."""
    lexicon = playbook.lexicon
    left = _pattern(playbook).sub(lambda match: " " * len(match.group()), part.masked)
    light = (*lexicon.polite, lexicon.answers.light, lexicon.answers.joins)
    return left != part.masked and (is_only(left, light) or lexicon.answers.uses.search(left) is not None)


def _tools_listed(said: Sequence[Part], playbook: Playbook) -> Iterator[str]:
    """The known names; of a short answer also other short items."""
    pattern, found = _pattern(playbook), dict[str, str]()
    for name in tools_named(said, playbook, is_asked=True)[0]:
        found.setdefault(plain(name), name)
    is_short = sum(len(part.raw.split()) for part in said) <= _MOST_WORDS_OF_TOOLS
    items = (item for part in said for item in _programs_in(part, playbook, is_short=is_short))
    text = " ".join(part.plain for part in said)
    for item in items:
        known = pattern.search(plain(item))
        if len(item.split()) <= _LONGEST_TOOL_WORDS and not (known and known.group() in text):
            found.setdefault(plain(item), item)
    yield from found.values()


def _programs_in(part: Part, playbook: Playbook, *, is_short: bool) -> Iterator[str]:
    """What is listed as a program; of a longer answer only what is told by its maker.

    `The Google one` is `Google`, and behind a calendar `Google calendar`.
    """
    lexicon, listed, thing = playbook.lexicon, list[str](), ""
    for item in _cuts(part, lexicon):
        maker, lead = _maker_told(item, playbook)
        if not maker:
            listed += _tidied(item, lexicon) if is_short else ()
            thing = listed[-1] if listed and not names_program(listed[-1], playbook) else ""
        elif thing and lead in {"", maker}:
            listed[-1] = f"{maker} {thing}" if lead else f"{thing} {maker}"
            thing = ""
        else:
            listed.append(maker)
            thing = ""
    yield from listed


def _maker_told(item: Part, playbook: Playbook) -> tuple[str, str]:
    """The maker by whom a program is told, and what stands in front of the word for it; else nothing."""
    lexicon, (at_end, at_start) = playbook.lexicon, _makers(playbook)
    one = lexicon.answers.the_one.search(item.plain)
    if one is None:
        return "", ""
    places = (at_start.match(item.raw, one.end()), at_end.search(item.raw[: one.start()]))
    makers = (name for place in places if place for name in _tidied(item.cut(*place.span()), lexicon))
    return next(makers, ""), next(_tidied(item.cut(0, one.start()), lexicon), "")


def _items_in(part: Part, lexicon: Lexicon) -> Iterator[str]:
    """What is listed, item by item, each without its article."""
    for item in _cuts(part, lexicon):
        yield from _tidied(item, lexicon)


def _cuts(part: Part, lexicon: Lexicon) -> Iterable[Part]:
    text = _BULLETS.sub(lambda match: "\n" * len(match.group()), part.masked)
    joins = lexicon.answers.joins.all_in(text)
    return part.split(one.span() for one in (*_SEPARATORS.finditer(text), *joins))


def _tidied(item: Part, lexicon: Lexicon) -> Iterator[str]:
    """The item without its article, nothing where it names nothing."""
    words, tidy = lexicon.answers, named(item, lexicon)
    light = (*lexicon.polite, words.light, words.articles, words.joins, words.same)
    is_none = lexicon.lines.empty.begin(tidy.masked) is not None or OPAQUE in tidy.masked
    if len(tidy.raw) > 1 and not is_none and not is_only(tidy.masked, light):
        yield tidy.raw


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that carry the meaning."""
    return frozenset(word[:_STEM] for word in _WORD.findall(plain(text)))


def _greetings(lexicon: Lexicon) -> tuple[Phrases, ...]:
    return (lexicon.intents["greet"], lexicon.intents["thank"], lexicon.answers.courtesies, lexicon.agrees)


def _without_leads(part: Part, groups: Sequence[Phrases], lexicon: Lexicon) -> Part:
    """Without these at the beginning; a no goes only where a sign parts it from the rest."""
    while True:
        ends = [match.end() for group in groups if (match := group.begin(part.masked)) and match.end()]
        refusal = lexicon.refuses.begin(part.masked)
        if refusal and part.masked[refusal.end() :].startswith((",", ".", "!", ";")):
            ends.append(refusal.end())
        if not ends:
            return part
        part = part.cut(max(ends), len(part.raw))


def _without_ends(part: Part, groups: Sequence[Phrases]) -> Part:
    """Without these at the end, which is all that is looked at: a row of them may be long."""
    while True:
        tail = max(0, len(part.raw) - _LONGEST_END)
        starts = [
            tail + match.start()
            for group in groups
            for match in group.all_in(part.masked[tail:])
            if tail + match.end() == len(part.raw) and tail + match.start() > 0
        ]
        if not starts:
            return part
        part = part.cut(0, min(starts))


@once_for_each
def _names(playbook: Playbook) -> Mapping[str, str]:
    lexicon = playbook.lexicon
    return {plain(name): name for name in (*lexicon.everyday_tools, *lexicon.known_tools, *playbook.tools)}


@once_for_each
def _makers(playbook: Playbook) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The name of a maker that ends a text, and one that begins it: with a capital, or of known programs."""
    firsts = [name.partition(" ")[0].lower() for name in playbook.lexicon.known_tools if " " in name]
    names = "|".join((_CAPITALIZED, *sorted({re.escape(one) for one in firsts if firsts.count(one) > 1})))
    return re.compile(rf"(?:(?<!\w)(?:{names})\s+)+$"), re.compile(rf"(?:\s+(?:{names})(?!\w))+")


@once_for_each
def _pattern(playbook: Playbook) -> re.Pattern[str]:
    longest_first = sorted(_names(playbook), key=len, reverse=True)
    names = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w@.])(?:{names})(?![\w@])")
