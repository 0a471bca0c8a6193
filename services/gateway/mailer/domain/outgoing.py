"""What is to be said by mail, and where in which thread."""

import re
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

from contracts.values import Origin
from services.gateway.mailer.domain.delivery import DeliveryKind, HeldWords

_MOST_REFERENCES: Final = 20
_MESSAGE_ID: Final = re.compile(r"<[^\s<>]{1,200}>")
_IS_ANSWER: Final = re.compile(r"\s*(re|aw|sv|antw|rif|res|odp|vs)\s*(\[\d+\])?\s*:", re.IGNORECASE)
_LONGEST_SUBJECT: Final = 250


def ascii_domain(address: str) -> str:
    """The same address with its domain as mail servers write it (RFC 5891).

    Raises:
        ValueError: the domain cannot be one.
    """
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPlace:
    """Where a mail of ours belongs: whom it goes to, and the mail that it follows.

    `is_beginning` says that it follows none: its subject begins a thread.
    """

    recipient: str
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    language: str | None = None
    is_beginning: bool = False

    @property
    def next_references(self) -> tuple[str, ...]:
        """The chain with the mail that is followed; of a long one the first and the newest."""
        named = (*self.references, *([self.message_id] if self.message_id else []))
        chain = list(dict.fromkeys(each for each in named if _MESSAGE_ID.fullmatch(each)))
        return tuple(chain if len(chain) <= _MOST_REFERENCES else [chain[0], *chain[1 - _MOST_REFERENCES :]])

    @property
    def in_reply_to(self) -> str | None:
        """The Message-ID of the mail that is followed, where it is one."""
        return self.message_id if self.message_id and _MESSAGE_ID.fullmatch(self.message_id) else None

    @property
    def next_subject(self) -> str:
        """The same subject, marked as an answer once; mailboxes keep a thread together by it."""
        subject = " ".join(self.subject.split())[:_LONGEST_SUBJECT]
        return subject if self.is_beginning or _IS_ANSWER.match(subject) else f"Re: {subject}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail to write; without words it is a place in a thread.

    `name` is that of the person who said it. `shows_proposal`: the proposal stands in it.
    """

    delivery_id: UUID
    conversation_id: UUID
    kind: DeliveryKind
    place: ThreadPlace
    text: str = ""
    written_by: Origin = "playbook"
    name: str | None = None
    shows_proposal: bool = False

    def with_words(self, text: str, written_by: Origin, *, name: str | None = None) -> Self:
        """The same mail, saying this."""
        return replace(self, text=text, written_by=written_by, name=name)

    def behind(self, held: HeldWords) -> Self:
        """The same mail, which first says what was held, and so answers whom that was to answer."""
        place = replace(self.place, recipient=held.recipient)
        return replace(self, text=f"{held.words}\n\n{self.text}".strip(), kind="answer", place=place)
