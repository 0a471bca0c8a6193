"""Conversations out of the read API of a running gateway."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2

from contracts.values import Profile, Stage, TierRecommendation
from evals.replay.stored import Stored

_PAGE = 100


async def read_api(url: str, api_key: str) -> list[Stored]:
    """Every conversation that a key of scope `read` may see; of its stages only the last is known."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        return [_stored(await _get(http, f"/conversation/{identity}")) async for identity in _all(http)]


async def _all(http: httpx2.AsyncClient) -> AsyncIterator[str]:
    cursor: str | None = ""
    while cursor is not None:
        page = await _get(http, f"/conversations?limit={_PAGE}" + (f"&cursor={cursor}" if cursor else ""))
        for item in page["items"]:
            yield item["conversation_id"]
        cursor = page["next_cursor"]


async def _get(http: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    response = await http.get(path)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def _stored(document: dict[str, Any]) -> Stored:
    messages = document["messages"]
    tier = document["tier"]
    return Stored(
        conversation_id=UUID(document["conversation_id"]),
        lines={UUID(one["turn_id"]): one["text"] for one in messages if one["role"] == "visitor"},
        stages=[Stage(document["stage"])],
        profile=Profile.model_validate(document["profile"]),
        tier=TierRecommendation.model_validate(tier) if tier else None,
        link_shown=document["booking_url"] is not None,
        cost_usd=document["model_cost_usd"] or 0.0,
    )
