"""What a text claims: numbers, amounts of money, shares, dates, links, contacts, promises.

Pure, and the same for every service, so that a sentence and a proposal are judged alike. English, Spanish,
German, French and Portuguese are read; what is not understood as a claim is the caller's to refuse.
"""

from playbook.claims.abbreviations import is_abbreviated, pieces
from playbook.claims.comparing import invented, unsaid
from playbook.claims.dates import dates, without_dates
from playbook.claims.links import emails, links, phones, without_links, without_links_that
from playbook.claims.money import Amount, amounts, money_in
from playbook.claims.normal import cleaned, closed_up, folded, letters, shortened, visible
from playbook.claims.our_name import Overreach, OwnNames, overreaches, patterned
from playbook.claims.personal import identifies_somebody, names_of, without_personal_data
from playbook.claims.promises import complies, percentages, promises
from playbook.claims.quantities import Quantity, numbers, quantities
from playbook.claims.recital import Rows, disguises, recites, rows_of
from playbook.claims.web_address import WebAddress, is_below_any, web_address

Claims = frozenset[str]

__all__ = [
    "Amount",
    "Claims",
    "Overreach",
    "OwnNames",
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
    "identifies_somebody",
    "invented",
    "is_abbreviated",
    "is_below_any",
    "letters",
    "links",
    "money_in",
    "names_of",
    "numbers",
    "overreaches",
    "patterned",
    "percentages",
    "phones",
    "pieces",
    "promises",
    "quantities",
    "recites",
    "rows_of",
    "shortened",
    "unsaid",
    "visible",
    "web_address",
    "without_dates",
    "without_links",
    "without_links_that",
    "without_personal_data",
]
