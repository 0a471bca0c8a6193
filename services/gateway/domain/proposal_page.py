"""What the page of a proposal shows: the proposal, the visitor's own words for it, and its figures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from contracts.proposal_folder import ProposalFolder, ProposalRevision
from contracts.values import Origin, Profile, Proposal, TierRecommendation
from playbook import Booking, Playbook, ProposalPageLines
from playbook.claims.personal import BLANK
from playbook.phrasing import MOST_WORDS_QUOTED, is_plain
from playbook.public_words import LONGEST_TEXT, PublicWords
from playbook.translation import spoken_by
from services.gateway.errors import ProposalUnknown

LONGEST_QUOTE = 170
_ABOUT_THE_VISITOR = frozenset({"name", "email"})


@dataclass(frozen=True, slots=True)
class Quote:
    """The visitor's own words for one slot."""

    about: str
    words: str


@dataclass(frozen=True, slots=True)
class Hours:
    """The time the task takes today and what is won; None where it is not known."""

    now: str
    target: str | None
    saved: str | None


@dataclass(frozen=True, slots=True)
class ChosenTier:
    """The tier of the catalogue that the visitor chose against the recommendation."""

    name: str
    price: str
    includes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RevisionLink:
    """One of the revisions in the list of all."""

    number: int
    line: str
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """Everything the page shows, each text still to be escaped."""

    lines: ProposalPageLines
    company: str
    website: str
    bot_name: str
    written_by: Origin
    business: str | None
    revision: int
    revision_line: str
    drafted_on: date
    proposal: Proposal
    hours: Hours | None
    quotes: tuple[Quote, ...]
    tier: TierRecommendation
    price: str
    chosen: ChosenTier | None
    booking_url: str | None
    is_newest: bool
    revisions: tuple[RevisionLink, ...]

    @property
    def footer(self) -> str:
        """Who wrote the proposal, for people."""
        lines = self.lines
        line = lines.footer if self.written_by == "model" else lines.footer_without_model
        return line.format(company=self.company)


def proposal_page(folder: ProposalFolder, number: int | None, playbook: Playbook) -> ProposalPage:
    """The page of a revision, without a number of the newest.

    Raises:
        ProposalUnknown: there is no such revision.
    """
    shown = folder.revision(number)
    if shown is None:
        raise ProposalUnknown(f"There is no revision {number} of this proposal.")
    language = folder.profile.language.value if folder.profile.language else None
    playbook = spoken_by(language, shown.translations, playbook)
    lines, newest = playbook.proposal_page, folder.revisions[0]
    words = PublicWords(playbook, language=language)
    proposal, tier = words.proposal(shown.proposal), words.tier(shown.tier)
    return ProposalPage(
        lines=lines,
        company=playbook.company.name,
        website=playbook.company.website,
        bot_name=playbook.company.bot_name,
        # Of an old draft nobody knows; to call it a model's hides nothing.
        written_by=shown.written_by or "model",
        business=_business(folder.profile, words, playbook),
        revision=shown.revision,
        revision_line=_revision_line(shown, lines),
        drafted_on=shown.drafted_at.date(),
        proposal=proposal,
        hours=_hours(proposal, folder.profile if shown is newest else Profile(), playbook.language.number),
        # The profile is that of today: to an older revision something else may have led.
        quotes=(
            *(_quotes(folder.profile, lines, words) if shown is newest else ()),
            *((Quote(lines.done_today, proposal.done_today),) if proposal.done_today else ()),
        ),
        tier=tier,
        price=playbook.language.price_of(tier.monthly_price_usd),
        chosen=_chosen(folder.chosen_tier, playbook, tier) if shown is newest else None,
        booking_url=_passed_on(folder.booking_url, playbook.booking),
        is_newest=shown is newest,
        revisions=tuple(
            RevisionLink(kept.revision, _revision_line(kept, lines), kept is shown)
            for kept in folder.revisions
        ),
    )


def quotable(text: str, words: PublicWords) -> str:
    """A visitor's words as others may read them: short, on one line, without contact details."""
    beginning = text[:LONGEST_TEXT].rpartition(" ")[0] if len(text) > LONGEST_TEXT else text
    said = _one_line(words.quote(beginning)).strip(" ,;")
    if len(said) > LONGEST_QUOTE:
        said = f"{said[:LONGEST_QUOTE].rpartition(' ')[0].rstrip(' .,;')} …"
    return said if any(sign.isalnum() for sign in said) else ""


def _quotes(profile: Profile, lines: ProposalPageLines, public: PublicWords) -> tuple[Quote, ...]:
    """One sentence often fills several slots; it is quoted once."""
    quotes: list[Quote] = []
    for slot, about in lines.told_by.items():
        known = getattr(profile, slot)
        words = quotable(known.words, public) if known else ""
        if words and not any(words in other.words for other in quotes):
            quotes.append(Quote(about, words))
    return tuple(quotes)


def _business(profile: Profile, words: PublicWords, playbook: Playbook) -> str | None:
    """The kind of business; one that bears a person's name is not named, nor is a whole story."""
    business = profile.business_type
    if business is None or words.identifies_somebody(business.value):
        return None
    shown = words.shown(_one_line(business.value))
    if not shown or BLANK in shown or len(shown.split()) > MOST_WORDS_QUOTED:
        return None
    return shown if is_plain(shown, playbook) else playbook.language.quote.format(text=shown)


def _chosen(key: str | None, playbook: Playbook, recommended: TierRecommendation) -> ChosenTier | None:
    if key == recommended.tier:
        return None
    return next(
        (
            ChosenTier(tier.name, playbook.language.price_of(tier.monthly_price_usd), tier.includes)
            for tier in playbook.catalogue
            if tier.key == key
        ),
        None,
    )


def _hours(proposal: Proposal, profile: Profile, number: Callable[[float], str]) -> Hours | None:
    now, saved = proposal.hours_now_per_week, proposal.hours_saved_per_week
    if now is None:
        return None
    if saved is None:
        hours = profile.hours_per_week
        up_to = hours.up_to if hours and hours.value == now else None
        return Hours(f"{number(now)}\u2013{number(up_to)}" if up_to else number(now), None, None)
    return Hours(number(now), number(round(now - saved, 2)), number(saved))


def _revision_line(kept: ProposalRevision, lines: ProposalPageLines) -> str:
    on = kept.drafted_at.date()
    written = lines.date.format(day=on.day, month=lines.months[on.month - 1], year=on.year)
    return lines.revision.format(revision=kept.revision, date=written)


def _passed_on(url: str | None, booking: Booking) -> str | None:
    """The booking link without what it would fill in about the visitor."""
    if url is None or not booking.allows_issued(url):
        return None
    link = urlsplit(url)
    kept = [
        (key, value)
        for key, value in parse_qsl(link.query, keep_blank_values=True)
        if key not in _ABOUT_THE_VISITOR
    ]
    return link._replace(query=urlencode(kept, quote_via=quote)).geturl()


def _one_line(text: str) -> str:
    return " ".join(text.split())
