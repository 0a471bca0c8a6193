"""The words of many languages by which mails and mail programs say what they are, from `phrases.yaml`."""

import re
from pathlib import Path
from typing import Final

import yaml

_PHRASES: Final[dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "phrases.yaml").read_text(encoding="utf-8")
)
_PLEASE: Final = (
    r"(?:(?:please|pls|kindly|just|can you|could you|hi|hello|bitte|merci de|por favor|per favore),? ){0,4}"
)
_POLITE: Final = "(?:please|bitte|svp|por favor|per favore|thanks?|thank you|danke|merci|gracias|obrigad[oa])"
_SENTENCE: Final = r"(?:^|[.!?,;\n] ?|\bplease |\bpls |\bkindly )(?:and )?"


def _any_of(name: str, *, before: str = "", after: str = "") -> re.Pattern[str]:
    return re.compile(f"{before}(?:{'|'.join(_PHRASES[name])}){after}", re.IGNORECASE)


FROM_KEYS: Final = frozenset(_PHRASES["from_keys"])
DATE_KEYS: Final = frozenset(_PHRASES["date_keys"])
OTHER_KEYS: Final = frozenset(_PHRASES["other_keys"])
MOBILE_SIGNATURE: Final = _any_of("mobile_signatures", before="^")
CLOSING: Final = _any_of("closings", before="^", after=r"[\s,.!:;~-]{0,6}$")
CONFIDENTIAL: Final = _any_of("confidential_words")
INTENDED: Final = _any_of("intended_words")
REPLY_ABOVE: Final = _any_of("reply_above_lines", before=r"^[\W_]{2,40}(?=\w)", after=r".{0,40}$")
ANSWERED_BELOW: Final = _any_of("answered_below")
AWAY_SUBJECT: Final = _any_of("away_subjects", before="^")
AWAY: Final = _any_of("away_sentences")
AWAY_CONTACT: Final = _any_of("away_contacts")
AI_DISCLOSURE: Final = _any_of("ai_disclosures")
AUTOMATIC: Final = _any_of("automatic_sentences")
THANKED: Final = _any_of("thanked_sentences")
TICKET: Final = _any_of("ticket_numbers")
RECEIVED: Final = _any_of("received_sentences")
PROMISED: Final = _any_of("promised_sentences")
OFFICE_HOURS: Final = _any_of("office_hours")
REMOVE: Final = _any_of("remove_words")
ONESELF: Final = _any_of("oneself")
REMOVED_AT_ONCE: Final = _any_of("removed_at_once")
OWN_DATA: Final = _any_of("own_data")
STOP: Final = _any_of("stop_words")
CONTACT: Final = _any_of("contact_words")
REMOVED_FROM: Final = _any_of("removed_from")
OPT_OUT_ALONE: Final = _any_of(
    "opt_out_alone",
    before=f"^{_PLEASE}",
    after=f"(?:,? {_POLITE}){{0,2}}$",
)
OPT_OUT_IMPERATIVE: Final = _any_of("opt_out_imperatives", before=_SENTENCE + _PLEASE)
OPT_OUT_ANYWHERE: Final = _any_of("opt_out_anywhere")
NOT_OPT_OUT: Final = _any_of("not_opt_out")
