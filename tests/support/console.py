"""The console as an operator meets it, and a lead as leadstore tells of it."""

import json
from typing import Any
from uuid import UUID

import httpx2

from contracts.values import Profile
from tests.support.gateway_fakes import READ_KEY, FakeOutside
from tests.unit.gateway.builders import CLINIC, CONVERSATION, DRAFTED_AT, GROWTH, TURN, a_revision

HERE = {"sec-fetch-site": "same-origin"}


async def sign_in(client: httpx2.AsyncClient, key: str = READ_KEY, **fields: str) -> httpx2.Response:
    """What the form of the sign-in answers; the client keeps the cookie."""
    return await client.post("/console/sign-in", data={"key": key, **fields}, headers=HERE)


def a_message(text: str, role: str = "visitor", **fields: Any) -> dict[str, Any]:
    ids = {"id": str(UUID(int=abs(hash((role, text))) % 2**128)), "turn_id": None, "answers": []}
    plain = {"role": role, "text": text, "at": DRAFTED_AT.isoformat(), "degraded": False}
    plain["written_by"] = "visitor" if role == "visitor" else "model"
    return {**ids, **plain, "failed": False, "suggestions": [], **fields}


def a_lead(profile: Profile = CLINIC, **fields: Any) -> dict[str, Any]:
    """A lead of leadstore's list."""
    began = DRAFTED_AT.isoformat()
    known = {"conversation_id": str(CONVERSATION), "status": "proposed", "stage": "propose"}
    known |= {"source": "widget", "profile": json.loads(profile.model_dump_json())}
    known |= {"proposal": None, "tier": json.loads(GROWTH.model_dump_json()), "booking_url": None}
    known |= {"demo_at": None, "started_at": began, "changed_at": began}
    return {**known, "model_cost_usd": 0.0123, "input_tokens": 1200, "output_tokens": 80, **fields}


def a_record(**fields: Any) -> dict[str, Any]:
    """What leadstore tells of a lead besides its transcript."""
    times = dict.fromkeys(("person_wanted_at", "chosen_at", "closed_at", "link_sent_at"))
    lists: dict[str, Any] = {name: [] for name in ("drafts", "uses", "refusals", "demos", "questions")}
    return {"conversation_id": str(CONVERSATION), **times, **lists, **fields}


def a_draft(number: int = 1, **changes: object) -> dict[str, Any]:
    """A revision of the proposal in a record; `changes` are of its proposal."""
    shown = json.loads(a_revision(number, **changes).model_dump_json())
    return {**shown, "author": "model"}


def a_use(model: str, *, purpose: str = "reply", cost_usd: float = 0.002) -> dict[str, Any]:
    """What a model took for one reply or draft."""
    tokens = {"input_tokens": 1000, "output_tokens": 50}
    return {
        "used_at": DRAFTED_AT.isoformat(),
        "purpose": purpose,
        "model": model,
        **tokens,
        "cost_usd": cost_usd,
    }


def store_lead(
    outside: FakeOutside, transcript: dict[str, Any], record: dict[str, Any] | None = None
) -> None:
    """Let leadstore know one lead."""
    outside.read_model.transcripts[CONVERSATION] = json.dumps(transcript).encode()
    outside.read_model.records[CONVERSATION] = json.dumps(record or a_record()).encode()
    outside.read_model.folders[CONVERSATION] = b"{}"


def a_transcript(profile: Profile = CLINIC, **fields: Any) -> dict[str, Any]:
    """A transcript of leadstore's."""
    told = a_message("I run a small dental clinic.", id=str(TURN))
    more = {"last_message_at": DRAFTED_AT.isoformat(), "last_sequence": 3, "is_silent": False}
    more |= {"messages": [told, a_message("Nice to meet you.", "bot")]}
    more |= {"chosen_tier": None, "wants_person": False, "closed": None, "unanswered_questions": []}
    return {**a_lead(profile), **more, **fields}
