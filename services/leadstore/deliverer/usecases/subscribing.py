"""Subscribe receivers, and renew their secrets."""

import base64
import binascii
import os
from collections.abc import Collection
from typing import Annotated, Final, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from chassis.clock import Clock
from services.leadstore.deliverer.domain import Kind, Subscription, check_url
from services.leadstore.deliverer.errors import UnfitReceiver, UnknownSubscription
from services.leadstore.deliverer.ports import Subscriptions

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
# A receiver may take its time to learn the new secret: until the next rotation both sign.
_MOST_SECRETS: Final = 2
_HUBSPOT: Final = "https://api.hubapi.com"


class NewSubscription(BaseModel):
    """Who wants to be told. `secret` is a webhook's, made unless given, or the access token of a CRM."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    kind: Kind = "webhook"
    url: Annotated[SecretStr, Field(max_length=2_000)] | None = None
    secret: Annotated[SecretStr, Field(min_length=8, max_length=500)] | None = None


class AddedSubscription(BaseModel):
    """A subscription that was made or changed. A `secret` that was made for it is shown this once."""

    name: str
    kind: Kind
    secret: str | None = None
    status: Literal["ok"] = "ok"


async def add_subscription(
    wanted: NewSubscription, subscriptions: Subscriptions, *, clock: Clock, laptop_ports: Collection[int]
) -> AddedSubscription:
    """Subscribe a receiver: from now on it is told of every lead that changes.

    Raises:
        UnfitReceiver: nothing may be sent there, or something is missing.
        NameTaken: there is another of this name.
    """
    url = wanted.url.get_secret_value() if wanted.url else _HUBSPOT if wanted.kind == "crm" else ""
    if not url:
        raise UnfitReceiver(f"a {wanted.kind} needs a url")
    check_url(url, laptop_ports)
    secret = wanted.secret.get_secret_value() if wanted.secret else ""
    if wanted.kind == "webhook":
        secret = _checked(secret) if secret else _new_secret()
    elif wanted.kind == "crm" and not secret:
        raise UnfitReceiver("a crm needs the access token of its private app as its secret")
    await subscriptions.add(
        Subscription(
            id=uuid4(),
            name=wanted.name,
            kind=wanted.kind,
            created_at=clock(),
            url=url,
            secrets=(secret,) if secret else (),
        )
    )
    shown = secret if wanted.kind == "webhook" and wanted.secret is None else None
    return AddedSubscription(name=wanted.name, kind=wanted.kind, secret=shown)


async def rotate_secret(name: str, new: str | None, subscriptions: Subscriptions) -> AddedSubscription:
    """Give a subscription another secret. The one before goes on to sign beside it, until the next rotation.

    Raises:
        UnknownSubscription: there is none of this name.
        UnfitReceiver: it has no secret, or this is none for it.
    """
    known = {each.name: each for each in await subscriptions.all()}
    if (found := known.get(name)) is None:
        raise UnknownSubscription(f"there is no subscription {name!r}")
    if found.kind == "chat":
        raise UnfitReceiver("a chat has no secret but its URL: remove it and add it again")
    if found.kind == "crm":
        if not new:
            raise UnfitReceiver("a crm's token is made there: give it as the secret")
        await subscriptions.set_secrets(name, (new,))
        return AddedSubscription(name=name, kind=found.kind)
    secret = _checked(new) if new else _new_secret()
    await subscriptions.set_secrets(name, (secret, *found.secrets)[:_MOST_SECRETS])
    return AddedSubscription(name=name, kind=found.kind, secret=None if new else secret)


def _new_secret() -> str:
    return _PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def _checked(secret: str) -> str:
    try:
        is_long_enough = len(base64.b64decode(secret.removeprefix(_PREFIX), validate=True)) >= 24
    except (binascii.Error, ValueError):
        is_long_enough = False
    if not secret.startswith(_PREFIX) or not is_long_enough:
        raise UnfitReceiver("the secret of a webhook is whsec_ and 24 to 64 bytes in base64")
    return secret
