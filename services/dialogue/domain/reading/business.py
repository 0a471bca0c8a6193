"""What kind of business the visitor has."""

import re

from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.text import Found, found, phrase, sentences
from services.dialogue.domain.wording import gerund

MOST_WORDS = 8
_PHRASE = r"(?P<kind>[A-Za-z][^.!?,;:\n()\u2014_]{1,100})"
_PLACES = either(
    "bureau, day ?care, vineyard, orchard, dairy, laborator(?:y|ies), lab, cent(?:er|re), bank, insurer,"
    "agency, agencies, association, bakery, bar, barber ?shop, boutique, brand, brewery, brokerage,"
    "business, cafe,"
    "caf\u00e9, center, chain, charity, church, cinema, clinics?, company, consultancy, cooperative,"
    "dealership,"
    "distillery, e-?commerce, factory, farm, firm, florist, foundation, franchise, garage, group, gym,"
    "hotels?,"
    "hospital, kindergarten, laundry, manufacturer, marketplace, museum, non-?profit, nursery, office,"
    "pharmacy,"
    "practice, publisher, restaurants?, retailer, salons?, school, services?, shops?, spa, start-?up,"
    "stores?,"
    "studios?, supplier, theat(?:er|re), university, wholesaler, winery, workshop"
)
_TRADES = either(
    "accountant, adviser, advisor, architect, attorney, baker, bookkeeper, broker, builder, carpenter,"
    "caterer,"
    "coach, consultants?, contractors?, dentist, designer, developer, electrician, freelancer, hairdresser,"
    "landscaper, lawyer, notary, painter, photographer, physiotherapist, plumber, realtor, recruiter,"
    "roofer,"
    "therapist, trainer, translator, tutor, vet, veterinarian"
)
_KIND = rf"(?:{_PLACES}|{_TRADES})"
_NAMES_A_KIND = any_of(rf"\b{_KIND}\b")

# "I run ...", "my wife and I own ...".
_HELD = any_of(
    r"\b(?:i|we|my (?:wife|husband|partner|brother|sister) and i)"
    r"(?:'ve| have| both| also| currently| just){0,2}\s+"
    r"(?:run|own|operate|manage|have|started|opened|founded|lead|co-?own|co-?founded|head|work (?:at|for|in)"
    rf"|am with)\s+{_PHRASE}"
)
# "We are ...", "my company is ...".
_CLAIMED = any_of(
    r"\b(?:we(?:'re| are)|i(?:'m| am)|(?:i|we) work as|it(?:'s| is)|this is"
    rf"|ours is|(?:my|our) (?:company|business|firm|start-?up|shop) is)\s+{_PHRASE}"
)
# "Head of ops at ..." names the company last.
_LED_A_PART = any_of(rf"\b(?:head|director|manager|vp|lead) of [\w &-]{{2,30}}? (?:at|for|in)\s+{_PHRASE}")
# "the owner of ...", "manager at ...".
_LED = any_of(
    r"\b(?:owners?|co-?owner|(?:co-?)?founders?|ceo|cto|coo|manager|director|partner|head)"
    rf" (?:of|at|in)\s+{_PHRASE}",
)
# "our law firm", but not "our customers are law firms".
_LINKS = either(
    "are, is, was, were, has, have, had, do, does, did, to, for, with, in, at, on, and, of, the, an?"
)
_OURS = any_of(rf"\b(?:our|my|at the)\s+(?P<kind>(?:(?!{_LINKS}\b)[\w-]+\s+){{0,3}}?{_KIND})\b")
# "We sell ...".
_TRADED = any_of(
    r"\b(?:we|i)\s+(?:mostly\s+|mainly\s+|[a-z]+\s+[a-z]+\s+and\s+)?"
    rf"(?:sell|manufacture|distribute|import|export|rent out|publish|build|produce|install|repair|brew|"
    rf"bake|grow)\s+{_PHRASE}"
)
# "Recruitment agency here", "Wedding photographer": a few words at the start, and no verb among them.
_FRAGMENT = any_of(
    rf"^\W*(?P<kind>(?:(?!{_LINKS}\b|i\b|we\b|my\b|our\b)[\w/&'-]+\s+){{0,4}}?{_KIND}\b(?:s\b)?)"
    r"(?=\s*(?:[.,;!:(]|$|\b(?:here|based|with|from|in|called|near|on)\b))"
)
# "We're a freight forwarder": whoever calls themselves so by what they do.
_DOERS = any_of(
    r"\b(?:we(?:'re| are)|i(?:'m| am) an? (?:independent|freelance|self-employed)) an?\s+"
    r"(?P<kind>(?:[\w/&-]+\s+){0,3}?"
    r"(?!(?:customer|user|number|member|partner|owner|manager|beginner|reader|fighter|bit|little|matter)\b)"
    r"[a-z]{3,}(?:er|or|ist|ian)s?\b)"
)
_TOLD = (_HELD, _LED_A_PART, _LED, _CLAIMED, _OURS, _TRADED, _DOERS)
_OPENS_MANY_SENTENCES = any_of(
    r"\bhave\s",
    r"\b(?:run|own|operate|manage|lead|head)\s+(?!(?:an?|my|our|this|two|three|four|five|several|some|[0-9]+)\s)",
)

# "Then we run a conflict check" is a step of the work.
_LATER_ON = any_of(r"\b(?:then|next|afterwards|finally|so)\b")
# "My late father opened the flower shop": the last resort in a long answer.
_NAMED_IN_PASSING = any_of(
    rf"\b(?:an?|the|our|my|own)\s+(?P<kind>(?:(?!{_LINKS}\b)[\w-]+\s+){{0,2}}?{_KIND})\b"
)
_ARTICLE = any_of(r"^(?:an?|the|my|our|own|this|one|two|three|four|five|several|some|[0-9]{1,3})\s+")
_SIZE = any_of(
    "^"
    + either(
        "very, really, fairly, quite, pretty, small, smallish, little, tiny, big, large, medium,"
        "mid-?sized?,"
        "medium-?sized, growing, fast-growing, young, new, busy, nice, modest, typical, single,"
        "basically, just,"
        "24/7, 24-7, [0-9]+[- ](?:person|people|man|employee|member), also, kind of, sort of, currently"
    )
    + r"\s+"
)
# Where the kind of business ends and something else about it begins.
_ENDS = either(
    "with, and, but, who, which, that, where, because, so, since, called, named, based, located, here,"
    "employing,"
    "founded, established, serving, near,"
    "from, as, if, about, at, now, right now, together, myself, has, have, is, are, was,"
    "were, mostly,"
    "mainly, we, i, my, to, for (?:the|over|about|more|many|years|[0-9]),"
    "of (?:about|around|[0-9]+|us|\\w+ people),"
    "(?:in|on) (?!(?:the )?[a-z-]+ (?:industry|business|sector|trade|space)\\b)"
)
_TAIL = re.compile(rf"\s+{_ENDS}(?:\b|(?<=\s)).*", re.IGNORECASE | re.DOTALL)
# A company that tells no more than that it is one, and what tells the rest.
_GENERIC = any_of(
    "^"
    + either(
        "company, business, firm, team, start-?up, shop, store, place, office, group, organi[sz]ation,"
        "agency, practice, studio"
    )
    + "$"
)
_INDUSTRY = any_of(
    r"^\s+(?P<joint>in|for|that|which|of|selling|making|doing)\s+(?P<rest>(?:[\w&-]+\s*){1,6})"
)
_NO_BUSINESS = any_of(
    r"^(?:none of your|(?:shops|stores|branches|locations|sites)$|ours\b)|^"
    + either(
        "bit, lot, few, couple, fan, problem, issue, question, idea, mess, nightmare, pain, good, great,"
        "bad, hard, team,"
        "to, not, so, too, all, here, there, in an?, looking, trying, having, losing, spending,"
        "interested, happy, sure,"
        "fine, ok, okay, ready, using, on, drowning, struggling, tired, fed up, able, going, based, out,"
        "what, how, why,"
        "(?-i:it), that, this, about, only, me, us, people, someone, time, trouble, hours?,"
        "days?(?! \\w+), no,"
        "any, [0-9]+,"
        "customer, everything, owner, manager, ceo, cto, founder, director, person, human, robot, bot,"
        "hi, hello, hey,"
        "as, partner, thanks, yes, problems, issues, questions, worst, biggest, same, first"
    )
    + r"\b"
)
_PREAMBLE = any_of(
    "^(?:"
    + either(
        "(?:as|like) i (?:already )?(?:said|wrote|told you), (?:hi|hello|hey) \\w+(?=[!.,]),"
        "yo, hi there, hi+(?:ya)?, h[ae]l+o+, hey(?: there)?, howdy, good (?:morning|afternoon|evening|day),"
        "morning, afternoon, evening, greetings,"
        "well, so, yes, sure, ok, okay, oh, um, it's, it is, we're, we are,"
        "i'm, i am,"
        "(?:i|we) (?:run|own|have), that's, that is, this is, (?:my|our) business is, in, just, mostly,"
        "basically,"
        "actually, sorry, (?:i )?meant"
    )
    + r"\b[,:!.]?\s*)+"
)
# "We fix roofs" answers what the business is.
_ACTION = re.compile(
    r"^(?:i|we)\s+(?:mostly\s+|mainly\s+|basically\s+)?(?!(?:are|am|have|run|own|work|meant?)\b)"
    r"(?P<verb>[a-z]+)\s+(?P<what>.+)$",
    re.IGNORECASE | re.DOTALL,
)


def find_business_type(text: str) -> Found[str] | None:
    """The kind of business where it is told: "I run a small dental clinic" is a dental clinic."""
    for pattern in _TOLD:
        for match in pattern.finditer(text):
            kind = _kind(match["kind"])
            said = text[_sentence_start(text, match.start()) : match.end()]
            if kind and _is_plain(pattern, said, kind):
                return found(kind, match)
    return _fragment(text)


def business_type_answered(text: str) -> Found[str] | None:
    """The kind of business when it was just asked: a short answer is it."""
    if plain := find_business_type(text):
        return plain
    if action := _ACTION.match(text.strip(" .!")) or _ACTION.match(_PREAMBLE.sub("", text.strip(" .!"))):
        kind = phrase(f"{gerund(action['verb'])} {_TAIL.sub('', action['what'])}")
    else:
        kind = _kind(re.split(r"[.!?,;\n(]", _PREAMBLE.sub("", text.strip()), maxsplit=1)[0])
        if len(text.split()) > MOST_WORDS and (named := _NAMED_IN_PASSING.search(text)):
            kind = _kind(named["kind"])
    return Found(kind, 0, len(text)) if kind and len(kind.split()) <= MOST_WORDS else None


def _fragment(text: str) -> Found[str] | None:
    """A sentence, or its beginning, that is a kind of business and nothing else."""
    for span in sentences(text):
        greeting = _PREAMBLE.match(span.of(text).lstrip())
        lead = len(span.of(text)) - len(span.of(text).lstrip()) + (greeting.end() if greeting else 0)
        match = _FRAGMENT.match(span.of(text)[lead:])
        kind = _kind(match["kind"]) if match else ""
        if match and kind and not _GENERIC.match(kind):
            start = span.start + lead
            return Found(kind, start + match.start("kind"), start + match.end("kind"))
    return None


def _sentence_start(text: str, position: int) -> int:
    return max(text.rfind(mark, 0, position) for mark in ".!?\n") + 1


def _is_plain(pattern: re.Pattern[str], said: str, kind: str) -> bool:
    """Whether the words around the kind leave no doubt that it is a business."""
    names_one = _NAMES_A_KIND.search(kind) is not None
    if pattern is _DOERS:
        return True
    if pattern is _HELD and not names_one and _LATER_ON.search(said):
        return False
    if pattern is _OURS:
        return not _GENERIC.match(kind)
    # "We are ...", "we have ..." and "I run the ..." open many sentences, and few of them tell of a business.
    opens_many = pattern in {_CLAIMED, _LED_A_PART, _LED} or _OPENS_MANY_SENTENCES.search(said)
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
