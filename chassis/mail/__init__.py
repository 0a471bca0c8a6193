"""Mail as it comes in: signed reply addresses, what a message says, and who it is from.

Pure functions and values: nothing here is sent, fetched or stored.
"""

from chassis.mail.tokens import MailTokens, MailTokenSettings

__all__ = ["MailTokenSettings", "MailTokens"]
