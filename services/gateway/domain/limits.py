"""How often whom may do what: which limits count a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Annotated
from uuid import UUID

from limits import parse_many
from pydantic import BeforeValidator

from contracts.values import Payers

Network = IPv4Network | IPv6Network

# Providers hand out an IPv6 network of this size to one household or one server.
_IPV6_PREFIX = 64
_NETWORKS_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in any window of so many seconds."""

    amount: int
    window_s: int


Rates = tuple[Rate, ...]


def parse_rates(written: str) -> Rates:
    """The rates of a text such as `20/minute;100/day`. Raises ValueError."""
    return tuple(Rate(item.amount, item.get_expiry()) for item in parse_many(written))


def _read_rates(value: object) -> object:
    return parse_rates(value) if isinstance(value, str) else value


WrittenRates = Annotated[Rates, BeforeValidator(_read_rates)]
"""Rates in a model, where they are written as text."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit that counts a request.

    Attributes:
        policy: what the limit is called in headers and metrics.
        subject: whose requests are counted; opaque, never an address.
        rates: how many they may be.
        is_public: callers learn how much of it is left.
    """

    policy: str
    subject: str
    rates: Rates
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of one rate of a quota after a request was counted."""

    policy: str
    rate: Rate
    remaining: int
    reset_s: float
    """Seconds until more is left."""
    is_exceeded: bool = False
    is_public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is counted for a request.

    Attributes:
        site: the name of the site.
        address: a pseudonym of the network address; None for an API key and an exempt network.
        key: the name of the API key that vouches for the request, None for a stranger.
        key_rates: how much this key may, None for what any may.
    """

    site: str
    address: str | None = None
    key: str | None = None
    key_rates: Rates | None = None

    def payers(self, *, is_opening: bool) -> Payers | None:
        """Whose shares of the day's budget a turn uses up; None where somebody vouches for it."""
        if self.address is None:
            return None
        return Payers(address=self.address, site=self.site, is_opening=is_opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The configured limits.

    An API key is counted by itself, whatever it does: it acts for many visitors from one address. A
    conversation is bound to one session, so one limit counts both.
    """

    openings_per_address: Rates
    openings_per_site: Rates
    messages_per_conversation: Rates
    messages_per_address: Rates
    messages_per_site: Rates
    reads_per_address: Rates
    sign_ins_per_address: Rates
    requests_per_key: Rates

    def of_opening(self, caller: Caller) -> Sequence[Quota]:
        """What counts the opening of a conversation."""
        if caller.address is None:
            return self._of_key(caller)
        return (
            Quota("openings", caller.address, self.openings_per_address),
            Quota("site-openings", caller.site, self.openings_per_site, is_public=False),
        )

    def of_message(self, caller: Caller, conversation_id: UUID) -> Sequence[Quota]:
        """What counts a message in a conversation that exists."""
        if caller.address is None:
            return self._of_key(caller)
        return (
            Quota("conversation", conversation_id.hex, self.messages_per_conversation),
            Quota("messages", caller.address, self.messages_per_address),
            Quota("site-messages", caller.site, self.messages_per_site, is_public=False),
        )

    def of_read(self, caller: Caller) -> Sequence[Quota]:
        """What counts any other request."""
        if caller.address is None:
            return self._of_key(caller)
        return (Quota("reads", caller.address, self.reads_per_address),)

    def of_sign_in(self, address: str) -> Sequence[Quota]:
        """What counts an attempt to sign in to the console, made from an address with this pseudonym."""
        return (Quota("sign-ins", address, self.sign_ins_per_address),)

    def _of_key(self, caller: Caller) -> tuple[Quota, ...]:
        if caller.key is None:
            return ()
        return (Quota("key", caller.key, caller.key_rates or self.requests_per_key),)


@lru_cache(_NETWORKS_REMEMBERED)
def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        # Such as the name of a Unix socket; all of them are one.
        return "unknown"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Network((known, _IPV6_PREFIX), strict=False))
    return str(known)


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of these networks."""
    if not networks:
        return False
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    return any(known in network for network in networks)
