"""What kind of business the visitor has."""

import re

from services.dialogue.domain.reading.text import Found, found, phrase
from services.dialogue.domain.wording import gerund

MOST_WORDS = 8
_I = re.IGNORECASE
_PHRASE = r"(?P<kind>[A-Za-z][^.!?,;:\n()\u2014_]{1,100})"
_HOLDS = (
    r"(?:run|own|operate|manage|have|started|opened|founded|lead|co-?own|co-?founded|head"
    r"|work (?:at|for|in)|am with)"
)
_KINDS = (
    r"(?:agency|agencies|association|bakery|bar|barber ?shop|boutique|brand|brewery|brokerage|business|cafe"
    r"|caf\u00e9|center"
    r"|chain|charity|church|cinema|clinics?|company|consultancy|cooperative|dealership|distillery|e-?commerce"
    r"|factory|farm"
    r"|firm|florist|foundation|franchise|garage|group|gym|hotels?|hospital|kindergarten|laundry|manufacturer"
    r"|marketplace"
    r"|museum|non-?profit|nursery|office|pharmacy|practice|publisher|restaurants?|retailer|salons?|school"
    r"|services?|shops?"
    r"|spa|start-?up|stores?|studios?|supplier|theat(?:er|re)|university|wholesaler|winery|workshop"
    r"|accountant|adviser|advisor|architect|attorney|baker|bookkeeper|broker|builder|carpenter|caterer|coach"
    r"|consultants?"
    r"|contractors?|dentist|designer|developer|electrician|freelancer|hairdresser|landscaper|lawyer|notary"
    r"|painter"
    r"|photographer|physiotherapist|plumber|realtor|recruiter|roofer|therapist|trainer|translator|tutor|vet"
    r"|veterinarian)"
)
_HELD = re.compile(
    rf"\b(?:i|we|my (?:wife|husband|partner|brother|sister) and i)"
    rf"(?:'ve| have| both| also| currently| just){{0,2}}\s+{_HOLDS}\s+{_PHRASE}",
    _I,
)
_CLAIMED = re.compile(
    r"\b(?:we(?:'re| are)|i(?:'m| am)|(?:i|we) work as|it(?:'s| is)|this is"
    rf"|(?:my|our) (?:company|business|firm|start-?up|shop) is)\s+{_PHRASE}",
    _I,
)
_LED = re.compile(
    rf"\b(?:owners?|co-?owner|(?:co-?)?founders?|ceo|cto|coo|manager|director|partner|head) (?:of"
    rf"|at)\s+{_PHRASE}",
    _I,
)
_OURS = re.compile(rf"\b(?:our|my|at the)\s+(?P<kind>(?:[\w-]+\s+){{0,3}}?{_KINDS})\b", _I)
_TRADED = re.compile(
    rf"\b(?:we|i)\s+(?:mostly\s+|mainly\s+)?(?:sell|manufacture|distribute|import|export|rent out"
    rf"|publish)\s+{_PHRASE}",
    _I,
)
_ONE_OF_THE_KINDS = re.compile(rf"\b{_KINDS}\b", _I)
_ARTICLE = re.compile(r"^(?:an?|the|my|our|own|this|one|two|three|four|five|several|some|[0-9]{1,3})\s+", _I)
_SIZE = re.compile(
    r"^(?:very|really|fairly|quite|pretty|small|smallish|little|tiny|big|large|medium|mid-?sized?"
    r"|medium-?sized|growing"
    r"|fast-growing|young|new|busy|nice|modest|typical|single|basically|just|also|kind of|sort of"
    r"|currently)\s+",
    _I,
)
# Where the kind of business ends and something else about it begins.
_TAIL = re.compile(
    r"\s+(?:with|and|but|who|which|that|where|because|so|since|called|named|based|located|here|employing"
    r"|serving|near|from"
    r"|as|if|about|at|now|right now|together|myself|has|have|is|are|was|were|mostly|mainly|we|i|my|to"
    r"|for (?:the|over|about|more|many|years|[0-9])|(?:in|on) (?!(?:the )?[a-z-]+ (?:industry|business|sector"
    r"|trade|space)\b)"
    r"|of (?:about|around|[0-9]+|us|\w+ people))(?:\b|(?<=\s)).*",
    _I | re.S,
)
_GENERIC = re.compile(
    r"^(?:company|business|firm|team|start-?up|shop|store|place|office|group|organi[sz]ation|agency"
    r"|practice)$",
    _I,
)
_INDUSTRY = re.compile(
    r"^\s+(?P<joint>in|for|that|which|of|selling|making|doing)\s+(?P<rest>(?:[\w&-]+\s*){1,6})", _I
)
_NO_BUSINESS = re.compile(
    r"^(?:bit|lot|few|couple|fan|problem|issue|question|idea|mess|nightmare|pain|good|great|bad|hard|team|to"
    r"|not|so|too|all"
    r"|here|there|in an?|looking|trying|having|losing|spending|interested|happy|sure|fine|ok|okay|ready|using"
    r"|on|drowning"
    r"|struggling|tired|fed up|able|going|based|out|what|how|why|(?-i:it)|that|this|about|only|me|us|people"
    r"|someone"
    r"|time|trouble"
    r"|hours?|days?|no|any|[0-9]+|customer|everything|owner|manager|ceo|cto|founder|director|person"
    r"|human|robot"
    r"|bot|hi|hello|hey|thanks|yes|problems|issues|questions|worst|biggest|same|first|only)\b",
    _I,
)
_PREAMBLE = re.compile(
    r"^(?:(?:hi there|hi|hello|hey|well|so|yes|sure|ok|okay|oh|um|it's|it is|we're|we are|i'm|i am|(?:i"
    r"|we) (?:run|own|have)"
    r"|that's|that is|this is|(?:my|our) business is|in|just|mostly|basically|actually|sorry"
    r"|(?:i )?meant)\b[,:!.]?\s*)+",
    _I,
)
_ACTION = re.compile(
    r"^(?:i|we)\s+(?:mostly\s+|mainly\s+|basically\s+)?(?!(?:are|am|have|run|own|work|meant?)\b)"
    r"(?P<verb>[a-z]+)\s+(?P<what>.+)$",
    _I | re.S,
)


def find_business_type(text: str) -> Found[str] | None:
    """The kind of business where it is told: "I run a small dental clinic" is a dental clinic."""
    for pattern in (_HELD, _LED, _CLAIMED, _OURS, _TRADED):
        for match in pattern.finditer(text):
            kind = _kind(match["kind"])
            if kind and _is_plain(pattern, match.group(), kind):
                return found(kind, match)
    return None


def business_type_answered(text: str) -> Found[str] | None:
    """The kind of business when it was just asked: a short answer is it."""
    if plain := find_business_type(text):
        return plain
    if action := _ACTION.match(text.strip(" .!")):
        kind = phrase(f"{gerund(action['verb'])} {_TAIL.sub('', action['what'])}")
    else:
        kind = _kind(re.split(r"[.!?,;\n(]", _PREAMBLE.sub("", text.strip()), maxsplit=1)[0])
    return Found(kind, 0, len(text)) if kind and len(kind.split()) <= MOST_WORDS else None


def _is_plain(pattern: re.Pattern[str], said: str, kind: str) -> bool:
    """Whether the words around the kind leave no doubt that it is a business."""
    names_one = _ONE_OF_THE_KINDS.search(kind) is not None
    if pattern is _OURS:
        return not _GENERIC.match(kind)
    # "We are ...", "we have ..." and "I run the ..." open many sentences, and few of them tell of a business.
    opens_many = pattern in {_CLAIMED, _LED} or re.search(
        r"\b(?:have|(?:run|manage|lead|head) the)\s", said, _I
    )
    return names_one or not opens_many


def _kind(text: str) -> str:
    """The phrase without article, size and what comes after the kind."""
    kind = phrase(text)
    while (shorter := phrase(_SIZE.sub("", _ARTICLE.sub("", kind)))) != kind:
        kind = shorter
    head = phrase(_TAIL.sub("", kind))
    if _GENERIC.match(head) and (industry := _INDUSTRY.match(kind[len(head) :])):
        head = phrase(f"{head} {industry['joint']} {industry['rest']}")
    return "" if _NO_BUSINESS.match(kind) or len(head.split()) > MOST_WORDS else head
