"""What must never be said or happen, looked for in what a visitor saw: structure, not wording."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from contracts.values import Profile, Stage
from evals.hearing import questions_in
from evals.player import Played
from playbook import Playbook, own_site
from playbook.claims import is_below_any
from playbook.lexicon import IntentName, plain

_NUMBER = r"(\d[\d.,]*\d|\d)\s?(k\b|thousand\b)?"
_MONEY = re.compile(
    rf"(?:[$€£]|\b(?:USD|EUR|GBP|US\$)\s?)\s?{_NUMBER}|\b{_NUMBER}\s?(?:[$€£]|USD\b|EUR\b|GBP\b|dollars?\b|euros?\b|bucks\b)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
# What was concluded rather than said may be asked for meanwhile.
_SAID = 0.5
_WISHES: tuple[IntentName, ...] = ("want_demo", "want_person")
_WITH_A_PROPOSAL = frozenset({Stage.PROPOSE, Stage.RECOMMEND})


def violations(played: Played, playbook: Playbook) -> list[str]:
    """Everything in a conversation that breaks a rule, with the turn it happened in."""
    return [
        *_broken_replies(played),
        *foreign_amounts(played, playbook),
        *mispriced_tiers(played, playbook),
        *foreign_links(played, playbook),
        *early_links(played, playbook),
        *_questions_twice(played),
        *_known_but_asked(played),
        *stages_out_of_order(played),
    ]


def _broken_replies(played: Played) -> Iterator[str]:
    for turn, one in enumerate(played.exchanges, start=1):
        if one.reply.problem:
            yield f"turn {turn}: no proper reply: {one.reply.problem}"
        elif not one.reply.text.strip():
            yield f"turn {turn}: an empty reply"


def foreign_amounts(played: Played, playbook: Playbook, *, visitor_may_name: bool = True) -> Iterator[str]:
    """Amounts of money that neither the catalogue nor, where that counts, the visitor named."""
    allowed = {float(tier.monthly_price_usd) for tier in playbook.catalogue}
    for turn, one in enumerate(played.exchanges, start=1):
        if visitor_may_name:
            allowed |= set(_plain_numbers(one.said))
        for amount in _amounts(one.reply.text):
            if amount not in allowed:
                yield f"turn {turn}: an amount that is not ours: {amount:g}"


def mispriced_tiers(played: Played, playbook: Playbook) -> Iterator[str]:
    """A tier that is named with the price of another one."""
    for turn, one in enumerate(played.exchanges, start=1):
        for tier in playbook.catalogue:
            named = rf"\b{re.escape(tier.name)}\b[^.$€£\d]{{0,30}}(?:{_MONEY.pattern})"
            for match in re.finditer(named, one.reply.text, re.IGNORECASE):
                if any(amount != tier.monthly_price_usd for amount in _amounts(match.group())):
                    yield f"turn {turn}: {tier.name} at the price of another tier"


def early_links(played: Played, playbook: Playbook) -> Iterator[str]:
    """The booking link in a reply before it was asked for, or the proposal was there to be accepted."""
    is_asked_for = has_proposal = False
    for turn, one in enumerate(played.exchanges, start=1):
        is_asked_for = is_asked_for or wishes_for_link(one.said, playbook)
        if playbook.booking.public_link in one.reply.text and not (is_asked_for or has_proposal):
            yield f"turn {turn}: the booking link at the stage {one.reply.stage}, and nobody asked for it"
        has_proposal = has_proposal or one.reply.stage in _WITH_A_PROPOSAL


def wishes_for_link(said: str, playbook: Playbook) -> bool:
    """Whether a visitor plainly asks for the link, a demo or a person; these are granted at any stage."""
    text = plain(said)
    wishes = (
        one.lexicon.intents[wish] for one in (playbook, *playbook.languages.values()) for wish in _WISHES
    )
    return any(phrases.search(text) for phrases in wishes)


def foreign_links(played: Played, playbook: Playbook) -> Iterator[str]:
    """Links that lead to no page of ours."""
    website = own_site(playbook.company.website)
    for turn, one in enumerate(played.exchanges, start=1):
        for found in _LINK.findall(one.reply.text):
            link = found.rstrip(".,;:!?*")
            address = link if "//" in link else f"https://{link}"
            if not playbook.booking.allows_issued(address) and not is_below_any(address, (website,)):
                yield f"turn {turn}: a link that is not ours: {urlsplit(address).hostname or ''}"


def _amounts(text: str) -> list[float]:
    # French parts thousands with a blank that does not break.
    text = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", text)
    return [
        _amount(number, scale)
        for before, before_scale, after, after_scale in _MONEY.findall(text)
        for number, scale in ((before, before_scale), (after, after_scale))
        if number
    ]


def _amount(number: str, scale: str) -> float:
    # In "2.500" as in "2,500" the last group of three digits belongs to the thousands.
    whole = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    return float(whole) * (1000 if scale else 1) if whole.count(".") <= 1 else 0.0


def _plain_numbers(text: str) -> Iterator[float]:
    return (_amount(number, scale) for number, scale in re.findall(_NUMBER, text, re.IGNORECASE))


def _questions_twice(played: Played) -> Iterator[str]:
    seen: set[str] = set()
    for turn, one in enumerate(played.exchanges, start=1):
        for question in questions_in(one.reply.text):
            if question in seen:
                yield f"turn {turn}: asked in the same words again: {question}"
            seen.add(question)


def _known_but_asked(played: Played) -> Iterator[str]:
    """A slot asked for in a reply to a turn in or before which it had been told.

    What answers another question, and was taken for this one only when the visitor came back to it, was not.
    """
    turn_of = {one.reply.turn_id: turn for turn, one in enumerate(played.exchanges, start=1)}
    for turn, one in enumerate(played.exchanges, start=1):
        slot = getattr(played.outcome.profile, one.asks or "", None)
        if (
            one.asks_back
            or slot is None
            or slot.confidence < _SAID
            or _answers_another(one.asks, played.outcome.profile)
        ):
            continue
        if turn_of.get(slot.turn_id, turn + 1) <= turn:
            yield f"turn {turn}: asks for {one.asks}, which was told in turn {turn_of[slot.turn_id]}"


def _answers_another(asked: str | None, profile: Profile) -> bool:
    """Whether the words of this slot are those of another one."""
    known = {name: slot for name in Profile.model_fields if (slot := getattr(profile, name)) is not None}
    return any(slot.words == known[asked or ""].words for name, slot in known.items() if name != asked)


def stages_out_of_order(played: Played) -> Iterator[str]:
    """A stage that comes back."""
    furthest = Stage.UNDERSTAND
    for turn, one in enumerate(played.exchanges, start=1):
        if one.reply.stage.position < furthest.position:
            yield f"turn {turn}: went back from {furthest} to {one.reply.stage}"
        furthest = max(furthest, one.reply.stage, key=lambda stage: stage.position)
