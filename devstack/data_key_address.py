"""Where a command finds the keys of sealed events: what is set, else the stack that runs here."""

from pathlib import Path

from pydantic import SecretStr, ValidationError

from chassis.data_keys import DataKeySettings
from devstack import ports
from devstack.child import PROJECT
from devstack.errors import DataKeysNotFound
from devstack.postgres import url_of
from devstack.settings import read_settings


def find_data_keys() -> DataKeySettings:
    """The database and the secret of the environment or .env, else those of the stack that runs here.

    Raises:
        DataKeysNotFound: no secret is set, and no stack runs in the data directory.
    """
    settings = read_settings()
    try:
        return DataKeySettings()
    except ValidationError as error:
        data_dir = PROJECT / settings.data_dir
        found = _of_stack(data_dir)
        if found is None:
            raise DataKeysNotFound(
                f"events are sealed: set DATABASE_URL and DATA_KEY_SECRET; no stack runs in {data_dir}"
            ) from error
        return found


def _of_stack(data_dir: Path) -> DataKeySettings | None:
    secrets = data_dir / "secrets"
    try:
        port = int((data_dir / "ports" / "postgres").read_text())
        password = (secrets / "postgres_password").read_text().strip()
        secret = (secrets / "data_key_secret").read_text().strip()
    except (FileNotFoundError, ValueError):
        return None
    if not ports.accepts(port):
        return None
    return DataKeySettings(database_url=SecretStr(url_of(port, password)), data_key_secret=SecretStr(secret))
