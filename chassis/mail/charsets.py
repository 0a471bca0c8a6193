"""Bytes of a mail as text, whatever charset they claim to be in."""

import codecs
import re
from typing import Final

from contracts.text import clean_text

# By the name Python knows a charset by, the one to read it as: mails claim a charset and use its superset.
_READ_AS: Final = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
} | {
    name: name
    for name in (
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *(f"cp{page}" for page in (437, 850, 852, 855, 857, 858, 862, 864, 866, 869, 874, 932, 949, 950)),
        *(f"cp{page}" for page in range(1250, 1259)),
        *("utf-8", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "koi8-r", "koi8-u"),
        *("gb18030", "big5", "big5hkscs", "euc_jp", "johab", "mac-roman", "iso2022_kr", "iso2022_jp_ext"),
        *("iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004", "kz1048", "ptcp154"),
    )
}
_LONGEST_NAME: Final = 40
# Whatever cannot be seen may be there to hide something: directions of text, tags, soft hyphens, zero widths.
# Joiners stay, since Persian and emoji are spelled with them.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def decode_text(content: bytes, charset: str | None) -> str:
    """The text of these bytes: in the charset they claim, else UTF-8, else Windows-1252. Never fails."""
    claimed = _codec_of(charset)
    for codec in (claimed, "utf-8"):
        if codec is not None:
            try:
                return content.decode(codec)
            except ValueError:
                continue
    # With an end cut off, or a few wrong bytes, most of it is still what it claims to be.
    return content.decode(claimed or "cp1252", "replace")


def visible_text(text: str) -> str:
    """The text as a reader sees it: clean, plain spaces, nothing that has no width."""
    return _SPACES.sub(" ", _UNSEEN.sub("", clean_text(text)))


def _codec_of(charset: str | None) -> str | None:
    """The codec of a charset, None for one that is unknown or that is no charset, as `zlib` is none."""
    name = (charset or "").strip().strip("'\"")
    if not name or len(name) > _LONGEST_NAME:
        return None
    try:
        return _READ_AS.get(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return None
