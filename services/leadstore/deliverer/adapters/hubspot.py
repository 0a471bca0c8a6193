"""A CRM with HubSpot's API: a contact and a deal for each lead, found by a unique property.

https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import orjson

from services.leadstore.deliverer.adapters.guarded_http import Answer, GuardedClient, Unanswered
from services.leadstore.deliverer.adapters.webhook import failure_of
from services.leadstore.deliverer.domain import (
    KEY_PROPERTY,
    CrmRecords,
    Delivery,
    Memory,
    Outcome,
    Properties,
    Subscription,
    crm_records_of,
)

_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_TOO_MANY: Final = 429
# Its shortest limit is that of a second or ten; it does not always say which.
_PAUSE_S: Final = 1.0
_existing = re.compile(r"Existing ID:\s*(\d+)")
_OWN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "contacts": ((KEY_PROPERTY, "Salesbot conversation"),),
    "deals": (
        (KEY_PROPERTY, "Salesbot conversation"),
        ("salesbot_status", "Salesbot status"),
        ("salesbot_score", "Salesbot score"),
    ),
}
_GROUPS: Final = {"contacts": "contactinformation", "deals": "dealinformation"}
# Only when it is made: afterwards the stage is the sales team's.
_NEW_DEAL: Final = {"pipeline": "default", "dealstage": "appointmentscheduled"}


class _Refused(Exception):
    """The CRM did not do what was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer


class HubSpotReceiver:
    """Implements the port Receiver. What was stored is remembered by its id there."""

    def __init__(self, subscription: Subscription, http: GuardedClient) -> None:
        self._url = subscription.url.rstrip("/")
        self._token = subscription.secrets[0]
        self._http = http
        self._is_prepared = False

    async def deliver(self, delivery: Delivery) -> Outcome:
        try:
            if delivery.state.is_erased:
                await self._forget(str(delivery.state.lead_id))
                return Outcome("delivered", memory={})
            records = crm_records_of(delivery)
            if records is None:
                return Outcome("delivered")
            return Outcome("delivered", memory=await self._store(records, delivery.memory))
        except Unanswered as error:
            return Outcome("failed", error.reason, is_away=True)
        except _Refused as refused:
            failed, is_limit = failure_of(refused.answer), refused.answer.status == _TOO_MANY
            return replace(failed, retry_after_s=failed.retry_after_s or (_PAUSE_S if is_limit else None))

    async def _store(self, records: CrmRecords, memory: Memory) -> Memory:
        await self._prepare()
        key = {KEY_PROPERTY: records.key}
        contact = await self._upsert("contacts", records.contact, key, memory.get("contact"))
        deal = await self._upsert("deals", records.deal, key, memory.get("deal"))
        path = f"/crm/v4/objects/deals/{deal}/associations/default/contacts/{contact}"
        _done(await self._ask("PUT", path))
        return {"contact": contact, "deal": deal}

    async def _upsert(self, kind: str, properties: Properties, key: Properties, known: str | None) -> str:
        """Update it by its id, else by its key, else make it; returns its id.

        Another contact may have the same address: then that one is updated, and keeps its key.
        """
        path = f"/crm/v3/objects/{kind}"
        ways = [f"{path}/{known}"] if known else []
        ways.append(f"{path}/{key[KEY_PROPERTY]}?idProperty={KEY_PROPERTY}")
        for way in ways:
            answer = await self._ask("PATCH", way, {"properties": properties})
            if answer.status != _NOT_FOUND:
                return await self._settled(kind, properties, answer)
        made = {**properties, **key, **(_NEW_DEAL if kind == "deals" else {})}
        answer = await self._ask("POST", path, {"properties": made})
        if answer.status == _CONFLICT and not _existing.search(_message(answer)):
            # Somebody made it meanwhile with the same key.
            answer = await self._ask("PATCH", ways[-1], {"properties": properties})
        return await self._settled(kind, properties, answer)

    async def _settled(self, kind: str, properties: Properties, answer: Answer) -> str:
        if answer.status == _CONFLICT and (found := _existing.search(_message(answer))):
            path = f"/crm/v3/objects/{kind}/{found[1]}"
            answer = await self._ask("PATCH", path, {"properties": properties})
        return str(_done(answer)["id"])

    async def _prepare(self) -> None:
        """Make the properties of ours, once in the life of this process; those that exist stay."""
        if self._is_prepared:
            return
        for kind, properties in _OWN.items():
            for name, label in properties:
                made: dict[str, Any] = {"name": name, "label": label, "type": "string", "fieldType": "text"}
                made |= {"groupName": _GROUPS[kind], "hasUniqueValue": name == KEY_PROPERTY}
                answer = await self._ask("POST", f"/crm/v3/properties/{kind}", made)
                if answer.status != _CONFLICT:
                    _done(answer)
        self._is_prepared = True

    async def _forget(self, key: str) -> None:
        """Delete what was made for a conversation; a contact that was there before stays."""
        await self._prepare()
        deal = await self._found("deals", key)
        if deal is not None:
            # A deleted deal can be brought back for a while, and must then tell nothing.
            blank = {"dealname": "erased", "description": "", "amount": "", "salesbot_score": ""}
            _done(await self._ask("PATCH", f"/crm/v3/objects/deals/{deal}", {"properties": blank}))
            _done(await self._ask("DELETE", f"/crm/v3/objects/deals/{deal}"), or_status=_NOT_FOUND)
        contact = await self._found("contacts", key)
        if contact is not None:
            path = "/crm/v3/objects/contacts/gdpr-delete"
            _done(await self._ask("POST", path, {"objectId": contact}), or_status=_NOT_FOUND)

    async def _found(self, kind: str, key: str) -> str | None:
        answer = await self._ask("GET", f"/crm/v3/objects/{kind}/{quote(key)}?idProperty={KEY_PROPERTY}")
        return None if answer.status == _NOT_FOUND else str(_done(answer)["id"])

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        content = orjson.dumps(body) if body is not None else None
        answer = await self._http.ask(method, self._url + path, content=content, headers=headers)
        if answer.status == _TOO_MANY:
            raise _Refused(answer)
        return answer


def _done(answer: Answer, *, or_status: int | None = None) -> dict[str, Any]:
    if not answer.is_success and answer.status != or_status:
        raise _Refused(answer)
    try:
        told = orjson.loads(answer.body) if answer.body else {}
    except orjson.JSONDecodeError:
        raise _Refused(answer) from None
    return told if isinstance(told, dict) else {}


def _message(answer: Answer) -> str:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return ""
    return str(told.get("message", "")) if isinstance(told, dict) else ""
