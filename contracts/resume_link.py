"""The link under which a conversation goes on on any device, where it stopped.

The token stands in the fragment of the page's address: a browser sends it to nobody, so that it is in no log
and no `Referer`. Opening the address changes nothing, whatever a mail scanner opens.
"""

from typing import Final

RESUME_PURPOSE: Final = "resume link"
"""What its token is signed for."""


def resume_place(token: str) -> str:
    """What stands behind the address of the page."""
    return f"#resume={token}"
