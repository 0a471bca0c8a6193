"""A conversation with a running gateway, as any client of its HTTP API has it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2

from contracts.values import Profile, Proposal, Stage, TierRecommendation
from evals.player import Outcome, Reply

_MOST_TRIES = 20
_PAUSE_S = 0.25
_BUSY = frozenset({429, 503})
_REFUSED = frozenset({401, 403})


class OverHttp:
    """One visitor at one gateway; only with an API key of scope `read` is it known what they cost."""

    def __init__(self, http: httpx2.AsyncClient, messages_from: str = "api", *, api_key: str = "") -> None:
        self._http = http
        self._source = messages_from
        self._key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        # Many visitors come from here: a key that may chat vouches for them.
        self._voucher = {"X-API-Key": api_key} if api_key else {}
        self._stage = Stage.UNDERSTAND
        self._conversation_id: str | None = None
        self._headers: dict[str, str] = {}

    async def say(self, message: str) -> Reply:
        """Say a line and hear the whole reply, however long it takes."""
        body: dict[str, Any] = {"message": message, "source": self._source}
        if self._conversation_id is not None:
            body["conversation_id"] = self._conversation_id
        response = await self._post(body)
        if response.status_code not in {200, 202}:
            problem = f"{response.status_code} {response.text[:200]}"
            return Reply(turn_id=uuid4(), text="", stage=self._stage, problem=problem)
        answer = response.json()
        self._conversation_id = answer["conversation_id"]
        self._headers = {"Authorization": f"Bearer {answer['session_token']}"}
        if response.status_code == 202:
            return await self._read_later(UUID(answer["turn_id"]))
        self._stage = Stage(answer["stage"])
        return Reply(
            turn_id=UUID(answer["turn_id"]),
            text=answer["response"],
            stage=self._stage,
            calendly_shown=answer["calendly_shown"],
            degraded=answer["degraded"],
        )

    async def outcome(self) -> Outcome:
        """What came of the conversation, as its own document tells it."""
        if self._conversation_id is None:
            return Outcome(profile=Profile(), stage=self._stage)
        found = await self._document()
        return Outcome(
            profile=Profile.model_validate(found["profile"]),
            stage=Stage(found["stage"]),
            proposal=Proposal.model_validate(found["proposal"]) if found["proposal"] else None,
            tier=TierRecommendation.model_validate(found["tier"]) if found["tier"] else None,
            booking_url=found["booking_url"],
            cost_usd=found["model_cost_usd"],
        )

    async def _post(self, body: dict[str, Any]) -> httpx2.Response:
        headers = self._headers | {"Idempotency-Key": str(uuid4())}
        for _ in range(_MOST_TRIES):
            response = await self._http.post("/chat", json=body, headers=headers | self._voucher)
            if self._voucher and response.status_code in _REFUSED:
                self._voucher = {}
                continue
            if response.status_code not in _BUSY:
                return response
            await asyncio.sleep(float(response.headers.get("retry-after") or _PAUSE_S))
        return response

    async def _document(self) -> dict[str, Any]:
        path = f"/conversation/{self._conversation_id}"
        response = await self._http.get(path, headers=self._key or self._headers)
        if self._key and response.status_code in _REFUSED:
            # What was said is the visitor's to read as well; only the cost stays unknown.
            response = await self._http.get(path, headers=self._headers)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    async def _read_later(self, turn_id: UUID) -> Reply:
        for _ in range(_MOST_TRIES * 10):
            await asyncio.sleep(_PAUSE_S)
            found = await self._document()
            for message in found["messages"]:
                if message["role"] == "bot" and message["turn_id"] == str(turn_id):
                    shown = bool(found["booking_url"]) and found["booking_url"] in message["text"]
                    self._stage = Stage(found["stage"])
                    return Reply(
                        turn_id=turn_id, text=message["text"], stage=self._stage, calendly_shown=shown
                    )
        return Reply(turn_id=turn_id, text="", stage=self._stage, problem="202, and no reply ever came")
