"""What a visitor wants; one message may want several things."""

from pathlib import Path
from uuid import UUID

import pytest
import yaml

from playbook.reading import seems_unfinished, understand
from playbook.reading.meaning import Intent, SlotUpdate, Understanding
from playbook.reading.talk import Message, QuickReply
from playbook.reading.updates import apply_updates
from tests.support.playbooks import SHIPPED
from tests.unit.playbook.reading.scenes import CONVERSATION, NOW, read, scene, told

QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("language", "message", "intent"),
    [
        ("en", "yes", Intent.ACCEPT),
        ("en", "looks good", Intent.ACCEPT),
        ("en", "That looks good to me, let's go ahead.", Intent.ACCEPT),
        ("en", "sounds great to us", Intent.ACCEPT),
        ("en", "Yes, I said yes", Intent.ACCEPT),
        ("en", "No thanks", Intent.DECLINE),
        ("en", "no", Intent.DECLINE),
        ("en", "No. Forget it. Waste of time", Intent.DECLINE),
        ("en", "no, too expensive for us", Intent.DECLINE),
        ("en", "I don't think this is for us at present", Intent.DECLINE),
        ("en", "stop", Intent.STOP),
        ("en", "Thanks, I'll think about it. Bye!", Intent.TAKE_LEAVE),
        ("de", "Danke, ich überlege es mir. Tschüss", Intent.TAKE_LEAVE),
        ("en", "send me the link please", Intent.WANT_DEMO),
        ("en", "can you send me the link?", Intent.WANT_DEMO),
        ("en", "yes, send me the link please, and what about a contract?", Intent.WANT_DEMO),
        ("en", "I'd like to book a demo", Intent.WANT_DEMO),
        ("en", "do you have a person I could talk to?", Intent.WANT_PERSON),
        ("en", "I'd just like someone to ring me", Intent.WANT_PERSON),
        ("en", "that's too expensive", Intent.OBJECT),
        ("en", "it's good, apart from the last step", Intent.WANT_CHANGE),
        ("en", "Could you take the last step out?", Intent.WANT_CHANGE),
        ("en", "thank you", Intent.THANK),
        ("en", "No, the mail comes in and Brenda reads it", Intent.WANT_CHANGE),
        ("en", "hello", Intent.GREET),
        ("en", "How much is it", Intent.ASK),
        ("es", "sí, adelante", Intent.ACCEPT),
        ("es", "no gracias", Intent.DECLINE),
        ("es", "hay demo o algo así?", Intent.WANT_DEMO),
        ("es", "quiero hablar con una persona", Intent.WANT_PERSON),
        ("es", "está carito", Intent.OBJECT),
        ("es", "cuánto cuesta", Intent.ASK),
        ("de", "Ja gerne", Intent.ACCEPT),
        ("de", "Nein danke", Intent.DECLINE),
        ("de", "Schicken Sie mir den Link", Intent.WANT_DEMO),
        ("de", "Kann ich mit einem Menschen sprechen?", Intent.WANT_PERSON),
        ("de", "Das ist mir zu teuer", Intent.OBJECT),
        ("fr", "oui, envoyez-moi le lien svp", Intent.WANT_DEMO),
        ("fr", "non merci", Intent.DECLINE),
        ("fr", "c'est trop cher", Intent.OBJECT),
        ("fr", "Je préférerais m'entretenir directement avec l'un de vos collègues.", Intent.WANT_PERSON),
        ("fr", "Je regrette, mais je vais en rester là.", Intent.DECLINE),
        ("pt", "sim, pode mandar", Intent.ACCEPT),
        ("pt", "não, obrigada", Intent.DECLINE),
        ("pt", "Me manda o link por favor", Intent.WANT_DEMO),
        ("pt", "quero falar com uma pessoa", Intent.WANT_PERSON),
        ("pt", "achei caro", Intent.OBJECT),
    ],
)
def test_what_a_visitor_wants_after_the_proposal(language: str, message: str, intent: Intent) -> None:
    assert read(message, scene(drafted=True, language=language)).wants(intent)


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("I'm Maria de la Cruz", Intent.ACCEPT),
        ("no, remove the last step", Intent.DECLINE),
        ("no problem", Intent.DECLINE),
        ("no, 12", Intent.DECLINE),
        ("I don't want a demo", Intent.WANT_DEMO),
        ("it looks good, but change the task", Intent.ACCEPT),
        ("ok, what does it include?", Intent.CORRECT),
        ("customers want to talk to a person", Intent.WANT_PERSON),
        ("is that ok?", Intent.ACCEPT),
    ],
)
def test_what_a_visitor_does_not_want(message: str, intent: Intent) -> None:
    assert not read(message, scene(drafted=True, team_size=40)).wants(intent)


@pytest.mark.parametrize("message", ["no", "nothing", "don't know", "I'd rather not say", "skip"])
def test_an_open_question_may_be_skipped(message: str) -> None:
    assert read(message, scene("tools")).intents == (Intent.SKIP,)


def test_a_picked_reply_means_what_it_says() -> None:
    means = Understanding(
        intents=(Intent.ANSWER,),
        updates=(SlotUpdate(slot="team_size", values=("16",), quote="16 to 50", up_to=50),),
    )
    offered = (QuickReply(label="16 to 50", means=means),)

    assert read(" 16 TO 50 ", scene("team_size", offered=offered)) == means


USUAL = tuple(
    QuickReply(
        label=label,
        means=Understanding(
            intents=(Intent.ANSWER,),
            updates=(SlotUpdate(slot="success_measure", values=(label,), quote=label),),
        ),
    )
    for label in ("Half the hours", "Fewer mistakes")
)


@pytest.mark.parametrize("message", ["2", "2.", "b)", "fewer mistakes"])
def test_a_usual_answer_is_picked_by_its_place(message: str) -> None:
    at = scene("success_measure", offered=USUAL)
    understood = read(message, at)

    after = apply_updates(at.profile, understood.updates, (Message(turn_id=NOW, text=message),))
    assert after.success_measure is not None
    assert after.success_measure.value == "Fewer mistakes"


@pytest.mark.parametrize("asked", ["team_size", "hours_per_week"])
def test_where_a_number_is_asked_a_number_is_none_of_the_answers(asked: str) -> None:
    assert told("2", scene(asked, offered=USUAL)) == {asked: ("2",)}


def test_a_bare_number_may_put_right_what_was_just_said_back() -> None:
    assert read("2", scene("success_measure", offered=USUAL, hours_per_week=8.0)).updates == ()


def test_a_plain_no_is_judged_by_what_was_offered() -> None:
    skip = QuickReply(label="Skip this", means=Understanding(intents=(Intent.SKIP,)))
    decline = QuickReply(label="No, thanks", means=Understanding(intents=(Intent.DECLINE,)))

    assert read("no", scene(offered=(skip,))).intents == (Intent.SKIP,)
    assert read("no", scene("task", offered=(skip, decline))).intents == (Intent.DECLINE,)


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("how much does it cost?", ("starter", "growth", "enterprise")),
        ("what do you do?", ("what_we_do",)),
        ("Can we cancel?", ("terms",)),
        ("where is my data stored?", ("data",)),
        ("are you a robot?", ("identity",)),
        ("do your agents speak Klingon?", ("unknown",)),
    ],
)
def test_a_question_is_matched_to_its_fact(message: str, facts: tuple[str, ...]) -> None:
    assert read(message, scene("task")).questions == facts


@pytest.mark.parametrize(
    ("language", "facts"), [(language, facts) for language, asked in QUESTIONS.items() for facts in asked]
)
def test_what_people_ask_is_answered_by_the_right_fact(language: str, facts: str) -> None:
    read_as = {
        question: " ".join(read(question, scene("task", language=language)).questions)
        for question in QUESTIONS[language][facts]
    }

    assert read_as == dict.fromkeys(read_as, facts)


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("can it answer 2500 emails a month?", ("can_do",)),
        ("can I cancel the 1250 one?", ("terms",)),
        ("is it 1,250 orders?", ("unknown",)),
        ("what do I get for 1300?", ("starter", "growth", "enterprise")),
    ],
)
def test_a_price_asks_for_its_tier_where_it_counts_nothing_and_nothing_else_is_asked(
    message: str, facts: tuple[str, ...]
) -> None:
    assert read(message, scene("task")).questions == facts


@pytest.mark.parametrize(
    "message",
    ["add: call customers back", "replace the paper forms with Google Forms", "remove the sms step"],
)
def test_a_change_that_names_what_people_ask_about_stays_a_change(message: str) -> None:
    understood = read(message, scene(drafted=True, task="12"))

    assert understood.wants(Intent.WANT_CHANGE)
    assert not understood.questions


@pytest.mark.parametrize(
    ("message", "tier"),
    [
        ("Growth please", "growth"),
        ("I'll take Starter", "starter"),
        ("And I was told Starter is 99", None),
        ("why Growth?", None),
        ("not Enterprise", None),
    ],
)
def test_a_tier_is_chosen_by_its_name(message: str, tier: str | None) -> None:
    assert read(message, scene(drafted=True)).tier == tier


def test_messages_in_a_row_are_understood_as_one() -> None:
    messages = [
        Message(turn_id=UUID(int=one), text=text) for one, text in enumerate(["a bakery", "12 employees"])
    ]

    understood = understand(messages, scene("business_type"), SHIPPED)

    assert {update.slot for update in understood.updates} == {"business_type", "team_size"}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "have somebody give me a bell"),
        ("en", "no demo please, can somebody just ring me"),
        ("en", "can somebody ring me? mornings after 10"),
        ("en", "Can someone ring me, mornings are best?"),
        ("es", "prefiero que me llame una persona"),
        ("es", "q me llame alguien"),
        ("es", "\u00bfpuedo hablar antes con alguien?"),
        ("de", "am liebsten w\u00e4r mir, wenn mich einer von euch anruft"),
        ("de", "Nein, kein Link. Ich will angerufen werden."),
        ("fr", "je pr\u00e9f\u00e8re qu'on m'appelle"),
        ("pt", "prefiro que algu\u00e9m me ligue"),
    ],
)
def test_a_wish_to_be_called_is_one_in_any_wording_and_no_answer(language: str, message: str) -> None:
    understood = read(message, scene("task", language=language))

    assert understood.wants(Intent.WANT_PERSON)
    assert {update.slot for update in understood.updates} <= {"contact_time"}


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "customers call me all day long and I have to ring them back"),
        ("es", "las clientas me llaman a todas horas"),
        ("de", "es klappt, wenn mich abends keiner mehr anruft"),
        ("fr", "on m'appelle tout le temps pour rien"),
        ("pt", "que os clientes me liguem menos"),
    ],
)
def test_who_is_called_by_customers_wishes_no_call(language: str, message: str) -> None:
    assert not read(message, scene("success_measure", language=language)).wants(Intent.WANT_PERSON)


@pytest.mark.parametrize(
    ("message", "is_unfinished"), [("so we", True), ("a bakery", False), ("That is all.", False)]
)
def test_a_fragment_waits_for_what_follows(message: str, is_unfinished: bool) -> None:
    conversation = scene("business_type" if message == "a bakery" else None)

    understood = read(message, conversation)

    assert seems_unfinished([Message(turn_id=NOW, text=message)], understood) is is_unfinished
    assert conversation.conversation_id == CONVERSATION


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        (
            "Then no, thank you. I shall put it to my director and we may write. Good day.",
            Intent.DECLINE,
        ),
        ("I do not want a demo. I have to show it to my director first.", Intent.NO_QUESTIONS),
        ("can someone email me about this", Intent.WANT_PERSON),
        ("want a phone call not a link", Intent.WANT_PERSON),
    ],
)
def test_a_no_and_a_wish_are_heard_beside_other_sentences(message: str, intent: Intent) -> None:
    assert read(message, scene(drafted=True)).wants(intent)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("de", "Darf ich fragen, ob ich hier mit einem Menschen schreibe?"),
        ("en", "Am I talking to a real person?"),
        ("es", "¿Estoy hablando con una persona?"),
        ("fr", "Est-ce que je parle à une personne ?"),
        ("pt", "Estou falando com uma pessoa?"),
    ],
)
def test_who_asks_what_we_are_asks_for_no_person(language: str, message: str) -> None:
    understood = read(message, scene("team_size", language=language))

    assert understood.questions == ("identity",)
    assert not understood.wants(Intent.WANT_PERSON)


def test_who_asks_what_was_noted_is_told_whatever_it_is_about() -> None:
    assert read("did you get the bit about refunds?", scene(drafted=True)).questions == ("what_is_noted",)
