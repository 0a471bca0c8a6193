"""Puts a visitor's steps as what the agent does, where a plain rule can; anything else stays their phrase.

The rules are English: "look into the calendar" becomes "looks into the calendar", and what somebody else
does becomes the moment at which the agent starts or goes on.
"""

import re

from playbook import ProposalScript

_VERBS = (
    "accept, add, analyse, analyze, answer, apply, approve, arrange, ask, assign, attach, calculate,"
    " call, cancel, categorise, categorize, charge, chase, check, choose, clean, close, collect,"
    " compare, confirm, contact, convert, copy, count, create, decide, delete, deliver, describe,"
    " download, draft, drive, edit, email, enter, escalate, estimate, evaluate, explain, export,"
    " extract, figure, fill, find, finish, fix, flag, follow, forward, gather, generate, get, give, go,"
    " hand, handle, identify, import, include, inform, inspect, keep, key, label, log, look, make,"
    " manage, mark, match, measure, message, monitor, move, notify, offer, open, organise, organize,"
    " pack, pass, pick, prepare, prioritise, prioritize, process, propose, publish, pull, put, qualify,"
    " read, reconcile, refer, register, remind, remove, reply, reschedule, research, resend, respond,"
    " route, run, save, say, scan, schedule, search, see, send, set, share, sort, start, submit,"
    " suggest, summarise, summarize, tag, take, tell, text, track, transcribe, transfer, translate, try,"
    " type, upload, upsell, validate, verify, visit, wait, welcome, work, write"
)
# These are as often a thing as a deed, so that what follows has to tell.
_THINGS_TOO = (
    "bill, book, file, invoice, list, note, order, phone, plan, post, print, quote, record, report, request,"
    " review, ring, ship, update"
)
_CERTAIN = frozenset(_VERBS.split(", "))
_BASE = _CERTAIN | frozenset(_THINGS_TOO.split(", "))
_OBJECT = re.compile(
    r"(?:the|an?|it|them|him|her|us|our|my|your|their|his|this|that|these|those|each|every|all|any|back|up|out"
    r"|down|one|two|three|[0-9]+)\b",
    re.IGNORECASE,
)
_ALONE = frozenset(("answer", "confirm", "measure", "qualify", "reply", "respond"))
_ASIDE = re.compile(
    r"^(?:first|then|next|finally|usually|normally|manually|also|just|always)\s+(?=\w)", re.IGNORECASE
)
# People of the visitor's own: what they do today is what the agent takes over.
_OURS = re.compile(
    r"^(?:(?:we|i)(?:'ll| will| then| just)?(?: have to| need to)?|someone|somebody|one of us"
    r"|(?:our|my|the) (?:staff|team|receptionist|front desk|assistant|secretary|office manager|office|admin))"
    r"\s+(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"^(?:calls?|writes?|rings?|phones?|emails?|texts?|asks?|comes?|books?|orders?|walks?|arrives?|wants?|needs?)\b"
)
_OTHERS = (
    "patient, customer, client, guest, lead, caller, tenant, supplier, vendor, student, visitor, buyer,"
    " candidate, applicant, member, parent, owner, driver, order, email, call, request, message,"
    " invoice, form, enquiry, inquiry, ticket, booking, appointment, document, application, complaint,"
    " payment, referral, review, person, prospect, resident, seller, shopper, traveller, traveler, user,"
    " subscriber, borrower, contractor, employee"
)
_HAPPENS = (
    "is, are, has, have, comes, come, arrives, arrive, wants, want, needs, need, pays, pay, signs, sign,"
    " agrees, agree, rings, ring, walks, walk, lands, land, goes, go"
)


def _third_person(verb: str) -> str:
    """`reply` as `replies`, `search` as `searches`, `look` as `looks`."""
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else f"{verb}s"


def _gerund(verb: str) -> str:
    """`check` as `checking`, `make` as `making`, `get` as `getting`."""
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ing"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


_DOUBLED = frozenset(("flag", "get", "log", "put", "run", "scan", "set", "submit", "tag", "transfer"))
_THIRD = {verb: _third_person(verb) for verb in _BASE}
_OF_GERUND = {_gerund(verb): verb for verb in _CERTAIN}
_PLURALS = {"person": "people", "enquiry": "enquiries", "inquiry": "inquiries"}
_SUBJECTS = frozenset(
    form for noun in _OTHERS.split(", ") for form in (noun, _PLURALS.get(noun, _third_person(noun)))
)
_DEEDS = _BASE | frozenset(_THIRD.values()) | frozenset(_HAPPENS.split(", "))
_DETERMINER = re.compile(r"^(?:an?|the|each|every|our|my|new|most|some)$", re.IGNORECASE)
_JOINED = re.compile(r"(?P<join>\s+(?:and|or)(?: then)?\s+|,\s+)(?P<verb>[a-z]+)(?P<rest>\s+\S+|$)")


def as_deeds(steps: tuple[str, ...], script: ProposalScript) -> tuple[str, ...]:
    """Each line as what the agent does; only the first can be what it starts with."""
    if script.deeds is None:
        return steps
    templates = (script.deeds.starts_when, *[script.deeds.goes_on_when] * len(steps))
    return tuple(_as_deed(step, template) for step, template in zip(steps, templates, strict=False))


def _as_deed(step: str, when: str) -> str:
    plain = _ASIDE.sub("", step)
    if _is_of_somebody_else(plain):
        return when.format(step=_lowered(plain))
    ours = _OURS.match(plain)
    deed = ours["rest"] if ours else plain
    first, _, rest = deed.partition(" ")
    verb = _OF_GERUND.get(first.casefold(), first.casefold())
    if ours and verb in _THIRD.values():
        return deed
    return _inflected(verb, rest) if _is_deed(verb, rest) else step


def _is_deed(verb: str, rest: str) -> bool:
    if verb in _CERTAIN:
        return bool(rest) or verb in _ALONE
    return verb in _BASE and _OBJECT.match(rest) is not None


def _inflected(verb: str, rest: str) -> str:
    """The first verb, and those joined to it that an object follows."""
    tail = f" {rest}" if rest else ""
    return f"{_THIRD[verb]}{_JOINED.sub(_joined_verb, tail)}"


def _joined_verb(match: re.Match[str]) -> str:
    verb, rest = match["verb"], match["rest"]
    has_object = _OBJECT.match(rest.strip()) is not None or (not rest and verb in _ALONE)
    return f"{match['join']}{_THIRD[verb] if verb in _THIRD and has_object else verb}{rest}"


def _is_of_somebody_else(step: str) -> bool:
    """Whether a patient, an order or a call does it: "a patient calls or writes"."""
    words = step.casefold().split()
    if words[:1] in (["someone"], ["somebody"]):
        return _CONTACT.match(" ".join(words[1:])) is not None
    if words[:1] == ["they"]:
        return len(words) > 1 and words[1] in _DEEDS
    has_determiner = bool(words) and _DETERMINER.match(words[0]) is not None
    # Without an article the noun stands first, or the words before it could be a deed of ours.
    places = range(1, min(4, len(words) - 1)) if has_determiner else range(min(1, len(words) - 1))
    return any(words[place] in _SUBJECTS and words[place + 1] in _DEEDS for place in places)


def _lowered(step: str) -> str:
    first, _, rest = step.partition(" ")
    return f"{first.lower()} {rest}" if _DETERMINER.match(first) else step
