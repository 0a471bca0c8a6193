"""A backup in an empty database catches up with Kafka: the same funnel, and nobody erased is back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devstack.rewind import rewind
from tests.support.infrastructure import Infrastructure
from tests.support.postgres_tools import run_postgres_tool
from tests.support.product import DENTIST, UNTIL_PROPOSED, Product, Visitor, eventually

# Each turn is answered by itself again, and not with those that wait behind it.
SETTINGS = {"RECORDS_TOGETHER": "1"}
SCHEMAS = "booking, delivery, dialogue, leadstore, mail, privacy, rollout"


def known(product: Product, *visitors: Visitor) -> dict[str, Any]:
    """The funnel, the leads without the times of their last change, and what visitors said.

    Turns are answered again without the pauses that visitors made, so that replies may differ.
    """
    leads = {lead.pop("conversation_id"): lead for lead in product.get("/leads")["items"]}
    for lead in leads.values():
        for told_again in ("changed_at", "last_message_at", "proposal_url"):
            del lead[told_again]
    return {
        "funnel": product.get("/funnel")["items"],
        "leads": [leads.get(visitor.conversation_id) for visitor in visitors],
        "said": [sorted(said_by(visitor)) for visitor in visitors],
    }


def messages_of(visitor: Visitor) -> list[dict[str, Any]]:
    """The transcript; nothing while nobody knows the conversation."""
    path = f"/conversation/{visitor.conversation_id}"
    return visitor.http.get(path, headers=visitor.headers("-")).json().get("messages", [])


def said_by(visitor: Visitor) -> list[str]:
    return [each["text"] for each in messages_of(visitor) if each["role"] == "visitor"]


def is_whole(visitor: Visitor, lines: Sequence[str]) -> bool:
    return said_by(visitor) == [*lines] and messages_of(visitor)[-1]["role"] == "bot"


def test_what_came_after_the_backup_is_read_again(
    product: Product, product_env: dict[str, str], infra: Infrastructure, tmp_path: Path
) -> None:
    url, backup, keys = product_env["DATABASE_URL"], tmp_path / "backup.sql", tmp_path / "keys.sql"
    begun, gone = product.visitor(), product.visitor()
    for line in DENTIST[:4]:
        begun.say(line)
    gone.say("We run a bakery.")
    eventually(lambda: product.lead_of(gone, once_it_has="profile"))
    dumped_at = datetime.now(UTC)
    backup.write_text(run_postgres_tool("pg_dump", url, "--exclude-schema=privacy"))

    for line in DENTIST[4:]:
        begun.say(line)
    later = product.visitor()
    for line in UNTIL_PROPOSED:
        later.say(line)
    eventually(lambda: is_erased(gone))
    eventually(lambda: is_whole(begun, DENTIST) and is_whole(later, UNTIL_PROPOSED))
    before = eventually(lambda: settled(product, begun, later), within_s=60)

    product.stop()
    # What Kafka holds since the backup opens with keys that are younger than it.
    keys.write_text(run_postgres_tool("pg_dump", url, "--schema=privacy"))
    run_postgres_tool("psql", url, "-q", "-c", f"DROP SCHEMA IF EXISTS {SCHEMAS} CASCADE")
    for dump in (keys, backup):
        run_postgres_tool("psql", url, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump))
    rewind(dumped_at, group=None, kafka=infra.kafka_bootstrap)
    product.start()

    eventually(lambda: known(product, begun, later) == before, within_s=60)
    assert gone.post("Hello again").status_code == 410
    assert begun.say("Thank you!")
    assert later.say("That looks good to me, let's go ahead.")


def is_erased(visitor: Visitor) -> bool:
    answer = visitor.http.delete(f"/conversation/{visitor.conversation_id}", headers=visitor.headers("-"))
    return answer.status_code == 200 and answer.json()["status"] == "erased"


def settled(product: Product, *visitors: Visitor) -> dict[str, Any] | None:
    """What is known, once it no longer changes."""
    first = known(product, *visitors)
    return first if first == known(product, *visitors) and all(first["leads"]) else None
