"""A person of the sales team, who takes over conversations by the API."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.support.product import API_KEY


class Colleague:
    """Takes over one conversation. `fence` is that of the take-over, once there is one."""

    def __init__(self, url: str, conversation_id: str | None, name: str = "Tove Almqvist") -> None:
        headers = {"Authorization": f"Bearer {API_KEY}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=30)
        self._path = f"/conversation/{conversation_id}"
        self.name = name
        self.fence = 0

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
