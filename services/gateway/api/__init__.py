"""The gateway over HTTP."""

from services.gateway.api.app import make_gateway

__all__ = ["make_gateway"]
