"""The few calls of the Kubernetes API that the tests need."""

import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx2
import yaml

from tests.cluster.certificates import Pair

NAMESPACE = "default"
_WITHOUT_NAMESPACE = frozenset({"Namespace", "CustomResourceDefinition", "APIService", "Node"})
_FIELD_MANAGER = "tests"
_NOT_FOUND = 404

Document = dict[str, Any]


class Api:
    """One administrator's client. `wait_s` is the longest that an answer may take."""

    def __init__(self, url: str, authority: Path, client: Pair, *, wait_s: float = 20.0) -> None:
        self.url = url
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(client.certificate, client.key)
        self._http = httpx2.Client(base_url=url, verify=context, timeout=wait_s)

    def apply(self, document: Mapping[str, Any]) -> Document:
        """Create it, or make it so; fields that others own are taken from them."""
        path = f"{collection_of(document)}/{document['metadata']['name']}"
        return self._answer(
            self._http.patch(
                path,
                params={"fieldManager": _FIELD_MANAGER, "force": "true"},
                headers={"Content-Type": "application/apply-patch+yaml"},
                content=yaml.safe_dump(dict(document)).encode(),
            )
        )

    def get(self, path: str, **parameters: str) -> Document:
        """What is at `path`."""
        return self._answer(self._http.get(path, params=parameters))

    def find(self, path: str) -> Document | None:
        """The same, or None where nothing is."""
        response = self._http.get(path)
        return None if response.status_code == _NOT_FOUND else self._answer(response)

    def items(self, path: str, **parameters: str) -> list[Document]:
        """The members of a collection."""
        found: list[Document] = self.get(path, **parameters)["items"]
        return found

    def patch(self, path: str, change: Mapping[str, Any]) -> Document:
        """Merge a change into what is at `path`."""
        headers = {"Content-Type": "application/strategic-merge-patch+json"}
        return self._answer(self._http.patch(path, json=change, headers=headers))

    def create(self, path: str, document: Mapping[str, Any]) -> Document:
        """Create a member of the collection at `path`."""
        return self._answer(self._http.post(path, json=dict(document)))

    def delete(self, path: str, **options: Any) -> None:
        """Delete what is at `path`, if it is there."""
        response = self._http.request("DELETE", path, json=options)
        if response.status_code != _NOT_FOUND:
            self._answer(response)

    def is_ready(self) -> bool:
        """Whether it answers that it is."""
        try:
            return self._http.get("/readyz").is_success
        except httpx2.TransportError:
            return False

    def _answer(self, response: httpx2.Response) -> Document:
        if not response.is_success:
            request = response.request
            raise AssertionError(
                f"{request.method} {request.url.path}: {response.status_code} {response.text}"
            )
        found: Document = response.json()
        return found


def collection_of(document: Mapping[str, Any], namespace: str = NAMESPACE) -> str:
    """The path of the collection that a document belongs to."""
    kind, version = document["kind"], document["apiVersion"]
    prefix = f"/apis/{version}" if "/" in version else f"/api/{version}"
    plural = kind.lower().removesuffix("y") + ("ies" if kind.endswith("y") else "s")
    if kind in _WITHOUT_NAMESPACE:
        return f"{prefix}/{plural}"
    return f"{prefix}/namespaces/{document['metadata'].get('namespace', namespace)}/{plural}"


def condition_of(document: Mapping[str, Any], kind: str) -> str | None:
    """The status of a condition: True, False or Unknown; None while it is not there."""
    conditions: Iterable[Mapping[str, str]] = document.get("status", {}).get("conditions") or ()
    return next((each["status"] for each in conditions if each["type"] == kind), None)
