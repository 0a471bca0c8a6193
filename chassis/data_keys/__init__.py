"""Data keys: what people say is encrypted in events with a key of the conversation, destroyed on erase.

docs/decisions/0044-sealed-events.md
"""

from chassis.data_keys.data_key import (
    DataKey,
    DataKeyDestroyed,
    DataKeyNotLoaded,
    DataKeySecretUnfit,
    DataKeyUnknown,
)
from chassis.data_keys.data_keys import DataKeys
from chassis.data_keys.settings import DataKeySettings

__all__ = [
    "DataKey",
    "DataKeyDestroyed",
    "DataKeyNotLoaded",
    "DataKeySecretUnfit",
    "DataKeySettings",
    "DataKeyUnknown",
    "DataKeys",
]
