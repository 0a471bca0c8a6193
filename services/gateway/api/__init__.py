"""The gateway over HTTP."""

from services.gateway.api.chat import Patience, chat_routes
from services.gateway.api.openapi import describe_security
from services.gateway.api.page import page_routes
from services.gateway.api.reads import read_routes
from services.gateway.api.refusals import install_refusals

__all__ = [
    "Patience",
    "chat_routes",
    "describe_security",
    "install_refusals",
    "page_routes",
    "read_routes",
]
