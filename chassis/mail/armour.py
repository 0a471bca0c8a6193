"""OpenPGP inside a text (RFC 4880, 6.2 and 7): what is signed is text, what is encrypted is none."""

import re
from typing import Final

_BEGIN: Final = "-----BEGIN PGP "
_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_END: Final = re.compile(r"^-----END PGP [A-Z ]{1,40}-----\s{0,9}$")
_ESCAPED: Final = "- "


def without_armour(text: str) -> str:
    """The text without signatures, keys and encrypted parts, and without the lines around what is signed."""
    if _BEGIN not in text:
        return text
    kept = list[str]()
    is_signed = is_armour = is_head = False
    for line in text.split("\n"):
        if line.startswith(_BEGIN):
            is_signed = is_head = line.startswith(_SIGNED)
            is_armour = not is_signed
        elif is_head:
            # Headers such as `Hash:`, up to an empty line.
            is_head = bool(line.strip())
        elif is_armour:
            is_armour = not _END.match(line)
        else:
            kept.append(line.removeprefix(_ESCAPED) if is_signed else line)
    return "\n".join(kept)
