"""Puts a visitor's steps as what the agent does, where a plain rule can; anything else stays their phrase.

The rules are English: "look into the calendar" becomes "looks into the calendar", and what somebody else
does becomes the moment at which the agent starts or goes on.
"""

import re

from contracts.playbook import ProposalScript

_VERBS = (
    "accept, add, answer, apply, approve, arrange, ask, assign, attach, calculate, call, cancel, chase,"
    " check, choose, clean, collect, compare, confirm, contact, copy, count, create, decide, delete,"
    " deliver, download, draft, email, enter, export, extract, fill, find, flag, follow, forward,"
    " gather, generate, get, give, go, handle, import, include, inform, keep, label, log, look, make,"
    " manage, mark, match, message, move, notify, offer, open, organise, organize, pick, prepare,"
    " process, propose, publish, pull, put, qualify, read, reconcile, register, remind, remove, reply,"
    " reschedule, research, resend, respond, save, scan, schedule, search, see, send, set, share, sort,"
    " submit, suggest, summarise, summarize, take, tell, text, track, transcribe, transfer, translate,"
    " try, type, upload, verify, wait, write"
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
_ALONE = frozenset(("answer", "confirm", "reply", "respond"))
_ASIDE = re.compile(
    r"^(?:first|then|next|finally|usually|normally|manually|also|just|always)\s+(?=\w)", re.IGNORECASE
)
# People of the visitor's own: what they do today is what the agent takes over.
_OURS = re.compile(
    r"^(?:we|i|someone|somebody|one of us|(?:our|my|the) (?:staff|team|receptionist|front desk|assistant"
    r"|secretary|office manager|office|admin))\s+(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"^(?:calls?|writes?|rings?|phones?|emails?|texts?|asks?|comes?|books?|orders?)\b")
_OTHERS = (
    "patient, customer, client, guest, lead, caller, tenant, supplier, vendor, student, visitor, buyer,"
    " candidate, applicant, member, parent, owner, driver, order, email, call, request, message,"
    " invoice, form, enquiry, inquiry, ticket, booking, appointment, document, application, complaint,"
    " payment, referral, review"
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


_THIRD = {verb: _third_person(verb) for verb in _BASE}
_SUBJECTS = frozenset(form for noun in _OTHERS.split(", ") for form in (noun, _third_person(noun)))
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
    if ours and first.casefold() in _THIRD.values():
        return deed
    return _inflected(first.casefold(), rest) if _is_deed(first.casefold(), rest) else step


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
