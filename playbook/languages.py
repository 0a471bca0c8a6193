"""Joins the default playbook with its translations: a language changes words, never an offer or a rule."""

from collections.abc import Iterator, Mapping, Sequence

from playbook.section import placeholders

# Only these parts are worded; nothing else of a playbook may stand in a translation.
_WORDED = frozenset(
    {
        "company",
        "stages",
        "facts",
        "lines",
        "proposal",
        "proposal_page",
        "mail",
        "task_kinds",
        "catalogue",
        "tier_rule",
    }
)
_OF_THE_LANGUAGE = frozenset({"language", "lexicon"})
# Names that code or other systems know a thing by, and what only a language model is told.
_NAMES = frozenset({"slot", "key", "facts", "goal"})
_PROPER_NAMES = frozenset(
    {
        "company.name",
        "company.bot_name",
        "company.website",
        "catalogue.name",
        "tier_rule.cases.tier",
        "tier_rule.otherwise",
    }
)

Place = tuple[str, ...]


def in_words_of(default: Mapping[str, object], pack: Mapping[str, object]) -> Mapping[str, object]:
    """The default in the words of the pack; how the language works is the pack's alone."""
    own = {name: pack[name] for name in _OF_THE_LANGUAGE if name in pack}
    return {**_merged(default, pack), **own}


def _joined(default: object, pack: object) -> object:
    if isinstance(default, Mapping) and isinstance(pack, Mapping):
        return _merged(default, pack)
    sections, own = _sections(default), _sections(pack)
    if sections and len(sections) == len(own):
        return [_joined(one, other) for one, other in zip(sections, own, strict=True)]
    return pack


def _merged(default: Mapping[str, object], pack: Mapping[str, object]) -> dict[str, object]:
    return {**default, **{name: _joined(default.get(name), part) for name, part in pack.items()}}


def faults_of(default: Mapping[str, object], pack: Mapping[str, object]) -> Iterator[str]:
    """Every place where a pack lacks words of the default, or changes what is none of its business."""
    for name in pack.keys() - _WORDED - _OF_THE_LANGUAGE:
        yield f"{name}: a language changes words only"
    for name in sorted(_OF_THE_LANGUAGE - pack.keys()):
        yield f"{name}: is missing"
    for name in sorted(_WORDED & default.keys()):
        yield from _compared(default[name], pack.get(name), (name,))


def _compared(default: object, pack: object, place: Place) -> Iterator[str]:
    if isinstance(default, Mapping):
        parts = pack if isinstance(pack, Mapping) else {}
        for name in parts.keys() - default.keys():
            yield f"{_named((*place, str(name)))}: the default does not have it"
        for name, part in default.items():
            # A section that only the default has is taken out by a null; whether it may go, the model knows.
            if not (isinstance(part, Mapping) and name in parts and parts[name] is None):
                yield from _compared(part, parts.get(name), (*place, str(name)))
    elif sections := _sections(default):
        items = _sections(pack)
        if items and len(items) != len(sections):
            yield f"{_named(place)}: has {len(items)} parts, the default has {len(sections)}"
            return
        for position, part in enumerate(sections):
            own = items[position] if items else None
            yield from _compared(part, own, (*place, str(position)))
    else:
        yield from _compared_words(default, pack, place)


def _compared_words(default: object, pack: object, place: Place) -> Iterator[str]:
    if not is_wording(default, place):
        if pack is not None and pack != default:
            yield f"{_named(place)}: stays {default!r}, in every language"
    elif pack is None:
        yield f"{_named(place)}: is not translated"
    elif isinstance(default, str) and isinstance(pack, str) and _filled(default) != _filled(pack):
        yield f"{_named(place)}: {pack!r} must hold {', '.join(sorted(_filled(default))) or 'no braces'}"


def is_wording(value: object, place: Place) -> bool:
    """Whether visitors read what stands at this place, so that a language words it."""
    words = ".".join(name for name in place if not name.isdigit())
    is_text = isinstance(value, str) or (isinstance(value, list) and bool(value))
    return is_text and _last_name(place) not in _NAMES and words not in _PROPER_NAMES


def _last_name(place: Place) -> str:
    return next(name for name in reversed(place) if not name.isdigit())


def _filled(text: str) -> frozenset[str]:
    return placeholders(text)


def _named(place: Place) -> str:
    return ".".join(place)


def _sections(value: object) -> Sequence[object]:
    """The members of a list that is made of sections, rather than of words."""
    is_list = isinstance(value, list) and all(isinstance(part, Mapping) for part in value)
    return value if is_list and isinstance(value, list) else ()
