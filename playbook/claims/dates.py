"""Dates, weekdays, clock times and terms in five languages."""

import re
from collections.abc import Iterator

from playbook.claims.quantities import quantities

_MONTHS = (
    r"january|february|april|june|july|august|september|october|november|december"
    r"|januar|janner|februar|marz|juni|juli|oktober|dezember"
    r"|enero|febrero|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|janvier|fevrier|avril|juin|juillet|aout|septembre|octobre|novembre|decembre"
    r"|janeiro|fevereiro|marco|maio|junho|julho|setembro|outubro|novembro|dezembro"
)
# These mean something else as well, or are cut short: only beside a number or where a date is due.
_SHORT_MONTHS = (
    r"(?:may|march|mars|mai|jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez|ene|abr|ago|dic|fev|avr)\b"
)
_DAYS = (
    r"mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
    r"|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?"
    r"|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|segunda-feira|terca-feira|quarta-feira|quinta-feira|sexta-feira"
)
_UNITS = (
    r"(?:days?|weeks?|weekend|months?|quarter|years?|hours?|minutes?|tag(?:e|en)?|woche[n]?|monat\w*|jahr\w*"
    r"|stunde[n]?|minuten?|dias?|semanas?|mes(?:es)?|anos?|horas?|minutos?|jours?|semaines?|mois|ans?"
    r"|heures?)"
)
_NEXT = r"(?:next|this coming|coming|following|nachste\w*|kommende\w*|proxim[ao]s?|prochaine?s?)"
_RELATIVE = (
    rf"tomorrow|tonight|day after|overnight|morgen(?! um)|ubermorgen|heute abend|demain|apres-demain"
    rf"|amanha|(?<!la )manana"
    rf"|\b{_NEXT}\s+(?:{_UNITS}|{_DAYS})|(?:semana|mes|semaine|mois|ano)\s+(?:que viene|{_NEXT}|que vem)"
    r"|(?:start\w*|live|ready|done|begin\w*|delivered)\s+(?:today|right away|immediately)"
    r"|by the end of|end of (?:the )?(?:day|week|month|quarter|year)|asap"
)
_TERM = (
    rf"\b(?:within|in|by|after|inside|under|innerhalb|binnen|nach|en|dentro de|dans|sous|d'ici|em|ate)\s+"
    r"(?:(?:about|less than|only|just|von|nur|solo|seulement|apenas|menos de|moins de)\s+)?"
    rf"(?:the next\s+|an?\s+|one\s+|eine[rmn]?\s+|un[ea]?\s+|uma?\s+|[\w.,]+\s+){_UNITS}\b"
)
_CLOCK = (
    r"\b\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|a\.m|p\.m|uhr|o'?clock|horas em ponto)\b|\b\d{1,2}:\d{2}\b"
    r"|\b\d{1,2}h\d{0,2}\b|\b\d{1,2} h\b(?!/)(?= ?(?:[.,;!?]|$))"
    r"|\b(?:um|a las?|as|a) (?:\d{1,2}|[a-z]+) (?:uhr|horas? en punto"
    r"|de la (?:manana|tarde|noche)|da (?:manha|tarde|noite)|du (?:matin|soir)|de l'apres-midi)\b"
    r"|\bnoon\b|\bmidnight\b|\bmediodia\b|\bmittags\b"
)
_NUMERIC = (
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b"
    r"|\b\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4})?"
    r"|\b\d{1,2}/\d{1,2}\b(?!/)|\b(?:19|20)\d{2}\b(?=\s*(?:$|[.,;!?]))"
)
_DATE = re.compile(
    rf"{_NUMERIC}|{_CLOCK}|{_TERM}"
    rf"|(?:\b\d{{1,2}}(?:st|nd|rd|th|\.|er|o)?\s+(?:of\s+|de\s+)?)(?:(?:{_MONTHS})\b|{_SHORT_MONTHS})"
    rf"|\b(?:{_MONTHS})\b(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b)?"
    rf"|\b(?:in|by|until|since|early|late|mid|this|next|last)\s+{_SHORT_MONTHS}"
    rf"|\b{_SHORT_MONTHS}\.?\s+\d{{1,4}}(?:st|nd|rd|th)?\b"
    rf"|\b(?:{_DAYS})\b|(?:\b(?:{_RELATIVE})\b)"
)
_GREETING = re.compile(r"\bguten morgen\b|\bbuen dia\b")
_EDGES = " .,;:"
_UNIT_BEHIND = re.compile(rf"[\s-]*({_UNITS})\b")
_ONE_UNIT = re.compile(rf"\b(?:an?|eine[rmn]?|un[ea]?|uma?)\s+({_UNITS})\b")
_STEM = 3


def dates(text: str) -> frozenset[str]:
    """Every date, weekday, clock time and term of a folded text."""
    return frozenset(match.group().strip(_EDGES) for match in _DATE.finditer(_GREETING.sub(" ", text)))


def without_dates(text: str) -> str:
    """The text with every date blanked, at its length."""
    return _DATE.sub(lambda match: "#" * len(match.group()), text)


def says_when(text: str, said: str) -> bool:
    """Whether what is said has every time, day and span of a folded text, in whatever words around it."""
    known = {span for value, unit in _spans(said) for span in ((value, unit), (value, ""))}
    return all(
        spans <= known
        if (spans := {*_spans(date)})
        else re.search(rf"\b{re.escape(date.removesuffix('s'))}", said)
        for date in dates(text)
    )


def _spans(text: str) -> Iterator[tuple[float, str]]:
    """Every number with the unit of time behind it; one of these counts in a term alone, not in a rate."""
    for number in quantities(text):
        unit = _UNIT_BEHIND.match(text, number.end)
        yield number.value, unit[1][:_STEM] if unit else ""
    for date in dates(text):
        yield from ((1.0, unit[1][:_STEM]) for unit in _ONE_UNIT.finditer(date))
