"""Settings of the gateway."""

from dataclasses import fields
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from chassis.data_keys import DataKeySettings
from chassis.environment import EnvironmentSettings
from chassis.mail_settings import MailTokenSettings
from chassis.settings import ServiceSettings
from services.gateway.domain import (
    ApiKey,
    FunnelTargets,
    Limits,
    Network,
    Scope,
    Site,
    Sites,
    WrittenRates,
    load_public_key,
    load_shared_secret,
    parse_rates,
)


def _distinct(sites: tuple[Site, ...]) -> tuple[Site, ...]:
    Sites(sites)
    return sites


Secret = Annotated[SecretStr, Field(min_length=16)]
_SHORTEST_PASSWORD = 16


# No JSON, which settings of several values are otherwise written in.
RatesSetting = Annotated[WrittenRates, NoDecode]


class LimitSettings(EnvironmentSettings):
    """How much strangers and API keys may do, as `20/minute;100/day`; the reasons are in decision 0040.

    Every limit is counted for each address, site, conversation or key by itself.
    """

    model_config = SettingsConfigDict(env_prefix="LIMITS_")

    openings_per_address: RatesSetting = parse_rates("20/minute;100/day")
    openings_per_site: RatesSetting = parse_rates("600/minute")
    messages_per_conversation: RatesSetting = parse_rates("30/minute;500/day")
    messages_per_address: RatesSetting = parse_rates("120/minute")
    messages_per_site: RatesSetting = parse_rates("3000/minute")
    reads_per_address: RatesSetting = parse_rates("300/minute")
    sign_ins_per_address: RatesSetting = parse_rates("20/5 minutes")
    """Attempts to sign in to the console with a key, good ones too: an office often is one address."""
    requests_per_key: RatesSetting = parse_rates("6000/minute")
    """For every key without rates of its own."""
    open_requests: int = Field(default=5_000, gt=0)
    """How many requests, streams and WebSockets may be open at once in one process."""
    open_requests_per_address: int = Field(default=200, gt=0)
    exempt_networks: tuple[Network, ...] = ()
    """Whose requests are not counted, such as an own office: a JSON list like `["203.0.113.0/24"]`."""
    local_share: float = Field(default=0.5, gt=0, le=1)
    """The part of each limit that one process allows by itself while Redis is away."""

    def limits(self) -> Limits:
        """The limits alone."""
        return Limits(**{limit.name: getattr(self, limit.name) for limit in fields(Limits)})


class OidcSettings(EnvironmentSettings):
    """The identity provider of the company, through which operators sign in to the console."""

    model_config = SettingsConfigDict(env_prefix="OIDC_")

    issuer: str | None = Field(
        default=None, pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)[^\s?#]*)$"
    )
    """Without it nobody is asked, and operators sign in with API keys."""
    client_id: str | None = None
    client_secret: SecretStr | None = None
    """Without it we are a public client; PKCE protects the sign-in in both cases."""
    name: str = "your company account"
    """What the button calls the account."""
    groups_claim: str = "groups"
    """The claim of the ID token that names the groups of an operator."""
    grants: dict[str, tuple[Scope, ...]] = Field(default_factory=dict)
    """Who may what, as JSON: `{"sales": ["read"], "ada@example.com": ["read", "manage"]}`.

    A name is a group, a verified address, or `*` for everybody whom the provider signs in.
    """

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.issuer is not None and (self.client_id is None or not self.grants):
            raise ValueError("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_GRANTS")
        return self


class CalendarSettings(EnvironmentSettings):
    """The secrets that calendars sign their webhooks with; without one its webhook is off."""

    calendly_signing_key: Secret | None = None
    """As it was given when the webhook subscription was made."""
    calcom_secret: Secret | None = None


def _login(secret: SecretStr) -> SecretStr:
    user, colon, password = secret.get_secret_value().partition(":")
    if not user or not colon or len(password) < _SHORTEST_PASSWORD:
        raise ValueError(f"must be user:password, with {_SHORTEST_PASSWORD} characters or more of password")
    return secret


def _public_key(text: str) -> str:
    load_public_key(text)
    return text


def _shared_secret(secret: SecretStr) -> SecretStr:
    load_shared_secret(secret.get_secret_value())
    return secret


Login = Annotated[SecretStr, AfterValidator(_login)]


class MailInSettings(EnvironmentSettings):
    """What the webhooks of mail providers are verified with; without it a provider's webhook is off."""

    model_config = SettingsConfigDict(env_prefix="MAIL_IN_")

    sendgrid_public_key: Annotated[str, AfterValidator(_public_key)] | None = None
    """Of the security policy of the Inbound Parse setting, in base64."""
    sendgrid_login: Login | None = None
    """The `user:password` in the address of the webhook; needed as well where both are set."""
    mailgun_signing_key: Secret | None = None
    postmark_login: Login | None = None
    postmark_networks: tuple[Network, ...] = ()
    """From where Postmark delivers: a JSON list. Empty: from anywhere."""
    ses_topics: tuple[str, ...] = ()
    """The ARNs of SNS topics, as a JSON list, whose subscriptions are confirmed and whose mails are taken."""
    raw_secret: Annotated[SecretStr, AfterValidator(_shared_secret)] | None = None
    """As Standard Webhooks have it: `whsec_` and base64."""
    authserv_id: str | None = None
    """The name by which the mail server in front of `raw` writes `Authentication-Results`."""


class Settings(ServiceSettings, DataKeySettings, MailTokenSettings):
    """Read once, in `main`, from the environment. `SESSION_SECRET` has to be set: it signs session tokens.

    To rotate a secret, move it to the previous ones and set a new one. What it signed stays good until it is
    too old, or until the secret is taken out of the previous ones.
    """

    proposal_link_secret: Secret | None = None
    """Signs proposal links; without it, `session_secret` does, with a key of its own for that purpose."""
    previous_proposal_link_secrets: tuple[Secret, ...] = ()
    receipt_secret: Secret | None = None
    """Signs receipts for erasures; without it, `session_secret` does, with a key of its own for that purpose.

    A receipt is checked against the key that this secret gives, so keep it, or move it to the previous ones.
    """
    previous_receipt_secrets: tuple[Secret, ...] = ()
    erasure_wait_s: float = Field(default=5.0, ge=0, le=30)
    """How long the answer to a wish for erasure waits until all is erased, before it becomes 202."""
    booking_secret: Secret | None = None
    """Proves which conversation a booking belongs to; booking's, too. Without it, `session_secret`."""
    calendar: CalendarSettings = Field(default_factory=CalendarSettings)
    mail_in: MailInSettings = Field(default_factory=MailInSettings)
    dev_api_key: SecretStr | None = None
    """A key with every scope, for a laptop; leave it out elsewhere."""
    api_keys: tuple[ApiKey, ...] = ()
    """JSON: `[{"name": "crm", "sha256": "<hex of the key's SHA-256>", "scopes": ["chat", "read"]}]`.

    `salesbot keys new` makes them. `rates` are a key's own, such as `600/minute`. `not_after` is when it
    ends, which lets the old key of a name overlap with its new one.
    """

    sites: Annotated[tuple[Site, ...], AfterValidator(_distinct)] = ()
    """JSON: `[{"key": "pk_shop", "name": "shop", "origins": ["https://www.example.com"]}]`.

    Without any, pages on this machine may embed the widget and call the API.
    """

    limits: LimitSettings = Field(default_factory=LimitSettings)

    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    """Where visitors reach this gateway, for links that are passed on; without it, where the request did."""
    proposal_link_days: int = Field(default=90, gt=0)
    """How long a link to a proposal opens it."""
    follow_up_offered: bool = False
    """Whether the chat offers to remind its visitors by mail; only where the mailer can send some."""
    resume_link_days: int = Field(default=14, gt=0)
    """How long a conversation can be gone on with by its link."""

    console_idle_minutes: int = Field(default=60, gt=0, le=720)
    """How long a session of the console lasts without a request; none lasts longer than twelve hours."""
    console_key_sign_in: bool = True
    """Whether operators may sign in with an API key; switch it off where everybody has an account."""
    oidc: OidcSettings = Field(default_factory=OidcSettings)

    target_conversations_per_day: int = Field(default=100, gt=0)
    """What the console measures the funnel against; so are the next two."""
    target_proposed_percent: float = Field(default=30.0, ge=0, le=100)
    """Conversations that should reach the proposal."""
    target_booked_percent: float = Field(default=10.0, ge=0, le=100)
    """Of those that reach it, how many should book a demo."""

    leadstore_url: str = "http://127.0.0.1:8084"
    booking_url: str = "http://127.0.0.1:8083"
    """Where the console reads of bookings that belong to nobody."""
    mailer_url: str | None = None
    """Where the console looks at the mails of campaigns, and erasures ask whom mails went to.

    None: no mailer runs. Where it is set, a person is erased by their address only while the mailer answers.
    """

    reply_timeout_s: float = Field(default=30.0, gt=0)
    """How long a JSON answer is waited for before it becomes 202."""
    stream_timeout_s: float = Field(default=120.0, gt=0)
    """How long a stream stays open without an end."""
    ping_interval_s: float = Field(default=10.0, gt=0, le=15)
    """Silence after which a stream says that it lives; proxies cut silent connections."""
    events_max_age_s: float = Field(default=1800.0, gt=0)
    """How long a stream of what comes unasked stays open; its client comes back and is authorised again."""
    takeover_lease_s: float = Field(default=30.0, ge=1)
    """How long a person who took over is taken to be there without a sign; dialogue's setting, too."""
    kafka_publish_timeout_s: float = Field(default=5.0, gt=0)
    spare_data_keys: int = Field(default=500, gt=0)
    """How many keys for conversations are held ready, so that turns are taken while PostgreSQL is away."""

    def funnel_targets(self) -> FunnelTargets:
        """What the console measures the funnel against."""
        return FunnelTargets(
            self.target_conversations_per_day, self.target_proposed_percent, self.target_booked_percent
        )

    def proposal_link_secrets(self) -> tuple[str, ...]:
        """What signs and verifies proposal links, the newest first."""
        if self.proposal_link_secret is None:
            return (*self.session_secrets(), *_revealed(*self.previous_proposal_link_secrets))
        return _revealed(self.proposal_link_secret, *self.previous_proposal_link_secrets)

    def booking_key(self) -> bytes:
        """What booking signs its links with."""
        return (self.booking_secret or self.session_secret).get_secret_value().encode()

    def receipt_secrets(self) -> tuple[str, ...]:
        """What signs receipts, and what signed them before, the newest first."""
        if self.receipt_secret is None:
            return (*self.session_secrets(), *_revealed(*self.previous_receipt_secrets))
        return _revealed(self.receipt_secret, *self.previous_receipt_secrets)

    def all_api_keys(self) -> tuple[ApiKey, ...]:
        """The configured keys, and the laptop's if there is one."""
        if self.dev_api_key is None:
            return self.api_keys
        secret = self.dev_api_key.get_secret_value()
        return (*self.api_keys, ApiKey.of(secret, name="dev", scopes=frozenset(Scope)))


def _revealed(*secrets: SecretStr) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in secrets)
