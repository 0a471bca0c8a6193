"""The ports on PostgreSQL, and the notifier inside the process and over Redis."""

from services.leadstore.adapters.postgres_lead_store import PostgresLeadStore
from services.leadstore.adapters.postgres_privacy import PostgresPrivacy
from services.leadstore.adapters.postgres_proposal_links import PostgresProposalLinks
from services.leadstore.adapters.postgres_read_model import PostgresReadModel
from services.leadstore.adapters.postgres_reports import PostgresReports
from services.leadstore.adapters.redis_notices import RedisNotices

__all__ = [
    "PostgresLeadStore",
    "PostgresPrivacy",
    "PostgresProposalLinks",
    "PostgresReadModel",
    "PostgresReports",
    "RedisNotices",
]
