"""Which software the visitor uses."""

import re
from functools import lru_cache

from services.dialogue.domain.reading.known_tools import AMBIGUOUS_TOOLS, TOOLS
from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.text import MOST_ITEMS, Found, phrase, sentences, split_list

MOST_WORDS = 6


def _one_of(names: tuple[str, ...]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    spelled = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)
    return rf"(?<![\w-])(?:{spelled})(?![\w-])"


_AS_WRITTEN = {name.casefold(): name for name in (*TOOLS, *AMBIGUOUS_TOOLS)}
_KNOWN = any_of(_one_of(TOOLS))
_AMBIGUOUS = re.compile(_one_of(AMBIGUOUS_TOOLS))
_NEVER = re.compile(r"(?!)")
_SPEAKS_OF_TOOLS = any_of(
    r"\b(?:us(?:e|es|ed|ing)|tools?|software|apps?|systems?|crm|pos|platforms?|connect|integrat\w+)\b",
    r"\b(?:run(?:s|ning)? on|work (?:with|in))\b",
)
_DROPPED = any_of(
    r"\b(?:(?:actually|sorry|no|wait)\W+(?:it's |that's )?not (?:in |on |with )?|(?:instead of|rather than) )"
    rf"(?P<name>{_one_of((*TOOLS, *AMBIGUOUS_TOOLS))})"
)
_NOT_USED = any_of(
    r"\b(?:don't|do not|doesn't|no longer|not|never|stopped|quit)\s+(?:really\s+)?us(?:e|ed|ing)\b",
    r"\b(?:used to|tried|instead of|not (?:on|in|with)|leave out|without)\b",
    r"\b(?:saw|found|heard|read|came across) (?:of |about )?you",
)
_USED = any_of(
    r"\b(?:we|i|they|everyone|everybody|(?:our|the) (?:team|staff|office))"
    r"(?:'re|'m| are| am| all| mostly| mainly| just| currently| also| both| still| do){0,3}"
    r"\s+(?:us(?:e|es|ing)|rely on|run on|(?:work|do it) (?:with|in|on)|(?:moved|switched|went over) to)\s+"
    r"(?P<list>[^.!?\n]{2,300})"
)
_CALLED = re.compile(
    r"\b(?:called|named|which is)\s+(?P<name>[A-Z][\w-]{1,30}(?:\s[A-Z0-9][\w-]{0,30}){0,2})"
)
# What follows these words is what the tools are for.
_PURPOSE = re.compile(
    r"\s+"
    + either(
        "instead of, rather than, to, for,"
        "which, that, because, but, so, when, while, where, as, if, on a, at the,"
        "and (?:then|we|it|they)"
    )
    + r"\b.*",
    re.IGNORECASE | re.DOTALL,
)
_LITTLE = any_of(
    "^(?:"
    + either(
        "nothing \\w+\\., mostly, mainly, just, only, also, basically, usually, well, our, own, an?,"
        "the, some, good old,"
        "plain,"
        "everything in, it's, (?:we|i) (?:use|have), we, and, both, either, use, using, have, in, on,"
        "with, yes, ok, sure,"
        "though, oh"
    )
    + r"\s+)+",
    r"\s+"
    + either(
        "mostly, mainly, only, really, i guess, i think, too, as well, that's (?:it|all), nothing else,"
        "at the moment,"
        "right now, for now, today, these days, though"
    )
    + "$",
)
_LITTLE_WORD = any_of(r"\b(?:and|or|the|a|an|our|we|use|mostly|mainly|just|only|with|in|on|plus)\b")
_WORD = re.compile(r"\w{2,}")
_NO_TOOL = any_of(
    r"nothing(?: \w+)?|(?:i'm )?afraid(?: so)?|i'm afraid|"
    r"(?:no wait|wait|sorry|mostly|mainly|only|really|just|nothing|none|no|that|it|them"
    r"|not much|yes|etc|so on|more|others|all)?"
)


def speaks_only_of_tools(clause: str) -> bool:
    """Whether a clause tells which tools are used and nothing else."""
    return bool(_USED.search(clause)) or not _WORD.search(_LITTLE_WORD.sub(" ", _KNOWN.sub(" ", clause)))


def dropped_tools(text: str) -> frozenset[str]:
    """The tools that are taken back: "not Outlook, we moved to Gmail"; in small letters."""
    return frozenset(_as_written(match["name"]).casefold() for match in _DROPPED.finditer(text))


def find_tools(text: str, more: tuple[str, ...] = ()) -> Found[tuple[str, ...]] | None:
    """Known names anywhere, and proper names after "we use"; `more` are known as well."""
    names: dict[str, str] = {}
    told = []
    for span in sentences(text):
        sentence = span.of(text)
        is_taken_back = _NOT_USED.search(sentence) and not _DROPPED.search(sentence)
        named = [] if is_taken_back else _named_in(_DROPPED.sub(" ", sentence), more)
        if named:
            told.append(span)
            names |= {name.casefold(): name for name in named if name.casefold() not in names}
    return Found(tuple(names.values())[:MOST_ITEMS], told[0].start, told[-1].end) if told else None


def tools_answered(text: str) -> Found[tuple[str, ...]] | None:
    """Everything listed, when the tools were just asked."""
    plain = find_tools(text)
    if plain and _USED.search(text):
        return plain
    listed = (_tidy(item) for item in split_list(_PURPOSE.sub("", text)))
    wanted = [item for item in listed if not _NO_TOOL.fullmatch(item) and len(item.split()) <= MOST_WORDS]
    if plain:
        wanted = [item for item in wanted if item in plain.value or not _KNOWN.search(item)] or list(
            plain.value
        )
        wanted += [name for name in plain.value if not any(name in item for item in wanted)]
    return Found(tuple(dict.fromkeys(wanted))[:MOST_ITEMS], 0, len(text)) if wanted else None


@lru_cache(maxsize=8)
def _also_known(names: tuple[str, ...]) -> re.Pattern[str]:
    return any_of(_one_of(names)) if names else _NEVER


def _named_in(sentence: str, more: tuple[str, ...]) -> list[str]:
    named = [(match.start(), _as_written(match.group())) for match in _KNOWN.finditer(sentence)]
    written = {name.casefold(): name for name in more}
    named += [
        (match.start(), written.get(match.group().casefold(), match.group()))
        for match in _also_known(more).finditer(sentence)
    ]
    if named or _SPEAKS_OF_TOOLS.search(sentence):
        named += [(match.start(), match.group()) for match in _AMBIGUOUS.finditer(sentence)]
        named += [(match.start(), match["name"]) for match in _CALLED.finditer(sentence)]
        named += _proper_names(sentence)
    # "Teams" inside "Microsoft Teams" is no tool of its own.
    whole = [
        (position, name)
        for position, name in named
        if not any(name != other and name.casefold() in other.casefold() for _, other in named)
    ]
    return list(dict.fromkeys(name for _, name in sorted(whole)))


def _proper_names(sentence: str) -> list[tuple[int, str]]:
    """Capitalised items of a list after "we use": names the table lacks."""
    match = _USED.search(sentence)
    if match is None:
        return []
    items = [_trimmed(item) for item in split_list(_PURPOSE.sub("", match["list"]))]
    proper = [item for item in items if _is_proper(item) and not _KNOWN.search(item)]
    return [(max(sentence.find(item), 0), item) for item in proper]


def _is_proper(item: str) -> bool:
    words = item.split()
    # "ezyVet" and "iCloud" are written like that.
    return 0 < len(words) <= 3 and all(
        word[0].isdigit() or any(letter.isupper() for letter in word) for word in words
    )


def _tidy(item: str) -> str:
    text = _trimmed(item)
    called = _CALLED.search(text)
    return called["name"] if called else _as_written(text)


def _trimmed(item: str) -> str:
    text = phrase(item)
    while (shorter := phrase(_LITTLE.sub("", text))) != text:
        text = shorter
    return text


def _as_written(name: str) -> str:
    """The name as its maker writes it, where we know it."""
    return _AS_WRITTEN.get(" ".join(name.split()).casefold(), name)
