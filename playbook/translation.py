"""The playbook in a language it has no file for: its lines, one by one, and what is said in their place.

A line is known by the digest of its words, so that one that was changed is translated again. Prices and what
a tier includes are no part of a fact's line: they are filled in afterwards, as the language writes them.
"""

import locale
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from typing import Final

from playbook.language import Language
from playbook.languages import Place, is_wording
from playbook.offer import Tier
from playbook.remembering import Same, once_for_each
from playbook.section import placeholders
from playbook.whole import Playbook

# In the order in which a conversation needs them.
_SECTIONS: Final = (
    "company", "lines", "stages", "language", "tier_rule", "catalogue", "proposal", "task_kinds", "facts",
    "proposal_page", "mail",
)  # fmt: skip
_OF_A_PROPOSAL: Final = frozenset(
    {"language", "tier_rule", "catalogue", "proposal", "task_kinds", "proposal_page"}
)
# What no visitor reads: what only a model is told, patterns, how a language writes figures; and what is shown
# before the language of a visitor is known.
_NOT_SAID: Final = frozenset(
    {f"company.{name}" for name in ("does", "voice", "invitation", "openers")}
    | {"lines.language_not_spoken", "proposal_page.language"}
    | {f"proposal.{name}" for name in ("targets", "savings", "no_wish", "leaves", "comes_first")}
    | {f"proposal.look_at_first.{name}" for name in ("groups.words", "but_not", "works_with", "files")}
    | {"task_kinds.words"}
    | {"proposal.nameless.behind"}
    | {f"language.{name}" for name in ("code", "name", "own_name", "recognised_by")}
    | {f"language.{name}" for name in ("thousands", "decimal", "price", "quote")}
)
# The languages that computers are set to; any other tag is a mistake, or made up to be paid for.
_CODES: Final = frozenset(alias.partition("_")[0] for alias in locale.locale_alias if "_" in alias)
_NARROW_SPACE: Final = "\u202f"
_WITH_POINTS: Final = frozenset("nl it tr id el da ro hr sl vi".split())  # noqa: SIM905
_WITH_COMMAS: Final = frozenset("zh ja ko he ar th hi ms".split())  # noqa: SIM905


def language_code(tag: str) -> str | None:
    """The primary part of a BCP 47 tag, None where it names no language."""
    code = tag.casefold().partition("-")[0]
    return code if code in _CODES else None


@once_for_each
def lines_of(playbook: Playbook) -> Mapping[str, str]:
    """Every line that visitors read, by its digest, the opening first."""
    return {digest_of_line(line): line for _, line in placed_lines(playbook)}


@once_for_each
def purposes_of(playbook: Playbook) -> Mapping[str, str]:
    """What each line is for, by the names of the place where it stands first."""
    return {line: _words(place) for place, line in reversed([*placed_lines(playbook)])}


def opening_lines(playbook: Playbook) -> tuple[str, ...]:
    """The digests of what is said before anything else."""
    return digest_of_line(playbook.company.disclosure), digest_of_line(playbook.lines.greeting)


def digest_of_line(line: str) -> str:
    """What a line is known by."""
    return sha256(line.encode()).hexdigest()[:20]


def placed_lines(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    """Every line with its place."""
    found: list[tuple[Place, str]] = []

    def note(place: Place, text: str) -> str:
        found.append((place, _as_line(place, text, playbook)))
        return text

    for name in _SECTIONS:
        _replaced(_section(playbook, name), (name,), note)
    yield from found


def in_translation(playbook: Playbook, code: str, texts: Mapping[str, str]) -> Playbook:
    """The playbook in the words of `texts`, by the digests of its lines; a line without any stays as it is.

    Raises:
        ValueError: a text lacks what is to be filled in, or names what nothing fills in.
    """

    def said(place: Place, text: str) -> str:
        line = _as_line(place, text, playbook)
        return texts.get(digest_of_line(line)) or line

    def named(name: str, replace: Callable[[Place, str], str] = said) -> object:
        return _replaced(_section(playbook, name), (name,), replace)

    words = Language.model_validate(_mapping(named("language")) | _figures_of(code, playbook))
    catalogue = tuple(Tier.model_validate(tier) for tier in _list(named("catalogue")))
    amounts = {tier.key: words.price_of(tier.monthly_price_usd) for tier in catalogue}
    fills = amounts | {
        f"{tier.key}_{at}": item for tier in catalogue for at, item in enumerate(tier.includes)
    }
    fact = partial(_filled, said=said, fills=fills)
    others = {name: named(name) for name in _SECTIONS if name not in {"language", "catalogue", "facts"}}
    own = {
        **others,
        "language": words,
        "catalogue": catalogue,
        "facts": named("facts", fact),
        "proposal_page": _mapping(others["proposal_page"]) | {"language": code},
        "languages": {},
    }
    return Playbook.model_validate({name: getattr(playbook, name) for name in Playbook.model_fields} | own)


def spoken_by(tag: str | None, texts: Mapping[str, str], playbook: Playbook) -> Playbook:
    """The playbook in the language of a tag: by its file, else by the texts that came with a proposal."""
    own = playbook.spoken_in(tag)
    code = language_code(tag or "")
    if own is not playbook or not texts or code in {None, playbook.language.code}:
        return own
    return _translated(Same(playbook), str(code), frozenset(texts.items()))


# A proposal is drafted and read in several steps, and each needs the playbook.
@lru_cache(maxsize=16)
def _translated(playbook: Same[Playbook], code: str, texts: frozenset[tuple[str, str]]) -> Playbook:
    try:
        return in_translation(playbook.part, code, dict(texts))
    except ValueError:
        # They belong to a playbook with other lines.
        return playbook.part


def speaking_also(playbook: Playbook, code: str, texts: Mapping[str, str]) -> Playbook:
    """The playbook with these texts as one of its languages; as it is where they do not fit its lines."""
    return _joined(Same(playbook), code, frozenset(texts.items())) if texts else playbook


# What is worked out from a playbook is remembered for the very object, so the same texts give the same one.
@lru_cache(maxsize=64)
def _joined(playbook: Same[Playbook], code: str, texts: frozenset[tuple[str, str]]) -> Playbook:
    own = _translated(playbook, code, texts)
    if own is playbook.part:
        return own
    return playbook.part.model_copy(update={"languages": {**playbook.part.languages, code: own}})


@once_for_each
def lines_of_a_proposal(playbook: Playbook) -> Sequence[str]:
    """The digests of the lines from which other services make a proposal and its page."""
    return [digest_of_line(line) for place, line in placed_lines(playbook) if place[0] in _OF_A_PROPOSAL]


def texts_of(playbook: Playbook, translated: Playbook) -> Mapping[str, str]:
    """The texts of `translated`, by the lines of a playbook; a line that it leaves as it is has none."""
    pairs = zip(placed_lines(playbook), placed_lines(translated), strict=True)
    return {digest_of_line(line): text for (_, line), (_, text) in pairs if text != line}


def as_file(translated: Playbook, lexicon: str) -> Mapping[str, object]:
    """A translation as the file of a language holds it, with the lexicon of another while it has none."""
    parts = {
        name: _words_alone(_section(translated, name), (name,)) for name in _SECTIONS if name != "language"
    }
    facts = {fact.id: {"says": fact.says} for fact in translated.facts.facts}
    return {
        "lexicon": lexicon,
        "language": translated.language.model_dump(mode="json"),
        **parts,
        "facts": facts,
    }


def _words_alone(value: object, place: Place) -> object:
    """What a language words of a section, None where that is nothing."""
    if isinstance(value, Mapping):
        parts = {name: _words_alone(part, (*place, str(name))) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part}
    if isinstance(value, list):
        items = [_words_alone(part, (*place, str(at))) for at, part in enumerate(value)]
        return items if any(items) else None
    return value if isinstance(value, str) and is_wording(value, place) else None


def _section(playbook: Playbook, name: str) -> object:
    return playbook.model_dump(mode="json", include={name})[name]


def _replaced(value: object, place: Place, replace: Callable[[Place, str], str]) -> object:
    """The same values with other words at the places that are worded."""
    if isinstance(value, Mapping):
        # A fact is named by its id, as in the file.
        return {
            name: part if name == "id" else _replaced(part, (*place, str(name)), replace)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_replaced(part, (*place, str(at)), replace) for at, part in enumerate(value)]
    is_said = isinstance(value, str) and is_wording(value, place) and _words(place) not in _NOT_SAID
    return replace(place, str(value)) if is_said else value


def _as_line(place: Place, text: str, playbook: Playbook) -> str:
    """A fact with the names of what is filled in; any other text is a line as it is."""
    if place[0] != "facts" or "{" in text:
        return text
    for tier in playbook.catalogue:
        text = text.replace(playbook.language.price_of(tier.monthly_price_usd), f"{{{tier.key}}}")
        for at, item in enumerate(tier.includes):
            is_of_tier = playbook.facts.facts[int(place[-2])].id == tier.key
            text = text.replace(item, f"{{{tier.key}_{at}}}") if is_of_tier else text
    return text


def _filled(place: Place, text: str, said: Callable[[Place, str], str], fills: Mapping[str, str]) -> str:
    words = said(place, text)
    return words.format_map(fills) if placeholders(words) else words


def figure_marks(code: str) -> tuple[str, str]:
    """What stands between thousands and before decimals; a narrow space is read everywhere."""
    if code in _WITH_POINTS:
        return ".", ","
    return (",", ".") if code in _WITH_COMMAS else (_NARROW_SPACE, ",")


def _figures_of(code: str, playbook: Playbook) -> dict[str, object]:
    """How figures are written where nobody said how."""
    thousands, decimal = figure_marks(code)
    return {
        "code": code,
        "name": code,
        "own_name": code,
        "recognised_by": playbook.also_recognised.get(code, ()),
        "thousands": thousands,
        "decimal": decimal,
        "by_first_name": False,
    }


def _words(place: Place) -> str:
    return ".".join(name for name in place if not name.isdigit())


def _mapping(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value
