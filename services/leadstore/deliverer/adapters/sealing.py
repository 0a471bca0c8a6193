"""URLs and secrets of receivers are stored encrypted: a copy of the database speaks for nobody."""

from typing import Any
from uuid import UUID

import orjson

from chassis.data_keys import DataKeySettings
from chassis.data_keys.wrapping import KeyWrapping
from services.leadstore.deliverer.domain import Subscription


class SubscriptionSeal:
    """Encrypts with `DATA_KEY_SECRET`, and decrypts also what `PREVIOUS_DATA_KEY_SECRETS` encrypted."""

    def __init__(self, settings: DataKeySettings) -> None:
        previous = [each.get_secret_value() for each in settings.previous_data_key_secrets]
        self._wrapping = KeyWrapping(settings.data_key_secret.get_secret_value(), previous)

    def sealed(self, subscription: Subscription) -> bytes:
        """What is stored of its URL and secrets. Bound to its id."""
        held = {"url": subscription.url, "secrets": subscription.secrets}
        return self._wrapping.wrap(subscription.id, orjson.dumps(held))

    def opened(self, id_: UUID, sealed: bytes) -> dict[str, Any]:
        """The URL and the secrets.

        Raises:
            DataKeySecretUnfit: no secret decrypts them.
        """
        held: dict[str, Any] = orjson.loads(self._wrapping.unwrap(id_, sealed))
        return held

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current secret encrypted it."""
        return sealed.startswith(self._wrapping.current_name)
