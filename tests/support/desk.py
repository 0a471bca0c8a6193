"""A person of the sales team, who takes over conversations by the API."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2

from tests.support.fake_openai import FakeOpenAI
from tests.support.playbooks import SHIPPED
from tests.support.product import API_KEY, Visitor, eventually


class Colleague:
    """Takes over one conversation. `fence` is that of the take-over, once there is one."""

    def __init__(self, url: str, conversation_id: str | None, name: str = "Tove Almqvist") -> None:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=30)
        self._path = f"/conversation/{conversation_id}"
        self.name = name
        self.fence = 0

    @property
    def joined(self) -> str:
        """What the visitor is told when this colleague takes over."""
        return SHIPPED.lines.person_joined.format(name=self.name, company=SHIPPED.company.name)

    @property
    def left(self) -> str:
        """What the visitor is told when this colleague hands back."""
        return SHIPPED.lines.person_left.format(name=self.name, company=SHIPPED.company.name)

    def claim(self) -> httpx2.Response:
        response = self._http.post(f"{self._path}/takeover", json={"name": self.name})
        if response.status_code == 200:
            self.fence = response.json()["fence"]
        return response

    def take_over(self) -> None:
        response = self.claim()
        assert response.status_code == 200, response.text

    def renew(self) -> httpx2.Response:
        return self._http.put(f"{self._path}/takeover", json={"fence": self.fence})

    def say(self, text: str, *, key: str | None = None) -> httpx2.Response:
        headers = {"Idempotency-Key": key or str(uuid4())}
        return self._http.post(
            f"{self._path}/messages", json={"fence": self.fence, "text": text}, headers=headers
        )

    def hand_back(self) -> None:
        response = self._http.delete(f"{self._path}/takeover", params={"fence": self.fence})
        assert response.status_code == 204, response.text

    def transcript(self) -> dict[str, Any]:
        """The conversation as the sales team reads it."""
        response = self._http.get(self._path)
        assert response.status_code == 200, response.text
        return response.json()


def take_over_in_mid_sentence(
    colleague: Colleague, visitor: Visitor, model: FakeOpenAI, *, then: Callable[[], object] = lambda: None
) -> tuple[str, dict[str, Any]]:
    """Take over while a reply is written, and do `then`; the text that was streamed, and the end of it."""
    held = model.hold_after(20)
    shown = ""
    with visitor.stream("I run a bakery.", key=str(uuid4())) as source:
        for event in source:
            if event.event == "delta":
                shown += event.json()["text"]
            if event.event == "delta" and not colleague.fence:
                eventually(lambda: held.is_reached)
                colleague.take_over()
                then()
                held.release()
            elif event.event == "done":
                return shown, event.json()
    raise AssertionError("the stream has no end")
