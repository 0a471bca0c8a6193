"""What visitors mean is heard in their language: questions, worries, wishes, a yes and a no."""

import pytest

from tests.support.visitors import VISITORS
from tests.unit.languages.talks import PLAYBOOK, Talk, talk

VISITOR_OF = {visitor.language: visitor for visitor in VISITORS}


def shown_the_proposal(language: str) -> Talk:
    return talk(*VISITOR_OF[language].lines[:6])


@pytest.mark.parametrize(
    ("language", "message", "signal"),
    [
        ("es", "¿Cuánto cuesta?", "question_price"),
        ("es", "cual es el precio", "question_price"),
        ("es", "¿Es usted un robot?", "question_bot"),
        ("es", "Quiero hablar con una persona", "question_human"),
        ("es", "¿A qué se dedican ustedes?", "question_known"),
        ("es", "¿Hacen también páginas web para perros?", "question_other"),
        ("es", "No, gracias, no me interesa.", "decline"),
        ("es", "Quiero reservar una demo", "wants_demo"),
        ("de", "Was kostet das?", "question_price"),
        ("de", "Wie teuer ist das denn", "question_price"),
        ("de", "Sind Sie ein Roboter?", "question_bot"),
        ("de", "Ich möchte mit einem Menschen sprechen", "question_human"),
        ("de", "Was machen Sie eigentlich?", "question_known"),
        ("de", "Bauen Sie auch Webseiten für Hunde?", "question_other"),
        ("de", "Nein danke, kein Interesse.", "decline"),
        ("de", "Ich möchte eine Demo buchen", "wants_demo"),
        ("fr", "Combien ça coûte ?", "question_price"),
        ("fr", "quels sont vos tarifs", "question_price"),
        ("fr", "Êtes-vous un robot ?", "question_bot"),
        ("fr", "Je voudrais parler à une vraie personne", "question_human"),
        ("fr", "Que faites-vous exactement ?", "question_known"),
        ("fr", "Faites-vous aussi des sites pour les chiens ?", "question_other"),
        ("fr", "Non merci, ça ne m'intéresse pas.", "decline"),
        ("fr", "Je voudrais réserver une démo", "wants_demo"),
        ("pt", "Quanto custa?", "question_price"),
        ("pt", "qual é o preço", "question_price"),
        ("pt", "Você é um robô?", "question_bot"),
        ("pt", "Quero falar com uma pessoa", "question_human"),
        ("pt", "O que vocês fazem?", "question_known"),
        ("pt", "Vocês também fazem sites para cachorros?", "question_other"),
        ("pt", "Não, obrigada, não me interessa.", "decline"),
        ("pt", "Quero agendar uma demonstração", "wants_demo"),
    ],
)
def test_a_question_or_a_no_is_heard_at_any_time(language: str, message: str, signal: str) -> None:
    assert talk(VISITOR_OF[language].lines[0], message).signal == signal


@pytest.mark.parametrize(
    ("language", "message", "signal"),
    [
        ("es", "Me gusta, adelante", "accept"),
        ("es", "sí", "accept"),
        ("es", "No me convence", "reluctance"),
        ("es", "Es demasiado caro", "objection"),
        ("es", "Tengo que pensarlo", "objection"),
        ("es", "Quite los recordatorios", "change"),
        ("es", "No cambiaría nada", "accept"),
        ("de", "Passt so", "accept"),
        ("de", "ja", "accept"),
        ("de", "Das gefällt mir nicht", "reluctance"),
        ("de", "Das ist zu teuer", "objection"),
        ("de", "Das muss ich mit meinem Partner besprechen", "objection"),
        ("de", "Bitte die Erinnerungen weglassen", "change"),
        ("de", "Ich würde nichts ändern", "accept"),
        ("fr", "Ça me convient", "accept"),
        ("fr", "oui", "accept"),
        ("fr", "Ça ne me convient pas", "reluctance"),
        ("fr", "C'est trop cher", "objection"),
        ("fr", "Je dois y réfléchir", "objection"),
        ("fr", "Enlevez les rappels", "change"),
        ("fr", "Je ne changerais rien", "accept"),
        ("pt", "Gostei, pode seguir", "accept"),
        ("pt", "sim", "accept"),
        ("pt", "Não gostei", "reluctance"),
        ("pt", "É muito caro", "objection"),
        ("pt", "Preciso pensar um pouco", "objection"),
        ("pt", "Tire os lembretes", "change"),
        ("pt", "Não mudaria nada", "accept"),
    ],
)
def test_what_a_visitor_makes_of_the_proposal_is_heard(language: str, message: str, signal: str) -> None:
    assert shown_the_proposal(language).say(message).signal == signal


@pytest.mark.parametrize("language", VISITOR_OF)
def test_prices_are_named_from_the_catalogue_and_the_question_comes_again(language: str) -> None:
    ask = {
        "es": "¿Cuánto cuesta?",
        "de": "Was kostet das?",
        "fr": "Combien ça coûte ?",
        "pt": "Quanto custa?",
    }
    spoken = PLAYBOOK.spoken_in(language).language

    reply = talk(VISITOR_OF[language].lines[0], ask[language]).reply

    assert all(spoken.price_of(tier.monthly_price_usd) in reply for tier in PLAYBOOK.catalogue)
    assert reply.endswith("?")


@pytest.mark.parametrize("language", VISITOR_OF)
def test_a_wish_stands_in_the_new_proposal_as_it_was_said(language: str) -> None:
    wishes = {"es": "Añada un resumen semanal", "de": "Bitte einen Wochenbericht hinzufügen"}
    wishes |= {"fr": "Ajoutez un résumé hebdomadaire", "pt": "Inclua um resumo semanal"}

    told = shown_the_proposal(language).say(wishes[language])

    assert told.conversation.revision == 2
    assert wishes[language] in told.reply


@pytest.mark.parametrize(
    ("language", "wish", "tool"),
    [
        ("es", "Está bien, pero quite Gmail.", "Gmail"),
        ("de", "Bitte Outlook weglassen", "Outlook"),
        ("fr", "Enlevez Gmail s'il vous plaît", "Gmail"),
        ("pt", "gostei, mas tira o WhatsApp", "WhatsApp"),
    ],
)
def test_what_is_to_be_left_out_is_left_out(language: str, wish: str, tool: str) -> None:
    proposal = shown_the_proposal(language).say(wish).conversation.proposal

    assert proposal is not None
    assert tool not in proposal.integrations
    assert tool in proposal.out_of_scope
    assert len(proposal.integrations) == 2


@pytest.mark.parametrize("language", VISITOR_OF)
def test_a_no_ends_politely_in_the_visitors_language(language: str) -> None:
    no = {"es": "No, gracias.", "de": "Nein danke.", "fr": "Non merci.", "pt": "Não, obrigado."}

    told = shown_the_proposal(language).say(no[language])

    assert told.conversation.closed
    assert told.reply == PLAYBOOK.spoken_in(language).lines.goodbye


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "Depende del precio. ¿Cuánto pago al mes?"),
        ("es", "¿y los precios?"),
        ("de", "Kommt auf den Preis an. Was zahle ich im Monat?"),
        ("de", "Wie hoch sind die Kosten?"),
        ("fr", "Ça dépend du prix. Je paie combien par mois ?"),
        ("fr", "et les tarifs ?"),
        ("pt", "Depende do preço. Quanto pago por mês?"),
        ("pt", "e os preços?"),
    ],
)
def test_after_a_question_about_the_price_the_open_question_is_asked_again(
    language: str, message: str
) -> None:
    told = talk(VISITOR_OF[language].lines[0])
    asked = told.conversation.open_question

    told.say(message)

    assert told.signal == "question_price"
    assert told.conversation.open_question == asked
    assert asked not in told.conversation.skipped


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "Miro las medidas, calculo el precio y lo envío"),
        ("de", "Wir lesen die Anfrage, rechnen den Preis aus, der Preis wird geprüft"),
        ("fr", "On lit la demande, on calcule le prix et on envoie le devis"),
        ("pt", "Lemos o pedido, calculamos o preço e enviamos"),
    ],
)
def test_a_step_about_a_price_asks_for_none(language: str, message: str) -> None:
    assert talk(VISITOR_OF[language].lines[0], message).signal != "question_price"
