"""Amounts of money in every usual spelling, with currency and period."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playbook.claims.links import without_links
from playbook.claims.normal import closed_up
from playbook.claims.quantities import Quantity, quantities, written

Period = Literal["month", "other"]

_SIGNS = "".join(
    sign for code in range(0x20, 0x2100) if unicodedata.category(sign := chr(code)) == "Sc" and sign != "$"
)
_DOLLAR = r"(?:us\s?)?\$|usd|us[ -]dollars?|dollars?|bucks?|dolar(?:es)?"
_OTHER = (
    rf"[a-z]{{1,3}}\$|[{_SIGNS}]|eur|gbp|brl|mxn|cad|aud|chf|inr|jpy|btc|euros?|pounds?|libras?|reais|pesos?"
    r"|francs?|franken|quid|cents?|centavos?|centimes?|rupees?|yen|bitcoins?"
)
_CURRENCY = rf"(?:{_DOLLAR}|{_OTHER})"
_BEFORE = re.compile(rf"(?<![a-z])(?P<currency>{_CURRENCY})[\s:]*$")
_AFTER = re.compile(rf"[\s-]*(?P<currency>{_CURRENCY})(?![a-z])")
_IS_DOLLAR = re.compile(_DOLLAR)
_EACH = r"(?:an?|per|each|every|al|a la|por|pro|im|je|par|ao|cada|le|chaque)"
_MONTH = r"(?:months?|monthly|mo|mth|mes|meses|mensual\w*|mensuel\w*|monat\w*|mois|mensal\w*|mensais)\b"
_YEAR = r"(?:years?|yearly|annum|annual\w*|yr|ano|anual\w*|jahr\w*|jahrlich|an|annee|annuel\w*)\b"
_LEAD = r"[\s,;:.()-]*"
# How long something takes: so many of them, or one, with nothing between that says "each".
_LONGEST_SPAN = 99
_IS_LONG = re.compile(r"[\s-]+(?:months|meses|monaten?|mois|years|anos|jahren?|ans|annees)\b")
_IS_ONE_LONG = re.compile(r"[\s-]+(?:month|mes|monat|year|ano|jahr|an)\b")
_A_MONTH = re.compile(rf"{_LEAD}(?:{_EACH}\s+|/\s*)?{_MONTH}")
_A_YEAR = re.compile(rf"{_LEAD}(?:{_EACH}\s+|/\s*)?{_YEAR}")
_OTHER_PERIOD = re.compile(
    rf"(?:\b{_EACH}\s+|/\s*)(?:additional |extra |single )?"
    r"(?:years?|annum|quarters?|weeks?|days?|hours?|seats?|users?|persons?|people|heads?|agents?|employees?"
    r"|locations?|calls?|task|integrations?|ano|jahr|an|semana|woche|semaine|dia|tag|jour|hora|stunde|heure"
    r"|usuario|usuaria|nutzer|nutzerin|mitarbeiter\w*|kopf|personne|salarie|employe|poste"
    r"|empleado|empleada|funcionario|colaborador|agente"
    r"|benutzer|utilisateur|pessoa|persona|platz)\b"
    r"|\b(?:annual\w*|yearly|weekly|daily|hourly|quarterly|once|one[- ]?(?:time|off)|up ?front|in total"
    r"|lifetime"
    r"|deposit|set-?up|installation|einmalig\w*|jahrlich\w*|unico pago|pago unico|anual\w*|annuel\w*)\b"
)
_COSTS = re.compile(
    r"\b(?:costs?|prices?|priced|pay|pays|paying|charges?|charged|fees?|rates?|for (?:only|just)|only|just"
    r"|kosten|kostet|preis|zahlen|cuesta|cuestan|precio|pagar?|pagas|prix|coute|coutent|payer|preco|custa"
    r"|custam"
    r"|valor)\b[^.!?\d]{0,24}$"
)
# What follows a price that names no currency; a noun there says that something else is counted.
_ENDS_A_PRICE = re.compile(r"\s*(?:[.,;:!?)]|$|\s(?:a|per|each|every|in|for|plus|and|monthly|flat|all)\b)")
_THOUSANDS = re.compile(r"\d\s?k$")
_WINDOW = 45


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount where it stands. `is_usd` is None when no currency is named, `period` when none is."""

    value: float
    start: int
    end: int
    is_usd: bool | None
    period: Period | None


def amounts(text: str) -> frozenset[str]:
    """Every amount of money of a folded text, without its currency: `$1,250` and `1.250 dollars` are one."""
    return frozenset(written(amount.value) for amount in money_in(text))


def money_in(text: str) -> list[Amount]:
    """Every amount of a folded text, in its order."""
    read = without_links(closed_up(text))
    return [amount for quantity in quantities(read) if (amount := _amount(quantity, read))]


def _amount(quantity: Quantity, text: str) -> Amount | None:
    before, behind = text[: quantity.start], text[quantity.end :]
    named = _BEFORE.search(before[-12:]) or _AFTER.match(behind)
    period = _period(before, behind, named)
    if named:
        is_usd = _IS_DOLLAR.fullmatch(named["currency"]) is not None
        return Amount(quantity.value, quantity.start, quantity.end, is_usd, period)
    is_price = any(_signs_of_a_price(quantity, text, before, behind))
    return Amount(quantity.value, quantity.start, quantity.end, None, period) if is_price else None


def _signs_of_a_price(quantity: Quantity, text: str, before: str, behind: str) -> Iterator[bool]:
    yield bool(_THOUSANDS.search(text[quantity.start : quantity.end]))
    costs = _COSTS.search(before[-_WINDOW:])
    spans = _IS_ONE_LONG if quantity.value <= 1 else _IS_LONG
    is_long = not costs and quantity.value <= _LONGEST_SPAN and spans.match(behind)
    yield not is_long and bool(_A_MONTH.match(behind) or _A_YEAR.match(behind))
    yield bool(costs and _ENDS_A_PRICE.match(behind))


def _period(before: str, behind: str, named: re.Match[str] | None) -> Period | None:
    """`month` only when it stands right behind and nothing else narrows it: `a month per seat` is another."""
    if named and named.string is behind:
        behind = behind[named.end() :]
    month = _A_MONTH.match(behind)
    rest = behind[month.end() :][:24] if month else behind[:_WINDOW]
    if _OTHER_PERIOD.search(rest) or _A_YEAR.match(behind) or _OTHER_PERIOD.search(before[-16:]):
        return "other"
    return "month" if month else None
