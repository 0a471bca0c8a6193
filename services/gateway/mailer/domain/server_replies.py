"""What a reply of a mail server means for a mail: RFC 5321 for codes, RFC 3463 for enhanced ones."""

import re
from typing import Final, Literal

from services.gateway.mailer.domain.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Unanswered,
)

Command = Literal["recipient", "data", "end"]
"""Which command was answered: RCPT TO, DATA, or the dot that ends the mail."""

_ENHANCED: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# The mailbox or its domain does not exist, has moved, is misspelled or is disabled.
_BAD_ADDRESSES: Final = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}
# Without an enhanced code: no such mailbox, not local, not allowed as a name.
_BAD_ADDRESS_CODES: Final = {550, 551, 553}
_LONGEST_REASON: Final = 500


# What lets the next command follow; a reply of any other kind is none to this command.
_GOES_ON: Final[dict[Command, int]] = {"recipient": 2, "data": 3}


def outcome_of(code: int, text: str, command: Command) -> Outcome | None:
    """How the attempt ends with this reply; None when the next command may follow.

    What is no reply to the end of a mail does not say whether the server has it.
    """
    reason = " ".join([str(code), *text.split()])[:_LONGEST_REASON]
    kind = code // 100
    if kind == 5:
        return Refused(reason, is_bad_address=command == "recipient" and _is_bad_address(code, text))
    if kind == 4:
        return Deferred(reason)
    if command == "end":
        return Accepted(reason) if kind == 2 else Unanswered(reason)
    return None if kind == _GOES_ON[command] else Deferred(reason)


def _is_bad_address(code: int, text: str) -> bool:
    found = _ENHANCED.search(text)
    if found is None:
        return code in _BAD_ADDRESS_CODES
    return found[1] == "5" and (int(found[2]), int(found[3])) in _BAD_ADDRESSES
