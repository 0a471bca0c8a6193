"""Whether a visitor's words, shown under the company's name, would speak for the company.

A task may be about refunds, discounts and guarantees: those are what a business gives its own customers. What
may not stand is a claim whose giver is the company, or whose receiver is whoever reads it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from playbook.claims.dates import dates
from playbook.claims.money import money_in
from playbook.claims.normal import closed_up, folded, letters, visible
from playbook.claims.promises import complies, percentages, promises
from playbook.claims.spoken import languages_of
from playbook.claims.vocabulary import vocabulary

Overreach = Literal["name", "promise", "price", "date", "credentials", "disguise"]

# The languages these patterns are of.
_PATTERNS_OF = frozenset({"en", "es", "de", "fr", "pt"})

# "We" is the reader's partner in a list of what the agent does. Spanish and Portuguese say it in the verb.
_FIRST_PERSON = re.compile(
    r"\b(?:we|we'll|we'd|we're|i|i'll|i'd|our company|wir|ich|nosotros|nosotras|yo|nous|a gente"
    r"|je (?:garantis|promets|rembourse|offre|donne|paie|rends|vous)|eu (?:garanto|prometo|devolvo"
    r"|reembolso|dou|pago)"
    r"|(?!(?:de|pro|me|recla|presta|tra|ra|extre|ulti|proxi|maxi|mini|opti|anoni|ani"
    r"|raci)mos\b)\w{3,}(?:amos|emos|imos))\b|\bj'"
)
_OTHERS = re.compile(
    r"\b(?:customers?|clients?|patients?|guests?|buyers?|shoppers?|members?|tenants?|suppliers?|vendors?"
    r"|students?"
    r"|parents?|subscribers?|users?|candidates?|employees?|orders?|them|him|her|people"
    r"|kund\w+|patient\w*|gaste\w*|mieter\w*|lieferant\w*|kaufer\w*|mitglied\w*|mitarbeiter\w*|bestell\w+"
    r"|clientas?|pacientes?|huesped\w*|compradore?s?|proveedore?s?|empleados?|inquilin[ao]s?|alumn[ao]s?"
    r"|pedidos?"
    r"|acheteurs?|locataires?|fournisseurs?|eleves?|adherents?|salaries?|commandes?"
    r"|cliente?s?|hospedes?|fornecedore?s?|funcionari[ao]s?|alun[ao]s?|encomendas?)\b"
)
# "You" who receives: a visitor who tells the steps says "you check, you give a refund" of the own people.
_READER = re.compile(
    r"\byou(?:'ll|'d| will| would| can| may| always| also| only)* (?:get|receive|save|earn|win|pay|be|are"
    r"|have|keep"
    r"|owe|claim|enjoy)\b"
    r"|\byou're\b|\b(?:refund|pay|give|send|offer|grant|credit|reimburse|return|cost|charge|save"
    r"|guarantee|promise|owe)s?"
    r" (?:back )?you\b|\b(?:to|for|back) you\b|\byour (?:money|first|fee|price|bill|invoice|savings?)\b"
    r"|\bdu (?:bekommst|erhaltst|kriegst|sparst|zahlst|hast|bist|wirst)\b|\b(?:bekommst|erhaltst|sparst"
    r"|zahlst) du\b"
    r"|\b(?:dir|dich|euch|usted|ustedes|vosotros|ti|te (?=\w+)|vous|toi|t'|voce|voces|lhes?"
    r"|su dinero|tu dinero|votre argent|ton argent|seu dinheiro|ihr geld|dein geld)\b"
)
_GIVES = re.compile(
    r"\b(?:refund\w*|reimburs\w*|compensat\w*|pays? (?:back|out|you)|credits? you|reembols\w*|devuelv\w*"
    r"|devolv\w*"
    r"|erstatt\w*|zahlt|rembours\w*|rend l'argent)\b"
)
_GIVES_THE_READER = re.compile(
    rf"{_GIVES.pattern} (?:you|dich|dir|ihnen|vous|te)\b|\b(?:te|vous) {_GIVES.pattern}"
    r"|\bmoney\b.{0,20}\bback to you\b"
)
# Letters set apart, so many that no abbreviation has them.
_DISGUISED = re.compile(r"(?:[^\W_] ){8,}[^\W_](?![^\W_])")
# German tells "you" from "they" by a capital alone, which says nothing where a sentence begins.
_GERMAN_READER = re.compile(r"(?<=[\w,;:] )(?:Sie|Ihnen|Ihr Geld)\b")
_PARTNER = re.compile(
    r"\b(?:the|this|your|our) (?:ai )?(?:agency|provider|first month|subscription|partnership)\b"
    r"|\bthis proposal\b"
    r"|\bder anbieter\b|\b(?:el|este) (?:proveedor|contrato)\b|\bla suscripcion\b|\ble prestataire\b"
    r"|\bl'abonnement\b"
    r"|\bo prestador\b|\ba assinatura\b|\bdas (?:abo|abonnement|angebot)\b"
)
_AGENT = re.compile(
    r"\b(?:the|this|your|our) (?:ai )?(?:agents?|bot|assistant|software|service)\b"
    r"|\b(?:der|dieser|ihr|unser) (?:ki-)?(?:agent|bot|dienst)\b|\b(?:el|este|su|nuestro) (?:agente|bot"
    r"|servicio)\b"
    r"|\b(?:l'agent|le bot|le service|votre agent|notre agent)\b|\b(?:o|este|seu|nosso) (?:agente|bot"
    r"|servico)\b"
)
_COSTS = re.compile(
    r"\b(?:costs?|priced?|prices|charged?|fees?|free|kostet|kosten|preis|cuesta|cuestan|precio|gratis"
    r"|prix|coute"
    r"|coutent|gratuit\w*|custa|custam|preco|kostenlos|umsonst)\b"
)
_IT_COSTS = re.compile(
    r"^\W*(?:(?:it|this|that|all of it|everything|the whole thing|es|das|alles|todo|esto|eso|ca|cela|tout"
    r"|il|isto"
    r"|isso|tudo)\s+)?(?:(?:only|just|nur|solo|seulement|ne|apenas|so)\s+)?"
    r"(?:costs?|is|kostet|ist|cuesta|es|coute|est|custa|e)\b"
)
# What it costs the visitor, or may cost: their figure, not a price of ours.
_A_LIMIT = re.compile(
    r"\b(?:us|me|uns|mich|nos|me|nous|under|over|below|above|less|more|unter|uber|weniger|mehr|menos|mas"
    r"|moins|plus"
    r"|mais)\b"
)
_READY = re.compile(
    r"\b(?:ready|live|delivered?|installed|up and running|launch\w*|fertig|geliefert|einsatzbereit"
    r"|(?:esta\w*|este|queda\w*|sea) list[ao]"
    r"|entregad[ao]|pret|livre\w*|en ligne|pront[ao]|entregue|no ar)\b"
)
_BEGINNING = 4
_SECRETS = (
    r"(?:credit |debit |bank )?(?:card|account)(?: ?number| ?details)?|passwords?|passcodes?"
    r"|pin(?: code)?|cvv|cvc|ssn"
    r"|social security(?: number)?|iban|bank details|login|credentials|passport(?: number)?"
)
_SECRETS_OF_THE_READER = re.compile(
    rf"\byour (?:\w+ )?(?:{_SECRETS})\b|\b(?:ihre?n?|deine?n?) (?:karten\w*|kreditkart\w*|konto\w*"
    rf"|passwort|pin|iban"
    r"|bankdaten|zugangsdaten)\b|\b(?:su|tu) (?:numero de )?(?:tarjeta|cuenta|contrasena|clave|pin|iban)\b"
    r"|\b(?:votre|ton|ta) (?:numero de )?(?:carte|compte|mot de passe|code|iban)\b"
    r"|\b(?:seu|sua|teu|tua) (?:numero d[eo] )?(?:cartao|conta|senha|pin|iban)\b"
)


@dataclass(frozen=True)
class OwnNames:
    """By what the company is known: its name and that of its assistant, and the prices of its tiers."""

    company: str
    bot: str
    prices: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as it is read, and what it claims."""

    text: str
    promises: bool
    money: bool
    speaks_to_reader: bool

    @property
    def offers(self) -> bool:
        return self.promises or self.money


def overreaches(
    text: str, own: OwnNames, *, is_quoted: bool = False, language: str = "en"
) -> frozenset[Overreach]:
    """Why the text would speak for the company; empty when it speaks of the visitor's business.

    `language` is the primary tag of the language it is probably in.
    `is_quoted` tells that it stands as the visitor's own words, so that "we" is the visitor. With a figure
    even a quote is read as an offer.
    """
    shown = visible(text)
    plain = folded(shown)
    found: set[Overreach] = set()
    for read in dict.fromkeys((plain, closed_up(plain))):
        reasons = frozenset(_found_in(_reading(read, shown), own, is_quoted=is_quoted))
        # Which language a text is in takes long to tell, and few texts have a reason to ask.
        if reasons:
            as_read = patterned(read, language)
            reasons = frozenset(_found_in(_reading(as_read, shown), own, is_quoted=is_quoted))
        found |= reasons
    return frozenset(found)


def patterned(text: str, language: str) -> str:
    """What the patterns read of a folded text; `language` is the primary tag of the one it is probably in.

    An everyday word of a language without patterns may be a word of trade in one that has them: Dutch
    `offertes` are quotes, and French ones are free. What is English as well stays, so that no padding hides
    it.
    """
    found = languages_of(text, language)
    own = language if language in found else next(iter(found), None)
    if own is None or own in _PATTERNS_OF or (own != language and not _PATTERNS_OF.isdisjoint(found)):
        return text
    words, english = vocabulary(own), vocabulary("en")
    assert words is not None, "the language was recognised by its words"
    assert english is not None, "English has words"
    return " ".join(
        word
        for word in text.split()
        if "everyday" not in words.topics_of(word.strip(".,;:!?")) or word in english.exact
    )


@lru_cache(maxsize=1024)
def _reading(read: str, shown: str) -> _Reading:
    return _Reading(
        read,
        promises=bool(promises(read)),
        money=bool(money_in(read) or percentages(read)),
        speaks_to_reader=bool(_READER.search(read) or _GERMAN_READER.search(shown)),
    )


def _found_in(read: _Reading, own: OwnNames, *, is_quoted: bool) -> Iterator[Overreach]:
    if _is_named(own.company, read.text):
        yield "name"
    if _DISGUISED.search(read.text):
        yield "disguise"
    if _SECRETS_OF_THE_READER.search(read.text):
        yield "credentials"
    if _is_wrong_price(read, own):
        yield "price"
    names_us = any(_holds_word(name, read.text) for name in (own.company, own.bot))
    of_the_agent = _AGENT.search(read.text) is not None and not _OTHERS.search(read.text)
    if names_us and (read.offers or complies(read.text) or _GIVES.search(read.text)):
        yield "promise"
    if _GIVES_THE_READER.search(read.text):
        yield "promise"
    if read.offers and (read.speaks_to_reader or (of_the_agent and _COSTS.search(read.text))):
        yield "promise"
    if (read.promises or complies(read.text)) and (of_the_agent or _PARTNER.search(read.text)):
        yield "promise"
    if dates(read.text) and (names_us or (of_the_agent and _READY.search(read.text))):
        yield "date"
    if read.money or not is_quoted:
        yield from _promised_by_us(read)


def _promised_by_us(read: _Reading) -> Iterator[Overreach]:
    """What "we" would give: it is the visitor's business only where somebody else receives it."""
    is_about_others = _OTHERS.search(read.text) is not None and not read.money
    if (read.promises or complies(read.text)) and _FIRST_PERSON.search(read.text) and not is_about_others:
        yield "promise"


def tells_of_a_start(text: str) -> bool:
    """Whether a folded text says at its beginning, where the agent is meant, that it gets ready or live."""
    return _READY.search(" ".join(text.split()[:_BEGINNING])) is not None


def _is_named(name: str, text: str) -> bool:
    """Whether the company is named. A name of one word may be a word of any sentence, so it is left out."""
    return len(name.split()) > 1 and letters(name) in letters(text)


def _holds_word(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(folded(name))}\b", text) is not None


def _is_wrong_price(read: _Reading, own: OwnNames) -> bool:
    found = money_in(read.text)
    if found and _IT_COSTS.search(read.text) and not _A_LIMIT.search(read.text):
        return True
    named = [price for tier, price in own.prices.items() if _holds_word(tier, read.text)]
    return bool(named) and any(amount.value not in named for amount in found)
