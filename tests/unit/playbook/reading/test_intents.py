"""What a visitor wants; one message may want several things."""

from pathlib import Path

import pytest
import yaml

from playbook.reading import seems_unfinished, understand
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.talk import Message, QuickReply
from playbook.reading.updates import apply_updates
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import an_update, meaning
from tests.unit.playbook.reading.scenes import NOW, in_languages, read, scene, told

QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("language", "message", "intent"),
    [
        ("en", "That looks good to me, let's go ahead.", Intent.ACCEPT),
        ("en", "Yes, I said yes", Intent.ACCEPT),
        ("en", "No. Forget it. Waste of time", Intent.DECLINE),
        ("en", "no, too expensive for us", Intent.DECLINE),
        ("en", "I don't think this is for us at present", Intent.DECLINE),
        ("en", "Then no, thank you. I shall put it to my director. Good day.", Intent.DECLINE),
        ("en", "I do not want a demo. I have to show it to my director first.", Intent.NO_QUESTIONS),
        ("en", "stop", Intent.STOP),
        ("en", "Thanks, I'll think about it. Bye!", Intent.TAKE_LEAVE),
        ("en", "can you send me the link?", Intent.WANT_DEMO),
        ("en", "yes, send me the link please, and what about a contract?", Intent.WANT_DEMO),
        ("en", "do you have a person I could talk to?", Intent.WANT_PERSON),
        ("en", "can someone email me about this", Intent.WANT_PERSON),
        ("en", "want a phone call not a link", Intent.WANT_PERSON),
        ("en", "it's good, apart from the last step", Intent.WANT_CHANGE),
        ("en", "Could you take the last step out?", Intent.WANT_CHANGE),
        ("en", "thank you", Intent.THANK),
        ("en", "No, the mail comes in and Brenda reads it", Intent.WANT_CHANGE),
        ("en", "hello", Intent.GREET),
        ("es", "hay demo o algo así?", Intent.WANT_DEMO),
        ("es", "está carito", Intent.OBJECT),
        ("fr", "c'est trop cher", Intent.OBJECT),
        ("fr", "Je préférerais m'entretenir directement avec l'un de vos collègues.", Intent.WANT_PERSON),
        ("fr", "Je regrette, mais je vais en rester là.", Intent.DECLINE),
        ("pt", "achei caro", Intent.OBJECT),
    ],
)
def test_what_a_visitor_wants_after_the_proposal(language: str, message: str, intent: Intent) -> None:
    assert read(message, scene(drafted=True, language=language)).wants(intent)


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        *((text, Intent.ACCEPT) for text in ("I'm Maria de la Cruz", "is that ok?")),
        ("it looks good, but change the task", Intent.ACCEPT),
        *((text, Intent.DECLINE) for text in ("no, remove the last step", "no problem", "no, 12")),
        ("I don't want a demo", Intent.WANT_DEMO),
        ("ok, what does it include?", Intent.CORRECT),
        ("customers want to talk to a person", Intent.WANT_PERSON),
    ],
)
def test_what_a_visitor_does_not_want(message: str, intent: Intent) -> None:
    assert not read(message, scene(drafted=True, team_size=40)).wants(intent)


@pytest.mark.parametrize("message", ["no", "nothing", "don't know", "I'd rather not say", "skip"])
def test_an_open_question_may_be_skipped(message: str) -> None:
    assert read(message, scene("tools")).intents == (Intent.SKIP,)


def test_a_picked_reply_means_what_it_says() -> None:
    means = meaning(updates=(an_update("team_size", "16", quote="16 to 50", up_to=50),))
    offered = (QuickReply(label="16 to 50", means=means),)
    assert read(" 16 TO 50 ", scene("team_size", offered=offered)) == means


def test_a_usual_answer_is_picked_by_its_place_where_no_number_is_asked_or_put_right() -> None:
    labels = ("Half the hours", "Fewer mistakes")
    means = [meaning(updates=(an_update("success_measure", label),)) for label in labels]
    usual = tuple(QuickReply(label=each.updates[0].quote, means=each) for each in means)
    at = scene("success_measure", offered=usual)

    for message in ("2", "2.", "b)", "fewer mistakes"):
        written = (Message(turn_id=NOW, text=message),)
        measure = apply_updates(at.profile, read(message, at).updates, written).success_measure
        assert measure is not None and measure.value == "Fewer mistakes"
    for asked in ("team_size", "hours_per_week"):
        assert told("2", scene(asked, offered=usual)) == {asked: ("2",)}
    assert read("2", scene("success_measure", offered=usual, hours_per_week=8.0)).updates == ()


def test_a_plain_no_is_judged_by_what_was_offered() -> None:
    skip = QuickReply(label="Skip this", means=Understanding(intents=(Intent.SKIP,)))
    decline = QuickReply(label="No, thanks", means=Understanding(intents=(Intent.DECLINE,)))
    assert read("no", scene(offered=(skip,))).intents == (Intent.SKIP,)
    assert read("no", scene("task", offered=(skip, decline))).intents == (Intent.DECLINE,)


@pytest.mark.parametrize(
    ("language", "facts"), [(code, facts) for code in QUESTIONS for facts in QUESTIONS[code]]
)
def test_what_people_ask_is_answered_by_the_right_fact(language: str, facts: str) -> None:
    at, questions = scene("task", language=language), QUESTIONS[language][facts]
    read_as = {question: " ".join(read(question, at).questions) for question in questions}
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
def test_a_price_asks_for_its_tier_where_it_counts_nothing(message: str, facts: tuple[str, ...]) -> None:
    assert read(message, scene("task")).questions == facts


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("what does it cost, and is this a bot?", ("starter", "growth", "enterprise", "identity")),
        ("what is the price and where is our data stored?", ("starter", "growth", "enterprise", "data")),
        (
            "Where is our data stored, can we cancel monthly, and do you integrate with Dentrix?",
            ("data", "terms", "other_programs"),
        ),
        ("do you charge per month or per year?", ("starter", "growth", "enterprise")),
    ],
)
def test_several_things_asked_in_one_sentence_are_all_answered(message: str, facts: tuple[str, ...]) -> None:
    assert read(message, scene("task")).questions == facts


@pytest.mark.parametrize(
    "message", ["add: call customers back", "replace paper forms with Google Forms", "remove the sms"]
)
def test_a_change_that_names_what_people_ask_about_stays_a_change(message: str) -> None:
    understood = read(message, scene(drafted=True, task="12"))
    assert understood.wants(Intent.WANT_CHANGE)
    assert not understood.questions


def test_a_tier_is_chosen_by_its_name() -> None:
    said = ("I'll take Starter", "I was told Starter is 99", "why Growth?", "not Enterprise")
    assert [read(text, scene(drafted=True)).tier for text in said] == ["starter", None, None, None]


@in_languages(
    en=("have somebody give me a bell", "Can someone ring me, mornings are best?"),
    es=("prefiero que me llame una persona", "¿puedo hablar antes con alguien?"),
    de=(
        "am liebsten wär mir, wenn mich einer von euch anruft",
        "Nein, kein Link. Ich will angerufen werden.",
    ),
    fr=("je préfère qu'on m'appelle",),
    pt=("prefiro que alguém me ligue",),
)
def test_a_wish_to_be_called_is_one_in_any_wording_and_no_answer(language: str, message: str) -> None:
    understood = read(message, scene("task", language=language))
    assert understood.wants(Intent.WANT_PERSON)
    assert {update.slot for update in understood.updates} <= {"contact_time"}


@in_languages(
    en=("customers call me all day long and I have to ring them back",),
    es=("las clientas me llaman a todas horas",),
    de=("es klappt, wenn mich abends keiner mehr anruft",),
    fr=("on m'appelle tout le temps pour rien",),
    pt=("que os clientes me liguem menos",),
)
def test_who_is_called_by_customers_wishes_no_call(language: str, message: str) -> None:
    assert not read(message, scene("success_measure", language=language)).wants(Intent.WANT_PERSON)


@pytest.mark.parametrize(
    ("texts", "told", "is_unfinished"),
    [
        (["so we"], set(), True),
        (["Thank you very much."], set(), False),
        (["a bakery"], {"business_type"}, False),
        (["a bakery", "12 employees"], {"business_type", "team_size"}, True),
    ],
)
def test_a_fragment_waits_for_what_follows(texts: list[str], told: set[str], is_unfinished: bool) -> None:
    messages = [Message(turn_id=NOW, text=text) for text in texts]
    understood = understand(messages, scene("business_type" if told else None), SHIPPED)
    assert {update.slot for update in understood.updates} == told
    assert seems_unfinished(messages, understood) is is_unfinished


@in_languages(
    de=("Darf ich fragen, ob ich hier mit einem Menschen schreibe?",),
    en=("Am I talking to a real person?",),
    es=("¿Estoy hablando con una persona?",),
    fr=("Est-ce que je parle à une personne ?",),
    pt=("Estou falando com uma pessoa?",),
)
def test_who_asks_what_we_are_asks_for_no_person(language: str, message: str) -> None:
    understood = read(message, scene("team_size", language=language))
    assert understood.questions == ("identity",)
    assert not understood.wants(Intent.WANT_PERSON)
