"""A mailer on a database of its own, and what happens to it."""

from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import Clock
from chassis.mail import MailTokens
from contracts.cloudevent import CloudEvent, Event, originate
from contracts.events import MailReceived, TurnAnswered, TurnReceived, VisitorOptedOut
from contracts.values import Stage
from services.gateway.mailer.adapters import (
    Composer,
    Letterhead,
    PostgresFollowUps,
    PostgresOutbox,
    PostgresThreads,
)
from services.gateway.mailer.adapters.address_hash import DailyPayers
from services.gateway.mailer.domain import Accepted, Delivery, LoopRules
from services.gateway.mailer.ports import MailPorts
from services.gateway.mailer.usecases.answering import mail_reply
from services.gateway.mailer.usecases.taking import take_mail
from tests.support.outgoing_mails import HASHES, PACE, a_received
from tests.support.playbooks import SHIPPED

TOKENS = MailTokens(("of the tests alone",))
HEAD = Letterhead(
    name="", address="ada@mail.example", domain="mail.example", reply_mailbox="ada@mail.example"
)
RULES = LoopRules(
    own_domains={"mail.example"}, turns_an_hour=3, turns_a_day=30, fastest_reply=timedelta(seconds=5)
)


class Published:
    """What was published, as often as it was."""

    def __init__(self) -> None:
        self.published: list[CloudEvent[Event]] = []

    async def publish(self, *events: CloudEvent[Event]) -> None:
        self.published += events

    @property
    def opt_outs(self) -> list[UUID]:
        """The conversations whose visitor was said to have opted out."""
        told = (event.data for event in self.published)
        return [data.conversation_id for data in told if isinstance(data, VisitorOptedOut)]

    @property
    def newest(self) -> TurnReceived:
        turn = self.published[-1].data
        assert isinstance(turn, TurnReceived)
        return turn


class Office:
    """A mailer, and what happens to it."""

    def __init__(self, engine: AsyncEngine, outbox: PostgresOutbox, clock: Clock) -> None:
        self.turns, self.clock, self.outbox = Published(), clock, outbox
        self.ports = MailPorts(
            outbox=outbox,
            threads=PostgresThreads(engine, HASHES, clock),
            follow_ups=PostgresFollowUps(engine, outbox, HASHES, clock),
            publisher=self.turns,
            composer=Composer(HEAD, TOKENS, SHIPPED, proposal_links=None, clock=clock, dkim=None),
            payers=DailyPayers(HASHES, clock),
            rules=RULES,
            clock=clock,
        )

    async def comes(self, **facts: object) -> MailReceived:
        """A mail comes in."""
        mail = a_received(**({"received_at": self.clock()} | facts))
        await take_mail(self.event(mail), self.ports)
        return mail

    async def is_said(
        self, text: str, turns: Sequence[UUID], conversation_id: UUID, *, holding: str | None = None
    ) -> None:
        """The assistant says something; twice, as after a crash."""
        said = TurnAnswered(
            conversation_id=conversation_id,
            reply_id=uuid4(),
            answered_turn_ids=tuple(turns),
            reply=text,
            stage=Stage.UNDERSTAND,
            calendly_shown=False,
            degraded=False,
            author="script",
            holding=holding,
        )
        event = self.event(said)
        for _ in range(2):
            await mail_reply(event, self.ports)

    async def mails(self) -> list[Delivery]:
        """What is to be sent now, and then is."""
        claims = await self.outbox.claim(10, PACE)
        for claim in claims:
            await self.outbox.settle(claim, Accepted("250 OK"))
        return [claim.delivery for claim in claims]

    def event(self, data: Event) -> CloudEvent[Event]:
        return originate(data, event_id=uuid4(), source="test", time=self.clock())

    @staticmethod
    def read(mail: Delivery) -> EmailMessage:
        """A mail as its recipient reads it."""
        message = message_from_bytes(mail.message, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def text_of(self, mail: Delivery) -> str:
        """Its part without markup."""
        body = self.read(mail).get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")
