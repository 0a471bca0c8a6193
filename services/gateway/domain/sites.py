"""The websites that show the widget and call the API from a browser, each named by a public key."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from services.gateway.errors import SiteUnknown

SITE_KEY_PATTERN = r"^pk_[0-9A-Za-z_-]{1,60}$"

_LABEL = r"[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?"
_ORIGIN = re.compile(
    rf"https?://(?:\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*|\*(?:\.{_LABEL}){{2,}})(?::(?:\*|[0-9]{{1,5}}))?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def _origin(written: str) -> str:
    origin = written.strip().lower().removesuffix("/")
    if _ORIGIN.fullmatch(origin) is None:
        raise ValueError(
            "an origin is scheme and host, such as https://www.example.com, https://*.example.com or "
            "http://localhost:*"
        )
    return origin


Origin = Annotated[str, AfterValidator(_origin)]


class Site(BaseModel):
    """A website that may show the widget and call the API from a browser.

    Attributes:
        key: names the site in public, in `data-site`, `?site=` and `X-Site-Key`; no secret.
        name: names it in logs and metrics.
        identity_secret: signs the tokens by which the site's server proves the address of a visitor; without
            it none is proven.
        origins: where its pages are. As in a Content Security Policy a host may begin with `*.` for its
            subdomains, and a port may be `*`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=SITE_KEY_PATTERN)
    name: str = Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,60}$")
    origins: tuple[Origin, ...] = ()
    identity_secret: Annotated[SecretStr, Field(min_length=32)] | None = None

    @cached_property
    def frame_ancestors(self) -> str:
        """The value of the CSP directive `frame-ancestors`: the site's pages, and the gateway's own."""
        return " ".join(("'self'", *self.origins))

    def allows(self, origin: str, *, host: str | None = None) -> bool:
        """Whether a page of this origin may call.

        Args:
            origin: the header `Origin` of a request. `null` is allowed nowhere.
            host: the header `Host` of the same request; the gateway's own pages are allowed everywhere.
        """
        try:
            asked = urlsplit(origin.lower())
            port = asked.port or _DEFAULT_PORTS.get(asked.scheme)
        except ValueError:
            return False
        if not asked.hostname or port is None:
            return False
        # The scheme is not compared: behind a proxy that ends TLS it is not known.
        if host is not None and asked.netloc == host.lower():
            return True
        return any(_matches(pattern, asked.scheme, asked.hostname, port) for pattern in self.origins)


DEFAULT_SITE = Site(
    key="pk_default",
    name="default",
    origins=tuple(f"{scheme}://{host}:*" for scheme in _DEFAULT_PORTS for host in ("localhost", "127.0.0.1")),
)
"""The site of a laptop: pages on this machine, on any port."""


class Sites:
    """The configured sites.

    A request that names no site belongs to the gateway's own pages. Without any configured site, pages on the
    same machine may call as well, which is what a laptop needs.
    """

    def __init__(self, sites: Sequence[Site] = ()) -> None:
        self._by_key = {site.key: site for site in sites}
        if len(self._by_key) < len(sites) or len({site.name for site in sites}) < len(sites):
            raise ValueError("two sites have the same key or the same name")
        self._unnamed = DEFAULT_SITE.model_copy(update={"origins": ()}) if sites else DEFAULT_SITE
        self._by_key.setdefault(self._unnamed.key, self._unnamed)

    def allow(self, origin: str) -> bool:
        """Whether any site allows a page of this origin."""
        return any(site.allows(origin) for site in self._by_key.values())

    def find(self, key: str | None) -> Site:
        """The site with this key; without one, that of the gateway's own pages.

        Raises:
            SiteUnknown: no site has this key.
        """
        if not key:
            return self._unnamed
        try:
            return self._by_key[key]
        except KeyError:
            raise SiteUnknown("No site has this site key.") from None


def _matches(pattern: str, scheme: str, host: str, port: int) -> bool:
    allowed_scheme, _, rest = pattern.partition("://")
    allowed_host, separator, allowed_port = rest.rpartition(":")
    if not separator or allowed_port.endswith("]"):
        allowed_host, allowed_port = rest, str(_DEFAULT_PORTS[allowed_scheme])
    if allowed_scheme != scheme or allowed_port not in ("*", str(port)):
        return False
    if allowed_host.startswith("*."):
        return host.endswith(allowed_host[1:])
    return allowed_host.strip("[]") == host
