"""What becomes of a mail that came in: a turn of its conversation, or nothing where a machine wrote it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from chassis.mail import discloses_ai
from contracts.cloudevent import derive_id
from contracts.events import MailReceived, TurnReceived
from contracts.mail import SentMail, signed
from contracts.text import is_address
from contracts.values import KnownVisitor, Payers
from services.gateway.mailer.domain.outgoing import ascii_domain
from services.gateway.mailer.domain.rhythm import Reply, Suspicion, is_repetition, suspicion_of

Ending = Literal[
    "turn", "unanswerable", "ours", "empty", "quoted", "too_many", "disclosed", Suspicion, "parked"
]
"""Whether a mail is a turn, or why not.

There is nobody to answer, it is ours, it has no words but quoted ones, or a machine may have written it: it
says so itself (`disclosed`), or one wrote the mail before it (`parked`).
"""
PARKED: Final[frozenset[Ending]] = frozenset(
    {"quoted", "too_many", "disclosed", "too_fast", "rhythm", "repeated", "parked"}
)
"""What a person decides about: the mail may be of somebody who wants an answer."""

_LONGEST_MESSAGE: Final = 8_000
_LONGEST_LOCAL_PART: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRules:
    """What keeps two machines from answering each other for ever.

    Args:
        own_domains: addresses in them are ours.
        turns_an_hour: how many mails of one conversation are answered within an hour,
        turns_a_day: and within a day.
        fastest_reply: a mail that comes so soon after ours was written by no person; the time to type it
            comes on top. Zero: no mail is judged by when it comes.
        disclosures: the lines by which we say that an AI writes, which a mail may quote.
    """

    own_domains: Collection[str]
    turns_an_hour: int
    turns_a_day: int
    fastest_reply: timedelta
    disclosures: Collection[str] = ()

    def allow(self, within_hour: int, within_day: int) -> bool:
        """Whether one more mail is answered after so many of its conversation."""
        return within_hour < self.turns_an_hour and within_day < self.turns_a_day


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """What is known when a mail comes in.

    `ending` is what became of it when it came before. `conversation_id` is where it belongs; `texts` are the
    replies of the conversation's last mails. `last_sent_at` and `last_message_id` are of our last mail in it,
    `replies` what of the conversation answered one of ours at once, the newest first. `is_suspect`: a mail
    before it was taken for a machine's, and nobody has said otherwise.
    """

    conversation_id: UUID
    ending: Ending | None = None
    is_new_thread: bool = True
    turns_within_hour: int = 0
    turns_within_day: int = 0
    texts: Collection[str] = ()
    last_sent_at: datetime | None = None
    last_message_id: str | None = None
    replies: Sequence[Reply] = ()
    is_suspect: bool = False


def ending_of(mail: MailReceived, facts: MailFacts, rules: LoopRules) -> Ending:
    """What becomes of a mail of a person; the same when it comes again."""
    if facts.ending is not None:
        return facts.ending
    reasons: dict[Ending, bool] = {
        "unanswerable": mail.sender is None or not _is_answerable(mail.sender),
        "ours": (mail.sender or "").rpartition("@")[2] in rules.own_domains,
        "empty": not message_of(mail),
        "quoted": not mail.is_reply_certain,
        "too_many": not rules.allow(facts.turns_within_hour, facts.turns_within_day),
        "disclosed": _says_it_is_ai(mail, rules.disclosures),
        "parked": facts.is_suspect,
        "repeated": is_repetition(mail.reply, facts.texts),
    }
    found = next((reason for reason, applies in reasons.items() if applies), None)
    if found is None and rules.fastest_reply:
        found = suspicion_of(_replies_with(mail, facts), rules.fastest_reply)
    return found or "turn"


def _says_it_is_ai(mail: MailReceived, ours: Collection[str]) -> bool:
    """Whether its sender is an AI by their own word; a quote of ours that nothing marks is not theirs."""
    said = " ".join(message_of(mail).split())
    for line in ours:
        said = said.replace(line, "")
    return discloses_ai(said)


def _replies_with(mail: MailReceived, facts: MailFacts) -> Sequence[Reply]:
    """This mail and those before it; none where it answers another mail than our last one."""
    if facts.last_sent_at is None or mail.in_reply_to not in (None, facts.last_message_id):
        return ()
    return (Reply(mail.received_at - facts.last_sent_at, len(mail.reply)), *facts.replies)


def message_of(mail: MailReceived) -> str:
    """What the sender says: the reply, and the signature, which tells who they are."""
    return signed(mail.reply, mail.signature)[:_LONGEST_MESSAGE].strip()


def _is_answerable(address: str) -> bool:
    """Whether a mail can be sent to an address, which may be beyond ASCII (RFC 6531)."""
    try:
        local, _, domain = ascii_domain(address).rpartition("@")
    except ValueError:
        return False
    # A letter of any language counts as one of the alphabet.
    spelled = "".join("x" if letter > "\x7f" and letter.isprintable() else letter for letter in local)
    return len(local.encode()) <= _LONGEST_LOCAL_PART and is_address(f"{spelled}@{domain}")


def turn_id_of(mail: MailReceived) -> UUID:
    """The turn that a mail becomes, however often it comes."""
    return derive_id(mail.mail_id, "turn")


def turn_of(
    mail: MailReceived,
    conversation_id: UUID,
    payers: Payers,
    mails: tuple[SentMail, ...] = (),
    *,
    is_colleague: bool = False,
) -> TurnReceived:
    """The turn of a person who wrote a mail, behind mails of ours that it may answer.

    Who they are is told where their domain vouches for it, unless somebody else began the conversation.
    """
    name = (mail.sender_name or "").strip()[:80] or None
    # Facts hold addresses as everybody can type them; others are answered and not told.
    email = mail.sender if is_address(mail.sender or "") else None
    visitor = KnownVisitor(name=name, email=email) if mail.is_authentic and not is_colleague else None
    return TurnReceived(
        conversation_id=conversation_id,
        turn_id=turn_id_of(mail),
        message=message_of(mail),
        source="email",
        payers=payers,
        visitor=visitor,
        mails=mails,
    )
