"""Data keys of several processes on one database, with a clock that a test moves."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.data_keys import DataKeys, DataKeySettings
from chassis.data_keys.key_cache import KEPT_FOR_S
from chassis.data_keys.migrations import LOCATION
from chassis.data_keys.table import SCHEMA
from chassis.migrations import run_migrations
from chassis.settings import DatabaseSettings

SECRET = "of-these-data-keys-alone"
NOWHERE = "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none"


def create_key_table(database_url: str) -> None:
    """What every service does at its start; it runs a loop of its own."""
    run_migrations(DatabaseSettings.at(database_url), script_location=LOCATION, schema=SCHEMA)


@dataclass(slots=True)
class KeyProcesses:
    """Makes what a process has of the keys; time is the same for all of them."""

    engine: AsyncEngine
    now_s: float = 0.0
    # One whose database is away, from the moment it is made.
    nowhere: AsyncEngine = field(default_factory=lambda: create_async_engine(NOWHERE))

    def make(self, *, secret: str = SECRET, is_cut: bool = False, spares: int = 0, **others: Any) -> DataKeys:
        settings = DataKeySettings.model_validate({"data_key_secret": secret, **others})
        engine = self.nowhere if is_cut else self.engine
        return DataKeys(engine, settings, spares=spares, clock=lambda: self.now_s)

    def let_memory_pass(self) -> None:
        self.now_s += KEPT_FOR_S

    async def erase(self, *conversation_ids: UUID) -> int:
        """Destroy the keys of conversations, and let no process remember them; how many there were."""
        async with self.engine.begin() as connection:
            count = await self.make().destroy(connection, conversation_ids)
        self.let_memory_pass()
        return count
