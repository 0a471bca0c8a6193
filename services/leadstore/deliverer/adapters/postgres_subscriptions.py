"""The subscriptions in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.postgres import translate_database_errors
from services.leadstore.deliverer.adapters.sealing import SubscriptionSeal
from services.leadstore.deliverer.adapters.statements import SHOWN
from services.leadstore.deliverer.adapters.tables import subscription as table
from services.leadstore.deliverer.domain import ShownSubscription, Subscription
from services.leadstore.deliverer.errors import NameTaken, UnknownSubscription


class PostgresSubscriptions:
    """Implements the port Subscriptions."""

    def __init__(self, engine: AsyncEngine, seal: SubscriptionSeal) -> None:
        self._engine = engine
        self._seal = seal

    async def all(self) -> Sequence[Subscription]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(select(table))).mappings().all()
        found = [self._of(row) for row in rows]
        old = [row["id"] for row in rows if not self._seal.is_current(row["sealed"])]
        for each in (each for each in found if each.id in old):
            await self._reseal(each)
        return found

    async def shown(self) -> Sequence[ShownSubscription]:
        with translate_database_errors():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(SHOWN)).mappings().all()
        return [ShownSubscription.model_validate(dict(row)) for row in rows]

    async def add(self, subscription: Subscription) -> None:
        values = {
            "id": subscription.id,
            "name": subscription.name,
            "kind": subscription.kind,
            "created_at": subscription.created_at,
            "host": urlsplit(subscription.url).hostname,
            "secrets": len(subscription.secrets),
            "sealed": self._seal.sealed(subscription),
        }
        statement = insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
        with translate_database_errors():
            async with self._engine.begin() as connection:
                if await connection.scalar(statement) is None:
                    raise NameTaken(f"there is a subscription {subscription.name!r}")

    async def pause(self, name: str, because: str | None) -> None:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                id_ = await id_of(connection, name)
                changed = update(table).where(table.c.id == id_).values(paused_because=because)
                await connection.execute(changed)

    async def set_secrets(self, name: str, secrets: Sequence[str]) -> None:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                query = select(table).where(table.c.name == name).with_for_update()
                row = (await connection.execute(query)).mappings().one_or_none()
                if row is None:
                    raise UnknownSubscription(f"there is no subscription {name!r}")
                renewed = replace(self._of(row), secrets=tuple(secrets))
                values = {"secrets": len(secrets), "sealed": self._seal.sealed(renewed)}
                await connection.execute(update(table).where(table.c.id == renewed.id).values(values))

    async def remove(self, name: str) -> None:
        with translate_database_errors():
            async with self._engine.begin() as connection:
                id_ = await id_of(connection, name)
                await connection.execute(delete(table).where(table.c.id == id_))

    async def _reseal(self, subscription: Subscription) -> None:
        values = {"sealed": self._seal.sealed(subscription)}
        with translate_database_errors():
            async with self._engine.begin() as connection:
                await connection.execute(update(table).where(table.c.id == subscription.id).values(values))

    def _of(self, row: RowMapping) -> Subscription:
        held = self._seal.opened(row["id"], row["sealed"])
        return Subscription(
            id=row["id"],
            name=row["name"],
            kind=row["kind"],
            created_at=row["created_at"],
            url=held["url"],
            secrets=tuple(held["secrets"]),
            paused_because=row["paused_because"],
        )


async def id_of(connection: AsyncConnection, name: str) -> UUID:
    """The id of the subscription.

    Raises:
        UnknownSubscription: there is none of this name.
    """
    id_: UUID | None = await connection.scalar(select(table.c.id).where(table.c.name == name))
    if id_ is None:
        raise UnknownSubscription(f"there is no subscription {name!r}")
    return id_
