"""Settings of the data keys."""

from typing import Annotated

from pydantic import Field, SecretStr

from chassis.settings import DatabaseSettings

_Secret = Annotated[SecretStr, Field(min_length=16)]


class DataKeySettings(DatabaseSettings):
    """Where data keys are stored, and the secret they are stored with: the same for every service.

    To rotate the secret, put it in front of the previous ones and set a new one. The keys are encrypted anew
    within minutes; then the old one may be taken out.
    """

    data_key_secret: _Secret
    previous_data_key_secrets: tuple[_Secret, ...] = ()
    """JSON: `["..."]`. They decrypt keys, and encrypt none."""
