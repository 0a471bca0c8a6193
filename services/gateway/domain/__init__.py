"""Who may do what and how often, which turn a request is, and what pages, exports and receipts show."""

from services.gateway.domain.access_control import (
    SESSION_TTL_S,
    AccessControl,
    ApiKey,
    Credentials,
    Scope,
    Visitor,
)
from services.gateway.domain.conversation_updates import ConversationUpdate, Followed
from services.gateway.domain.funnel_page import FunnelTargets, FunnelView, funnel_view
from services.gateway.domain.identities import (
    SIGN_IN_TTL_S,
    Grants,
    Identity,
    PendingSignIn,
    PendingSignIns,
    operator_of,
)
from services.gateway.domain.lead_csv import csv_head, csv_rows
from services.gateway.domain.lead_page import Evidence, LeadDocument, LeadView, lead_view, title_of
from services.gateway.domain.limits import (
    Caller,
    Limits,
    Network,
    Quota,
    Rate,
    Rates,
    Standing,
    WrittenRates,
    is_within,
    network_of,
    parse_rates,
)
from services.gateway.domain.linked_data import linked_data
from services.gateway.domain.mail_deliveries import (
    MailDelivery,
    PublicKey,
    SnsMessage,
    check_login,
    is_of_sns,
    load_public_key,
    load_shared_secret,
    mailgun_delivery,
    postmark_delivery,
    raw_delivery,
    read_sns_message,
    sendgrid_delivery,
    ses_delivery,
    verify_sns_message,
)
from services.gateway.domain.mail_preview import MailPreview, MailTemplates, PreviewQuery
from services.gateway.domain.opening_request import OpeningRequest, fingerprint_of, is_guessable
from services.gateway.domain.operators import ConsoleSessions, Operator
from services.gateway.domain.proposal_links import ProposalLink, ProposalLinks
from services.gateway.domain.proposal_page import ProposalPage, proposal_page
from services.gateway.domain.receipts import ErasureWish, Receipts
from services.gateway.domain.refusal_words import refusal_in_words
from services.gateway.domain.resume_links import ResumeLinks
from services.gateway.domain.sites import DEFAULT_SITE, SITE_KEY_PATTERN, Site, Sites
from services.gateway.domain.takeover import Holder, Said, WhoSpeaks, Words
from services.gateway.domain.turns import BEGINNING, Position, Turn, turn_of
from services.gateway.domain.unsubscribing import UnsubscribeLink
from services.gateway.domain.visitor_tokens import identity_of, known_visitor
from services.gateway.domain.visitor_view import exported_to_visitor, shown_to_visitor
from services.gateway.domain.webhooks import (
    CalendarName,
    Delivery,
    calcom_delivery,
    calendly_delivery,
    content_id,
    conversation_of,
)

__all__ = [
    "BEGINNING",
    "DEFAULT_SITE",
    "SESSION_TTL_S",
    "SIGN_IN_TTL_S",
    "SITE_KEY_PATTERN",
    "AccessControl",
    "ApiKey",
    "CalendarName",
    "Caller",
    "ConsoleSessions",
    "ConversationUpdate",
    "Credentials",
    "Delivery",
    "ErasureWish",
    "Evidence",
    "Followed",
    "FunnelTargets",
    "FunnelView",
    "Grants",
    "Holder",
    "Identity",
    "LeadDocument",
    "LeadView",
    "Limits",
    "MailDelivery",
    "MailPreview",
    "MailTemplates",
    "Network",
    "OpeningRequest",
    "Operator",
    "PendingSignIn",
    "PendingSignIns",
    "Position",
    "PreviewQuery",
    "ProposalLink",
    "ProposalLinks",
    "ProposalPage",
    "PublicKey",
    "Quota",
    "Rate",
    "Rates",
    "Receipts",
    "ResumeLinks",
    "Said",
    "Scope",
    "Site",
    "Sites",
    "SnsMessage",
    "Standing",
    "Turn",
    "UnsubscribeLink",
    "Visitor",
    "WhoSpeaks",
    "Words",
    "WrittenRates",
    "calcom_delivery",
    "calendly_delivery",
    "check_login",
    "content_id",
    "conversation_of",
    "csv_head",
    "csv_rows",
    "exported_to_visitor",
    "fingerprint_of",
    "funnel_view",
    "identity_of",
    "is_guessable",
    "is_of_sns",
    "is_within",
    "known_visitor",
    "lead_view",
    "linked_data",
    "load_public_key",
    "load_shared_secret",
    "mailgun_delivery",
    "network_of",
    "operator_of",
    "parse_rates",
    "postmark_delivery",
    "proposal_page",
    "raw_delivery",
    "read_sns_message",
    "refusal_in_words",
    "sendgrid_delivery",
    "ses_delivery",
    "shown_to_visitor",
    "title_of",
    "turn_of",
    "verify_sns_message",
]
