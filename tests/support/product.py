"""The whole product as a visitor, an operator and a fault meet it: five processes on real parts."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from devstack.child import run_concurrently
from devstack.ports import LOOPBACK, free_port
from devstack.services import SERVICES, ServiceProcess
from tests.support.infrastructure import DATA_KEY_SECRET
from tests.support.preloaded_service import PreloadedService
from tests.support.private_words import private_words_watched
from tests.support.streams import data_keys_of
from tests.support.topics import begin_at_end

API_KEY = "dev-product-under-test"
SESSION_SECRET = "of-the-product-under-test"
PROJECT = Path(__file__).resolve().parents[2]

ResultT = TypeVar("ResultT")

# A cooperative visitor, who answers what was asked; after the proposal a name first, then a yes.
DENTIST = (
    "Hi there! I run a small dental clinic with two locations. We are 22 people.",
    "The front desk spends its days on the phone, mostly rescheduling appointments.",
    "Rescheduling appointments, please.",
    "A patient calls, we look into the calendar, offer two slots, confirm, and update the chart.",
    "Insurance questions.",
    "We use Google Calendar, Gmail and a practice system called Dentrix.",
    "About 25 hours a week.",
    "It works if we get that under 5 hours a week.",
    "My name is Dana Whitfield, dana@whitfield-dental.example.",
    "That looks good to me, let's go ahead.",
    "Yes, send me the link.",
)
# Everything up to the proposal.
UNTIL_PROPOSED = DENTIST[:8]


class Product:
    """Five services, any of which a test may kill, start again, or double."""

    def __init__(self, env: Mapping[str, str], logs: Path) -> None:
        self._logs = logs
        # Without a mail server the mailer has nothing to do.
        names = (*SERVICES, "mailer") if "SMTP_URL" in env else SERVICES
        self._port_of = {name: free_port() for name in names}
        self.env = {
            "PLAYBOOK_PATH": str(PROJECT / "playbook.yaml"),
            "ALLOW_EXAMPLE_FACTS": "true",
            **env,
            "LEADSTORE_URL": f"http://{LOOPBACK}:{self._port_of['leadstore']}",
            "BOOKING_URL": f"http://{LOOPBACK}:{self._port_of['booking']}",
            **({"MAILER_URL": f"http://{LOOPBACK}:{self._port_of['mailer']}"} if "mailer" in names else {}),
            "SESSION_SECRET": SESSION_SECRET,
            "DEV_API_KEY": API_KEY,
        }
        self.services = {name: self.make(name, port=self._port_of[name]) for name in names}
        self.url = self.services["gateway"].url
        self.data_keys = data_keys_of(self.env)

    def make(self, service: str, *, port: int | None = None, instance: str = "") -> ServiceProcess:
        """A process of a service, not yet started."""
        return PreloadedService(service, self.env, self._logs, port=port, instance=instance)

    def start(self) -> None:
        run_concurrently([service.start for service in self.services.values()])

    def stop(self) -> None:
        run_concurrently([service.terminate for service in self.services.values()])

    def visitor(self) -> "Visitor":
        """Somebody who has not said anything yet."""
        return Visitor(self.url)

    def get(self, path: str) -> Any:
        """What an operator with the development key reads at `path`."""
        response = httpx2.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {API_KEY}"}, timeout=30)
        response.raise_for_status()
        return response.json()

    def lead_of(self, visitor: "Visitor", *, once_it_has: str) -> Any:
        """The lead of a visitor as soon as this member of it is filled in."""

        def found() -> Any:
            leads = {lead["conversation_id"]: lead for lead in self.get("/leads")["items"]}
            lead = leads.get(visitor.conversation_id)
            return lead if lead and lead[once_it_has] else None

        return eventually(found)

    def samples(self, metric: str, *services: str) -> dict[str, float]:
        """A metric of these services, or of all: the sums of its samples by their labels."""
        found = defaultdict[str, float](float)
        for name in services or self.services:
            for line in httpx2.get(f"{self.services[name].url}/metrics", timeout=30).text.splitlines():
                sample, _, value = line.rpartition(" ")
                if sample.partition("{")[0] == metric:
                    found[sample.partition("{")[2]] += float(value)
        return found


@contextmanager
def running_product(env: Mapping[str, str], logs: Path) -> Iterator[Product]:
    """Start the product, stop it at the end; fails when a log, a span or a dead letter quotes a visitor."""
    env = {"DATA_KEY_SECRET": DATA_KEY_SECRET, **env}
    with private_words_watched(env, logs) as watched:
        product = Product({**watched, **env}, logs)
        if "mailer" in product.services:
            asyncio.run(begin_at_end(env["KAFKA_BOOTSTRAP_SERVERS"], "mailer"))
        try:
            product.start()
            yield product
        finally:
            product.stop()


class Visitor:
    """Talks to the gateway over HTTP and remembers its conversation."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=url, timeout=60)
        self.conversation_id: str | None = None
        self.session_token: str | None = None

    def say(self, message: str, *, key: str | None = None) -> dict[str, Any]:
        """Say a line and return the JSON answer."""
        response = self.post(message, key=key)
        assert response.status_code == 200, f"{response.status_code} {response.text}"
        return response.json()

    def post(self, message: str, *, key: str | None = None) -> httpx2.Response:
        """Say a line; whatever the status is."""
        response = self.http.post("/chat", json=self.body(message), headers=self.headers(key or str(uuid4())))
        if response.status_code in {200, 202}:
            self.note(response.json())
        return response

    def note(self, answer: Mapping[str, Any]) -> None:
        """Keep the conversation and its token."""
        self.conversation_id, self.session_token = answer["conversation_id"], answer["session_token"]

    def body(self, message: str) -> dict[str, Any]:
        opened = {"conversation_id": self.conversation_id} if self.conversation_id else {}
        return {"message": message, "source": "api", **opened}

    def headers(self, key: str) -> dict[str, str]:
        session = {"Authorization": f"Bearer {self.session_token}"} if self.session_token else {}
        return {"Idempotency-Key": key, **session}

    @contextmanager
    def stream(self, message: str, *, key: str, last_event_id: str = "") -> Iterator[httpx2.EventSource]:
        """Say a line and listen to the reply as it is written."""
        headers = self.headers(key) | {"Accept": "text/event-stream"}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        with self.http.stream("POST", "/chat", json=self.body(message), headers=headers) as response:
            assert response.status_code == 200, response.read()
            yield httpx2.EventSource(response)

    def transcript(self) -> dict[str, Any]:
        """The conversation as its visitor reads it."""
        response = self.http.get(f"/conversation/{self.conversation_id}", headers=self.headers("-"))
        assert response.status_code == 200, f"{response.status_code} {response.text}"
        return response.json()

    def read_from(self, author: str) -> list[str]:
        """Every text of the transcript that the model, the playbook, a person or the visitor wrote."""
        messages = self.transcript()["messages"]
        return [message["text"] for message in messages if message["written_by"] == author]

    def talk_to_the_link(self, lines: tuple[str, ...] = DENTIST) -> list[dict[str, Any]]:
        """Say the lines until the booking link is shown; the answers."""
        answers = []
        for line in lines:
            answers.append(self.say(line))
            if answers[-1]["calendly_shown"]:
                break
        return answers


def eventually(ask: Callable[[], ResultT | None], *, within_s: float = 20.0) -> ResultT:
    """The first answer of `ask` that is truthy; fails when there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        if answer := ask():
            return answer
        assert time.monotonic() < deadline, f"did not happen within {within_s} s"
        time.sleep(0.05)
