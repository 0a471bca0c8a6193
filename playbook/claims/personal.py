"""Finds and blanks what identifies a person: addresses, telephone numbers, accounts, cards, names.

Names are found where they are known, and behind words that announce a person. A name that stands alone in a
sentence cannot be told from a product or a German noun, so it is not found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import phonenumbers
from stdnum import iban, luhn

from playbook.claims.links import LINK, phones
from playbook.claims.money import money_in
from playbook.claims.normal import cleaned, folded, visible
from playbook.claims.quantities import quantities

BLANK = "\u2026"
# No language writes a word of this length; a key, an address or a token may have it.
_LONG_RUN = re.compile(r"\S{100,}")
Span = tuple[int, int]

_REGIONS = ("US", "GB", "ES", "MX", "DE", "AT", "CH", "FR", "PT", "BR")
# Of every country; what its rules do not know is found by its digits alone.
_MOST_TRIES = 50
_DIGITS = re.compile(r"(?<![\w.,$])\+?\(?\d(?:[\s().\-/]{0,3}\d){6,}(?!\w)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"]+\s?(?:@|[(\[](?:at|\u00e4t)[)\]])\s?[^\s@<>()\[\],;:\"]+"
    r"(?:\.|\s?[(\[](?:dot|punkt)[)\]]\s?)[a-z]{2,24}\b"
    r"|[\w.+-]+ (?:at|\u00e4t|arroba|arobase) [\w.-]+ (?:dot|punto|punkt|point|ponto) [a-z]{2,24}\b",
    re.IGNORECASE,
)
# The names of software that look like a host; whatever else does leads somewhere.
_SOFTWARE = frozenset(
    {"monday.com", "booking.com", "make.com", "cal.com", "hotels.com", "fresha.com", "node.js"}
)
_BARE_HOST = re.compile(r"(?:[^\W_][\w-]*\.)+(?P<ending>[^\W\d_]{2,24})")
_ENDINGS = frozenset(
    (
        "com", "net", "org", "io", "ai", "co", "dev", "app", "info", "biz", "example", "xyz", "online",
        "site", "shop", "store", "link", "click", "top", "ly", "gl", "ru", "cn", "de", "fr", "es", "pt",
        "br", "mx", "uk", "eu", "us", "ch", "nl", "pl", "se", "dk", "fi", "ie", "ca", "au", "nz", "jp",
        "kr", "tv", "cc", "agency", "bank", "cloud", "finance", "tech", "pro", "vip", "icu", "club",
    )
)  # fmt: skip
_FEWEST_SPELLED = 6
# No telephone number, card or account has fewer digits.
_FEWEST_DIGITS = 4
_SPELLED_WORD = re.compile(r"[^\W_]+")

_CAPITAL = r"[^\W\d_a-z\u00df-\u00ff]"
_NAME = rf"{_CAPITAL}[^\W\d_]+(?:[-'\u2019]{_CAPITAL}[^\W\d_]+)?"
TITLE = (
    r"(?:[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Dd]r|[Pp]rof|[Ss]r|[Ss]ra|[Ss]rta|[Mm]me|[Mm]lle)\b\.?"
    r"|(?:Herrn?|Frau|Fr\.|Hr\.|[Mm]onsieur|[Mm]adame|[Ss]e\u00f1ora?|[Dd]o\u00f1a|[Ss]enhora?"
    r"|[Dd]outora?|[Dd]octora?"
    r"|Doktor|[Dd]ona)\b"
)
_TITLED = re.compile(
    rf"(?<!\w)(?:{TITLE})(?:\s+(?:Dr|Prof)\.?)*((?:\s+(?:de|da|von|van|del|dos)\b)?(?:\s+{_NAME}){{1,3}})"
)
_CALLED = re.compile(
    r"(?i:\b(?:my name is|his name is|her name is|(?:is|are|was|named|person) called|named|mein name ist"
    r"|hei\u00dft|hei\u00dfe|namens|me llamo|se llama|mi nombre es|je m'appelle|je m\u2019appelle|s'appelle"
    r"|s\u2019appelle|nomm\u00e9e?|me chamo|chamo-me|meu nome \u00e9|se chama|chamad[ao]))"
    rf"((?:\s+{_NAME}){{1,3}})"
)
_ADDRESSED = re.compile(
    r"(?i:\b(?:ask|asks|tell|tells|call|calls|phone|phones|text|texts|email|emails|e-mail|contact"
    r"|contacts|remind"
    r"|reminds|notify|notifies|cc|forward (?:it )?to|hand (?:it )?(?:over )?to|report to|talk to|write to"
    r"|approval (?:by|of|from)|approved by|signed by"
    r"|desk of|at|pregunta a|preguntar a|avisa a|avisar a"
    r"|llama a|llamar a|escribe a"
    r"|demande \u00e0|demander \u00e0|appelle|appeler|pr\u00e9venir|perguntar a|pergunta (?:a|ao|\u00e0)"
    r"|ligar para|avisar [ao]))"
    rf"((?:\s+{_NAME}){{2}})(?!\s+{_CAPITAL})"
)
_INTRODUCED = re.compile(
    rf"(?i:\b(?:i'm|i am|ich bin|soy|je suis|sou [oa]|eu sou))((?:\s+{_NAME}){{2}})(?!\s+{_CAPITAL})"
)
_BLANKED = re.compile(rf"(?<!\w)(?:{TITLE})\s+{BLANK}")
# Beside these two capitals are a place, a firm or a product.
_NO_PERSON = re.compile(
    r"(?i:\b(?:calendar|sheets?|docs?|drive|inc|ltd|llc|gmbh|street|avenue|road|place|office|team|support"
    r"|service|success|resources|department|management|cloud|suite|crm|pos"
    r"|desk|center|centre|teams|dynamics|workspace|maps|ads|analytics|business|pay|books|online|house"
    r"|york|angeles"
    r"|francisco|agent|assistant|order|invoice|reminder|request|repl(?:y|ies)|back\b|city|park|bank|hotel|clinic|school|university|europe|america|states|kingdom|friday"
    r"|monday|sunday"
    r"|saturday|thursday|wednesday|tuesday)|^\s+[a-z]{3,}ing\b)"
)
# Names that are everyday words as well: only with a capital inside a sentence are they a name.
_WORDS_TOO = frozenset(
    (
        "mark", "will", "rose", "grace", "may", "bill", "art", "pat", "sue", "rob", "jack", "frank",
        "dean", "drew", "chase", "hope", "joy", "faith", "summer", "april", "june", "august", "dawn",
        "ray", "guy", "miles", "penny", "ruby", "amber", "ernst", "wolf", "christian", "sol", "luz",
        "cruz", "rosa", "mar", "paz", "pilar", "claire", "pierre", "marin", "olive", "victor", "max",
        "star", "sky", "iris", "holly", "ivy", "daisy", "lily", "gene", "rich", "grant", "lance", "van",
        "wade", "heath", "cliff", "dale", "glen", "lane", "page", "reed", "stone", "woods", "young",
        "king", "long", "best", "day", "price", "field", "bank", "baker", "cook",
    )
)  # fmt: skip
_NO_NAMES = frozenset(
    (
        "info", "sales", "office", "contact", "hello", "admin", "support", "mail", "team", "booking",
        "bookings", "hi", "service", "the", "and", "von", "van", "de", "da", "del",
        "la", "las", "los", "el", "le", "du", "des", "di", "do", "dos", "das", "den", "der", "ten", "ter",
        "zu", "zum", "zur", "af", "av", "bin", "ibn", "und", "et", "mit", "with", "from",
    )
)  # fmt: skip


def names_of(name: str | None, email: str | None = None) -> frozenset[str]:
    """By which words a person can be recognised: the parts of the name, and of an address that is a name.

    The small words of a name, "de la Cruz", recognise nobody.
    """
    parts = re.findall(r"[^\W\d_]{2,}", name or "")
    if any(part[0].isupper() for part in parts):
        parts = [part for part in parts if not part[0].islower()]
    local = re.findall(r"[^\W\d_]{3,}", (email or "").partition("@")[0])
    written = parts + (local if len(local) > 1 else [])
    return frozenset(folded(part) for part in written) - _NO_NAMES


def without_personal_data(text: str, names: Iterable[str] = ()) -> str:
    """The text with a sign of omission in place of everything that identifies a person or leads to one."""
    read = _LONG_RUN.sub(BLANK, visible_with_blanks(text))
    spans = _spans(read, frozenset(names))
    return _blanked(read, spans) if spans or BLANK in read else cleaned(text)


def visible_with_blanks(text: str) -> str:
    """The text as an eye reads it, the signs of omission as they are."""
    return BLANK.join(map(visible, text.split(BLANK)))


def identifies_somebody(text: str, names: Iterable[str] = ()) -> bool:
    """Whether anything in the text would be blanked."""
    return _LONG_RUN.search(text) is not None or bool(_spans(visible(text), frozenset(names)))


# A page is opened many times, and looking for telephone numbers of ten countries takes long.
@lru_cache(maxsize=1024)
def _spans(text: str, names: frozenset[str]) -> tuple[Span, ...]:
    people = _named(text, _TITLED, _CALLED, _ADDRESSED, _INTRODUCED)
    return (*_addresses(text), *_numbers(text), *people, *_known(text, names))


def _blanked(text: str, spans: Iterable[Span]) -> str:
    for start, end in reversed(_merged(spans)):
        text = f"{text[:start]}{BLANK}{text[end:]}"
    return text


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _addresses(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _EMAIL.finditer(text))
    lowered = text.lower() if len(text.lower()) == len(text) else text
    for match in LINK.finditer(lowered):
        link = match.group().strip(".,;:!?'\"")
        if link and not _is_no_host(link):
            start = match.start() + match.group().index(link)
            yield start, start + len(link)


def _is_no_host(link: str) -> bool:
    """Whether it is software by its name, or two sentences without a blank between them."""
    bare = _BARE_HOST.fullmatch(link)
    return link in _SOFTWARE or (bare is not None and bare["ending"] not in _ENDINGS)


def _numbers(text: str) -> Iterator[Span]:
    digits = text if text.isascii() else "".join(map(_plain_digit, text))
    yield from _spelled_number(digits)
    if sum(map(str.isdecimal, digits)) < _FEWEST_DIGITS:
        return
    for region in _REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(digits, region, max_tries=_MOST_TRIES):
            if _is_no_amount(digits, match.start, match.end):
                yield match.start, match.end
    for found in _DIGITS.finditer(digits):
        bare = re.sub(r"\D", "", found.group())
        is_card = _SHORTEST_CARD <= len(bare) <= _LONGEST_CARD and luhn.is_valid(bare)
        if is_card or (not _DATE.fullmatch(found.group().strip()) and _is_no_amount(digits, *found.span())):
            yield found.span()
    yield from (span for match in _IBAN.finditer(digits) if (span := _account(match)))


def _account(match: re.Match[str]) -> Span | None:
    """An account number, without the words behind it that could belong to it."""
    text = match.group()
    ends = [*(place.start() for place in re.finditer(r"[ -]", text)), len(text)]
    valid = [end for end in ends if iban.is_valid(text[:end])]
    return (match.start(), match.start() + max(valid)) if valid else None


def _spelled_number(text: str) -> Iterator[Span]:
    """A row of single digits in words: how a telephone number is dictated."""
    read = text.lower()
    if len(read) != len(text) or len(_SPELLED_WORD.findall(read)) < _FEWEST_SPELLED:
        return
    run: list[tuple[int, int]] = []
    for quantity in (*quantities(read), None):
        is_next = (
            quantity is not None
            and quantity.value < 10
            and (not run or not re.search(r"[^\W\d_]", read[run[-1][1] : quantity.start]))
        )
        if is_next and quantity is not None:
            run.append((quantity.start, quantity.end))
            continue
        if len(run) >= _FEWEST_SPELLED:
            yield run[0][0], run[-1][1]
        run = [(quantity.start, quantity.end)] if quantity is not None and quantity.value < 10 else []


def _is_no_amount(text: str, start: int, end: int) -> bool:
    window = folded(text[max(0, start - 12) : end + 12])
    return not (money_in(window) and not phones(window))


def people_in(text: str, names: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Where others are named, or were, each with a title; not where people introduce themselves."""
    titles = {match.end(): match.start() for match in _TITLED.finditer(text)}
    found = (*_named(text, _TITLED, _ADDRESSED), *_known(text, names))
    blanked = (match.span() for match in _BLANKED.finditer(text))
    return _merged((*((titles.get(end, start), end) for start, end in found), *blanked))


def _named(text: str, *patterns: re.Pattern[str]) -> Iterator[Span]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _NO_PERSON.search(match[1]):
                start = match.start(1) + len(match[1]) - len(match[1].lstrip())
                yield start, match.end(1)


def _known(text: str, names: frozenset[str]) -> Iterator[Span]:
    for match in re.finditer(r"[^\W\d_]+", text) if names else ():
        word = match.group()
        if folded(word) not in names:
            continue
        is_name = folded(word) not in _WORDS_TOO or (word[:1].isupper() and match.start() > 0)
        if is_name:
            yield match.span()


def _plain_digit(sign: str) -> str:
    value = None if sign.isascii() else unicodedata.digit(sign, None)
    return sign if value is None else str(value)
