"""Words by which a sentence speaks of our terms, and what is counted in time."""

import re
from collections.abc import Mapping

from playbook.claims import quantities

# Money that comes back, and what is asked to be confirmed, is about what we sell, whoever says "we".
_MONEY_BACK = (
    r"(?:[\d.,]+|money|dollars?|euros?|bucks) (?:comes? )?back|refund(?:ed)?|zuruck|erstatt\w*|devol\w*"
    r"|devuel\w*|reembols\w*|rembours\w*"
)
_TERMS = re.compile(
    rf"\b(?:{_MONEY_BACK}|confirm that|(?:we|i) may|may (?:we|i))\b"
    r"|\b(?:pric\w+|tiers?|plans?|packages?|fees?|charg\w+|pay\w*|paid|quot\w+|rates?|deals?|offer\w*"
    r"|budget\w*|subscription\w*|agree\w*|contract\w*|sell\w*|buy\w*|purchase\w*|discount\w*|cheap\w*|you"
    r"|your|yours"
    r"|preis\w*|tarif\w*|gebuhr\w*|angebot\w*|zahl\w*|kauf\w*|sie|ihr\w*|du|dein\w*"
    r"|precio\w*|tarifa\w*|oferta\w*|pag(?:o|a|as|an|ar|amos|ue)|presupuesto|usted\w*|tu|tus|prix|offre\w*"
    r"|payer|paie|vous"
    r"|votre|vos|preco\w*|plano\w*|oferec\w+|voce\w*|seu|sua)\b"
)
_OURS = re.compile(
    rf"\b(?:{_MONEY_BACK}|confirm(?:ed)?)\b"
    r"|\b(?:pric\w+|costs?|costing|tiers?|plans?|packages?|fees?|charg\w+|pay\w*|paid|quot\w+|rates?|deals?"
    r"|offer\w*|budget\w*|subscription\w*|agree\w*|contract\w*|sell\w*|buy\w*|invest\w*|for you|you get"
    r"|you'd get"
    r"|demo|agents?|we|we'll|we're|we'd|our|ours|us|i|i'll|i'd|i'm|it is|it's|that is|that's|so|just|only"
    r"|yes|yeah|yep|sure|right|correct|exactly|ok|okay|perfect|done|of course|absolutely|great|fine|works"
    r"|preis\w*|kost\w+|tarif\w*|gebuhr\w*|angebot\w*|wir|unser\w*|uns|ich|ja|genau|richtig|gerne"
    r"|precio\w*|cuesta\w*|cost\w+|tarifa\w*|oferta\w*|pag(?:o|a|as|an|ar|amos|ue)|nosotros|nuestr\w+|si"
    r"|claro|exacto|correcto"
    r"|prix|cout\w+|offre\w*|payer|paie|nous|notre|oui|exact\w*|preco\w*|cust(?:a|am|ar|o|os)|plano\w*"
    r"|noss\w+|sim"
    r"|certo)\b"
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_EMPTY_WORDS = (
    "month months monthly year years week weeks about every each that this have with from they them there",
    "their then than what when which will would could should been being were does dollars dollar euro euros",
    "pounds monat jahr woche semana mois",
)
_EMPTY = frozenset(word for line in _EMPTY_WORDS for word in line.split())
_UNITS: Mapping[str, str] = {
    "minut": "minute", "hour": "hour", "stunde": "hour", "hora": "hour", "heure": "hour",
    "day": "day", "tag": "day", "dia": "day", "jour": "day",
    "week": "week", "woche": "week", "semana": "week", "semaine": "week",
    "month": "month", "monat": "month", "mes": "month", "mois": "month",
    "year": "year", "jahr": "year", "ano": "year",
}  # fmt: skip
_UNIT = re.compile(rf"[\s-]+(?:business |working |full )?(?P<unit>{'|'.join(_UNITS)})[a-z]{{0,3}}\b")


def is_about_terms(sentence: str) -> bool:
    """Whether a visitor's folded sentence is about a price, or speaks to us."""
    return _TERMS.search(sentence) is not None


def speaks_for_us(sentence: str) -> bool:
    """Whether a folded sentence of a reply speaks of our offer, for us, or agrees to something."""
    return _OURS.search(sentence) is not None


def words_in(sentence: str) -> frozenset[str]:
    """The words of a folded sentence that tell what it is about."""
    return frozenset(_WORD.findall(sentence)) - _EMPTY


def unit_behind(text: str, end: int) -> str | None:
    """The unit of time that follows a number."""
    match = _UNIT.match(text, end)
    return _UNITS[match["unit"]] if match else None


def spans_of_time(text: str) -> frozenset[str]:
    """Every number that counts time, with its unit: `2 week`."""
    return frozenset(
        f"{quantity.value:g} {unit}"
        for quantity in quantities(text)
        if (unit := unit_behind(text, quantity.end)) is not None
    )
