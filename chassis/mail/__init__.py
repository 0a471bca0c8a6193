"""Mail as it comes in: signed reply addresses, what a message says, and who it is from.

Pure functions and values: nothing here is sent, fetched or stored.
"""

from chassis.mail.charsets import decode_text
from chassis.mail.kinds import discloses_ai, is_opt_out_mailbox
from chassis.mail.message import Attachment, Kind, Mailbox, ParsedMail, Report, Verdicts
from chassis.mail.parse import mail_id_of, parse_mail
from chassis.mail.tokens import MailTokens
from chassis.mail.verdicts import verdicts_by

__all__ = [
    "Attachment",
    "Kind",
    "MailTokens",
    "Mailbox",
    "ParsedMail",
    "Report",
    "Verdicts",
    "decode_text",
    "discloses_ai",
    "is_opt_out_mailbox",
    "mail_id_of",
    "parse_mail",
    "verdicts_by",
]
