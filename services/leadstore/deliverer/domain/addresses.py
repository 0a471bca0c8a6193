"""Where something may be sent: to public addresses over HTTPS, so that nobody reaches our network by us."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from services.leadstore.deliverer.errors import UnfitReceiver

_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def may_connect(address: str, port: int, laptop_ports: Collection[int]) -> bool:
    """Whether a connection to this address is allowed; `laptop_ports` are those of loopback that are."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if found.is_loopback:
        return port in laptop_ports
    return all(each.is_global and not each.is_multicast for each in _meant(found))


def _meant(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The address, and the one of the other kind that it stands for."""
    if isinstance(address, IPv4Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo is not None:
        inner = address.teredo[1]
    if inner is None and any(address in network for network in (*_NAT64, _IPV4_COMPATIBLE)):
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    return (address,) if inner is None else (address, inner)


def check_url(url: str, laptop_ports: Collection[int]) -> None:
    """Raise UnfitReceiver unless the URL may be subscribed; its name is checked when it is sent to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UnfitReceiver("the URL cannot be read") from None
    if not host or parts.username is not None or parts.password is not None:
        raise UnfitReceiver("the URL needs a host, and may hold no user or password")
    if host in _LOOPBACK_NAMES:
        if parts.scheme in {"http", "https"} and port in laptop_ports:
            return
        raise UnfitReceiver("nothing is sent to this machine; on a laptop DELIVERY_LAPTOP_PORTS names ports")
    if parts.scheme != "https":
        raise UnfitReceiver("leads are sent over https alone")
    if _is_literal(host) and not may_connect(host, port or 443, laptop_ports):
        raise UnfitReceiver("the address is not a public one")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
