"""The keyed hashes by which an address is known where it must not be stored or told."""

import hmac
from typing import Final
from uuid import UUID, uuid5

from chassis.clock import Clock
from contracts.events import MailReceived
from contracts.values import Payers

_PURPOSE: Final = b"salesbot|mail suppression"
_CAMPAIGNS: Final = UUID("0f5e7c1a-93d2-5b48-8e6f-4a7d2c9b1e35")


class AddressHash:
    """The same for every spelling of an address in capitals.

    Args:
        secret: whoever changes it forgets who wants no mails.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")

    def of(self, address: str) -> bytes:
        """32 bytes that tell nobody the address."""
        return hmac.digest(self._key, address.strip().lower().encode(), "sha256")

    def campaign_conversation(self, campaign: str, address: str) -> UUID:
        """The conversation that a campaign opens with an address; its id tells nobody the address."""
        return uuid5(_CAMPAIGNS, self.of(f"{campaign} {address.strip()}").hex())


class DailyPayers:
    """The PayersOf port: by mail, each address has a stranger's share of a day."""

    def __init__(self, hashes: AddressHash, clock: Clock) -> None:
        self._hash = hashes
        self._clock = clock

    def __call__(self, mail: MailReceived, *, is_opening: bool) -> Payers:
        """The pseudonym means nothing after its day."""
        of_the_day = f"{self._clock().date()} {mail.sender}"
        return Payers(address=self._hash.of(of_the_day).hex()[:32], site="email", is_opening=is_opening)
