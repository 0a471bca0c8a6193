"""Machines that do not say what they are get few answers, and people who are fast get them all."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.gateway.mailer.domain import Ending, LoopRules, MailFacts, Reply, ending_of
from tests.support.outgoing_mails import a_received

RULES = LoopRules(
    own_domains={"mail.example"}, turns_an_hour=12, turns_a_day=30, fastest_reply=timedelta(seconds=5)
)
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = (
    *("we", "team", "ticket", "mail", "every", "about", "order", "number", "customer", "morning", "returns"),
    *("phone", "invoice", "system", "answer", "slow", "weekly", "spend", "hours", "sheet", "copy", "manual"),
    *("price", "budget", "start", "month", "people", "shop", "refund", "track", "check", "email", "office"),
)
Writer = Callable[[random.Random], tuple[float, str]]
"""How long after our mail they write, in seconds, and what."""


def prose(chance: random.Random, letters: int) -> str:
    """Words that are others each time."""
    text = ""
    while len(text) < letters:
        text += f"{chance.choice(WORDS)} "
    return text[:letters].strip()


@dataclass
class Talk:
    """A correspondence in which we answer whatever is taken for a person's."""

    now: datetime = BEGUN
    sent_at: datetime | None = None
    texts: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    is_suspect: bool = False
    answers: int = 0

    def take(self, after_s: float, text: str) -> Ending:
        self.now += timedelta(seconds=after_s)
        facts = MailFacts(
            conversation_id=uuid4(),
            texts=self.texts[-5:],
            last_sent_at=self.sent_at,
            last_message_id="<ours@mail.example>",
            replies=self.replies[::-1][:5],
            is_suspect=self.is_suspect,
        )
        mail = a_received(reply=text, in_reply_to="<ours@mail.example>", received_at=self.now)
        ending = ending_of(mail, facts, RULES)
        if ending != "turn":
            self.is_suspect = True
            return ending
        if self.sent_at is not None:
            self.replies.append(Reply(self.now - self.sent_at, len(text)))
        self.texts.append(text)
        self.answers += 1
        self.now += timedelta(seconds=3)
        self.sent_at = self.now
        return ending


def answers_to(write: Writer, seed: int, mails: int = 12) -> int:
    """How many of its mails are answered."""
    chance, talk = random.Random(seed), Talk()
    for _ in range(mails):
        talk.take(*write(chance))
    return talk.answers


def at_once(chance: random.Random) -> tuple[float, str]:
    return chance.uniform(4, 20), prose(chance, chance.randint(200, 600))


def within_a_minute(chance: random.Random) -> tuple[float, str]:
    return chance.uniform(15, 45), prose(chance, chance.randint(250, 500))


def by_a_timer(chance: random.Random) -> tuple[float, str]:
    return 60 + chance.uniform(-1, 1), prose(chance, chance.randint(60, 300))


def with_other_numbers(chance: random.Random) -> tuple[float, str]:
    number, name = chance.randint(10_000, 99_999), chance.choice(["Ada", "Ben", "Cleo"])
    text = (
        f"Dear customer, your case {number} is with {name}. Somebody of our team writes by {number % 28}.3."
    )
    return chance.uniform(30, 900), text


def with_other_words(chance: random.Random) -> tuple[float, str]:
    thanks = chance.choice(["Thank you", "Many thanks", "Thanks a lot"])
    soon = chance.choice(["soon", "shortly", "as soon as we can"])
    said = (
        f"{thanks} for your message. We are glad that you wrote. A colleague of ours will look at it {soon}."
    )
    return chance.uniform(60, 600), f"{said} {chance.choice(['Regards', 'Best wishes', 'Yours'])}"


@pytest.mark.parametrize(
    ("machine", "most"),
    [(at_once, 1), (with_other_numbers, 1), (with_other_words, 1), (within_a_minute, 2), (by_a_timer, 3)],
)
def test_a_machine_that_varies_its_words_gets_few_answers(machine: Writer, most: int) -> None:
    assert max(answers_to(machine, seed) for seed in range(200)) <= most


def on_a_phone(chance: random.Random) -> tuple[float, str]:
    """36 words a minute, some twice as fast, with a look at our mail; a few dictate."""
    letters = round(chance.triangular(4, 200, 40))
    letters_s = 12.0 if chance.random() < 0.1 else min(7.0, chance.lognormvariate(1.1, 0.3))
    return chance.uniform(5, 30) + chance.uniform(2, 15) + letters / letters_s, prose(chance, letters)


def on_a_keyboard(chance: random.Random) -> tuple[float, str]:
    """80 words a minute and more."""
    letters = round(chance.triangular(20, 400, 120))
    return chance.uniform(3, 20) + chance.uniform(4, 20) + letters / chance.uniform(5, 9), prose(
        chance, letters
    )


@pytest.mark.parametrize("person", [on_a_phone, on_a_keyboard])
def test_people_who_answer_fast_are_answered(person: Writer) -> None:
    talks = [answers_to(person, seed, mails=7) for seed in range(1_000)]

    assert sum(answers == 7 for answers in talks) >= 950


def test_who_wrote_while_our_mail_was_on_its_way_is_not_too_fast() -> None:
    ours = {"last_sent_at": BEGUN, "last_message_id": "<ours@mail.example>"}
    facts = MailFacts(conversation_id=uuid4(), **ours)  # type: ignore[arg-type]
    at = {"received_at": BEGUN + timedelta(seconds=8), "reply": "We have a second shop. " * 10}

    assert ending_of(a_received(in_reply_to="<older@mail.example>", **at), facts, RULES) == "turn"
    assert ending_of(a_received(in_reply_to=None, **at), facts, RULES) == "too_fast"


def test_where_no_pace_is_too_fast_only_words_are_judged() -> None:
    rules, text = replace(RULES, fastest_reply=timedelta()), "We have a second shop. " * 10
    facts = MailFacts(conversation_id=uuid4(), last_sent_at=BEGUN, last_message_id="<ours@mail.example>")
    at_once = {"received_at": BEGUN, "reply": text, "in_reply_to": None}

    assert ending_of(a_received(**at_once), facts, rules) == "turn"
    assert ending_of(a_received(**at_once), replace(facts, texts=[text]), rules) == "repeated"


def test_after_one_mail_of_a_machine_the_next_ones_wait_as_well() -> None:
    facts = MailFacts(conversation_id=uuid4(), is_suspect=True)
    assert ending_of(a_received(), facts, RULES) == "parked"
