"""Settings of the deliverer."""

from typing import Annotated

from pydantic import Field

from chassis.data_keys import DataKeySettings
from chassis.settings import ServiceSettings

_Port = Annotated[int, Field(gt=0, le=65535)]
_Delay = Annotated[float, Field(gt=0)]
# As Standard Webhooks proposes: eleven attempts within four days.
_DAYS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0, 86400.0)


class Settings(ServiceSettings, DataKeySettings):
    """Read once, in `main`, from the environment. Secrets of receivers are stored under `DATA_KEY_SECRET`."""

    delivery_timeout_s: float = Field(default=10.0, gt=0)
    """How long one attempt may take."""
    delivery_concurrency: int = Field(default=8, gt=0)
    """Attempts at once for one subscription, in one process."""
    delivery_retry_delays_s: tuple[_Delay, ...] = Field(default=_DAYS, min_length=1)
    public_url: str | None = None
    """Where the console is reached, for the links in chat messages."""
    delivery_laptop_ports: tuple[_Port, ...] = ()
    """Ports of this machine to which may be sent, also without TLS. For a laptop and tests alone."""
