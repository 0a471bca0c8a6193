"""Mails as providers deliver them: each verified by its provider's scheme, and turned into MIME.

Whoever delivers, the rest of the product sees MIME, an envelope, and what was found out about the origin.
"""

from services.gateway.domain.mail_deliveries.delivery import MailDelivery
from services.gateway.domain.mail_deliveries.mailgun import mailgun_delivery
from services.gateway.domain.mail_deliveries.postmark import postmark_delivery
from services.gateway.domain.mail_deliveries.raw import raw_delivery
from services.gateway.domain.mail_deliveries.sendgrid import sendgrid_delivery
from services.gateway.domain.mail_deliveries.ses import (
    SnsMessage,
    is_of_sns,
    read_sns_message,
    ses_delivery,
    verify_sns_message,
)
from services.gateway.domain.mail_deliveries.signatures import (
    PublicKey,
    check_login,
    load_public_key,
    load_shared_secret,
)

__all__ = [
    "MailDelivery",
    "PublicKey",
    "SnsMessage",
    "check_login",
    "is_of_sns",
    "load_public_key",
    "load_shared_secret",
    "mailgun_delivery",
    "postmark_delivery",
    "raw_delivery",
    "read_sns_message",
    "sendgrid_delivery",
    "ses_delivery",
    "verify_sns_message",
]
