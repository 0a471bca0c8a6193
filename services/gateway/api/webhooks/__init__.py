"""Webhooks: what other systems tell us, verified, published, then answered."""

from services.gateway.api.webhooks.calendar import calendar_routes
from services.gateway.api.webhooks.signed import BODY_SIZES

__all__ = ["BODY_SIZES", "calendar_routes"]
