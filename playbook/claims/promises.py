"""Words that promise on the company's behalf, in five languages, and shares of a hundred."""

import re

_ENGLISH = (
    r"guarant\w+|warrant(?:y|ies|ed)|i promise|we promise|promise you|promised|(?:i|we) commit"
    r"|commitments?|refund(?:ed|able)"
    r"|(?:full|get|be|give|(?:get |give |you )?a) refunds?\b(?! (?:request|ticket|case|mail|email|call|form))"
    r"|(?:i|we|i'll|we'll|will|can|always) refund|refunds? (?:if|guarantee|when you|for you|any time)"
    r"|money[- ]?back|discount\w*|rebates?|coupons?|vouchers?|promo(?:tion)? ?codes?|cheap\w*|risk[- ]?free"
    r"|free of charge|for free|free (?:trial|month|week|year|pilot|set-?up|tier|plan|version|agent|upgrade"
    r"|access)"
    r"|(?:first|one|two|three) \w+ (?:is |are |on us|free)\b|no (?:cost|charge|fee)s?|complimentary"
    r"|on the house"
    r"|waiv\w+|half[- ]price|price[- ]match\w*|lower(?:ed)? (?:the |our |your )?price|reduced (?:price"
    r"|rate|fee)"
    r"|special (?:price|offer|deal|rate)|(?:percent|half|something|money|bit|dollars?|hundred) off\b"
    r"|off (?:the|your|our|my|its) (?:\w+ )?(?:price|prices|bill|fees?|month|tier|total|invoice|cost)"
    r"|save (?:you )?(?:money|up to)|sav(?:e|es|ing) (?:you )?[$\u20ac\u00a3]"
    r"|cancel (?:at )?any ?time|no contract|no obligation|no strings"
    r"|legally binding|binding (?:offer|agreement|promise)|deal is done|it's a deal|that's a deal"
    r"|we have a deal"
    r"|uptime|service level|indemn\w+|liab(?:le|ility)|lifetime (?:deal|access|support)|at no\b.{0,20}\bcost"
    r"|(?:i|we|i'll|we'll|we can|i can|happy to) (?:lower|cut|knock|drop|reduce|match)\b"
    r"|(?:less|cheaper|lower|under|below|fewer) than [$\u20ac\u00a3\d]|as low as|instead of \$|down from"
)
_SPANISH = (
    r"garant\w+|descuent\w+|rebaj\w+|no paga(?:n|ra)? nada|reembols\w+|devoluci\w+"
    r"|devolvemos|prometo|prometemos|compromet\w+"
    r"|gratis"
    r"|gratuit\w+|sin (?:coste?|cargo|riesgo|compromiso|permanencia)|mas barat\w+|a mitad de precio"
    r"|oferta especial"
    r"|cupon\w*|exento de"
)
_GERMAN = (
    r"garanti\w+|rabatt\w*|nachlass\w*|preisnachlass\w*|ermassig\w+|erstatt\w+|ruckerstatt\w+"
    r"|geld[- ]zuruck\w*"
    r"|geld zuruck|verspreche\w*|versprochen|zusicher\w+|kostenlos\w*|kostenfrei\w*|umsonst|gratis|gunstiger"
    r"|billig\w*|zum halben preis|sonderpreis|sonderangebot|gutschein\w*|risikofrei|unverbindlich"
    r"|jederzeit kundbar"
    r"|verbindlich zugesagt"
)
_FRENCH = (
    r"garanti\w*|remises?|rabais|reduction\w*|ristourne\w*|rembours\w+|promets|promettons|engageons"
    r"|gratuit\w*"
    r"|rien a payer|sans (?:frais|risque|engagement)|moins cher\w*|moitie prix|offre speciale"
    r"|bon de reduction|offert\w*"
)
_PORTUGUESE = (
    r"garant\w+|descont\w+|abatiment\w+|de graca|nao paga(?:m)? nada|devolvemos|reembols\w+"
    r"|prometo|prometemos|comprometemos|gratis|gratuit\w+"
    r"|sem (?:custo|custos|risco|compromisso|fidelidade)|mais barat\w+|metade do preco|oferta especial"
    r"|cupom\w*|sconto"
)
_PROMISE = re.compile(rf"\b(?:{_ENGLISH}|{_SPANISH}|{_GERMAN}|{_FRENCH}|{_PORTUGUESE})\b|\d\s*% off")
_COMPLIANCE = re.compile(
    r"\b(?:gdpr|hipaa|dsgvo|rgpd|lgpd|ccpa|pci(?:-dss)?|soc ?[12]|iso ?\d{4,5}|complian(?:t|ce)|certified"
    r"|certification"
    r"|konform\w*|zertifizier\w*|conform(?:e|es|ite)|certifi(?:e|es|cado|cada|cacion)|cumple con"
    r"|em conformidade"
    r"|audited|accredited)\b"
)
_PERCENTAGE = re.compile(
    r"(?:[\w.,]+\s*)?(?:%|\bper ?cent\b|\bprozent\b|\bpor ?ciento\b|\bpor ?cento\b|\bpour ?cent\b|\bpct\b)"
)


def promises(text: str) -> frozenset[str]:
    """Every word of a folded text that promises on the company's behalf."""
    return _found(_PROMISE, text)


def complies(text: str) -> frozenset[str]:
    """Every word that names a law or a standard one could claim to keep."""
    return _found(_COMPLIANCE, text)


def percentages(text: str) -> frozenset[str]:
    """Every share of a hundred."""
    return _found(_PERCENTAGE, text)


def _found(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset("".join(match.group().split()).strip(".,;!") for match in pattern.finditer(text))
