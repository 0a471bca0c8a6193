"""Who says to be an AI is known, in each language that we speak; whoever speaks of one is a person."""

import pytest

from chassis.mail import discloses_ai, parse_mail
from tests.support.playbooks import SHIPPED

OURS = [each.company.disclosure for each in (SHIPPED, *SHIPPED.languages.values())]


@pytest.mark.parametrize(
    "text",
    [
        *OURS,
        "Thanks!\n\nI'm Max, the virtual AI assistant\nof Other Agents.",
        "I am an AI-powered assistant, and not a person.",
        "This is Nova, your AI sales agent at Acme.",
        "Ich bin die virtuelle KI-Assistentin von Beispiel.",
        "Sono Lia, l'assistente di IA di Esempio.",
        "Ik ben Sam, de AI-assistent van Voorbeeld.",
    ],
)
def test_who_says_to_be_an_ai_is_one(text: str) -> None:
    assert discloses_ai(text)


@pytest.mark.parametrize(
    "text",
    [
        "Are you an AI assistant?",
        "I'm interested in an AI assistant for our front desk.",
        "I am not an AI assistant, I hope you are not one either.",
        "I'm an AI agent developer, and we need one for quotes.",
        "I'm Omar, the owner. Is this an AI agent of Insta Agents?",
        "So you are the AI assistant of Insta Agents.",
        "Dana Ruiz\nHead of AI, Ruiz Dental",
        "Virtual assistant to Dana Ruiz",
        "Ich bin an einem KI-Assistenten interessiert.",
        "Soy dueña de una clínica y busco un asistente de IA.",
        "Je suis intéressé par un assistant IA.",
    ],
)
def test_who_speaks_of_an_ai_is_none(text: str) -> None:
    assert not discloses_ai(text)


@pytest.mark.parametrize("author", ["model", "playbook", "person"])
def test_our_own_header_is_believed_where_a_relay_dropped_the_usual_ones(author: str) -> None:
    mail = f"From: Ada <ada@other.example>\r\nX-Written-By: {author}\r\n\r\nHow many are you?"
    assert parse_mail(mail.encode()).kind == ("human_reply" if author == "person" else "auto_reply")
