"""What a text claims: numbers, amounts of money, shares, dates, links, contacts, promises.

Pure, and the same for every service, so that a sentence and a proposal are judged alike. English, Spanish,
German, French and Portuguese are read; what is not understood as a claim is the caller's to refuse.
"""

from contracts.claims.comparing import invented
from contracts.claims.dates import dates, without_dates
from contracts.claims.links import emails, links, phones, without_links, without_links_that
from contracts.claims.money import Amount, amounts, money_in
from contracts.claims.normal import cleaned, closed_up, folded, letters, visible
from contracts.claims.promises import complies, percentages, promises
from contracts.claims.quantities import Quantity, numbers, quantities
from contracts.claims.recital import Rows, disguises, recites, rows_of
from contracts.claims.web_address import WebAddress, is_below_any, web_address

Claims = frozenset[str]

__all__ = [
    "Amount",
    "Claims",
    "Quantity",
    "Rows",
    "WebAddress",
    "amounts",
    "cleaned",
    "closed_up",
    "complies",
    "dates",
    "disguises",
    "emails",
    "folded",
    "invented",
    "is_below_any",
    "letters",
    "links",
    "money_in",
    "numbers",
    "percentages",
    "phones",
    "promises",
    "quantities",
    "recites",
    "rows_of",
    "visible",
    "web_address",
    "without_dates",
    "without_links",
    "without_links_that",
]
