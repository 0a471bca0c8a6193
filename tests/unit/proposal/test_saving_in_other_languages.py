"""What is won when the visitor's own measure is met, told in the languages of the playbook."""

import pytest

from contracts.values import Profile
from services.proposal.domain.saving import hours_saved, with_unit
from tests.unit.proposal.builders import PLAYBOOK, told


def won(code: str, measure: str, hours: float = 25.0) -> float | None:
    profile = Profile(hours_per_week=told(hours), success_measure=told(measure))
    return hours_saved(profile, PLAYBOOK.spoken_in(code).listening)


@pytest.mark.parametrize(
    ("code", "measure", "saved"),
    [
        ("es", "si bajamos de 5", 20),
        ("es", "bajamos a menos de 5", 20),
        ("es", "bajarlo a 5 horas", 20),
        ("es", "menos de cinco horas a la semana", 20),
        ("es", "que nos lleve menos de 5h", 20),
        ("es", "por debajo de las 2,5 horas", 22.5),
        ("es", "pasar de 25 a 5 horas", 20),
        ("es", "como máximo 5", 20),
        ("es", "no más de veinte horas por semana", 5),
        ("es", "ahorrar 10 horas a la semana", 10),
        ("es", "10 horas menos", 10),
        ("es", "menos de una hora", 24),
        ("es", "bajarlo de 25 a 5", 20),
        ("es", "la mitad del tiempo", 12.5),
        ("es", "reducir el tiempo a la mitad", 12.5),
        ("de", "wenn wir unter 5 kommen", 20),
        ("de", "wir auf unter 5 kommen", 20),
        ("de", "Unter 5 Stunden pro Woche", 20),
        ("de", "weniger als fünf Stunden", 20),
        ("de", "wenn es nur noch 5 Stunden dauert", 20),
        ("de", "auf 5 Stunden kommen", 20),
        ("de", "von 25 auf 5", 20),
        ("de", "höchstens 2,5 Std", 22.5),
        ("de", "unter fünfzehn Wochenstunden", 10),
        ("de", "10 Stunden pro Woche sparen", 10),
        ("de", "wenn wir 10 Stunden weniger brauchen", 10),
        ("de", "weniger als eine Stunde", 24),
        ("de", "die Hälfte der Zeit", 12.5),
        ("de", "die Zeit halbieren", 12.5),
        ("fr", "si on passe sous 5", 20),
        ("fr", "nous passions sous les 5 heures", 20),
        ("fr", "moins de cinq heures par semaine", 20),
        ("fr", "qu\u2019on descende en dessous de 5h", 20),
        ("fr", "passer de 25 à 5 heures", 20),
        ("fr", "descendre à 5 heures", 20),
        ("fr", "5 heures au maximum", 20),
        ("fr", "que ça prenne moins de 2,5 heures", 22.5),
        ("fr", "gagner 10 heures par semaine", 10),
        ("fr", "10 heures de moins", 10),
        ("fr", "moins d'une heure", 24),
        ("fr", "on n'y passe plus que 5 heures", 20),
        ("fr", "la moitié du temps", 12.5),
        ("fr", "réduire le temps de moitié", 12.5),
        ("pt", "se ficarmos abaixo de 5", 20),
        ("pt", "ficasse abaixo de 5", 20),
        ("pt", "menos de cinco horas por semana", 20),
        ("pt", "baixar para 5 horas", 20),
        ("pt", "cair de 25 para 5 horas", 20),
        ("pt", "no máximo 5h", 20),
        ("pt", "que isso leve menos de 2,5 horas", 22.5),
        ("pt", "poupar 10 horas por semana", 10),
        ("pt", "10 horas a menos", 10),
        ("pt", "menos do que uma hora", 24),
        ("pt", "baixarmos das 5 horas", 20),
        ("pt", "metade do tempo", 12.5),
        ("pt", "reduzir o tempo pela metade", 12.5),
    ],
)
def test_hours_are_won_where_the_visitor_says_how_many(code: str, measure: str, saved: float) -> None:
    assert won(code, measure) == saved


@pytest.mark.parametrize(
    ("code", "measure"),
    [
        ("es", "menos de 5 euros"),
        ("es", "en menos de 5 minutos"),
        ("es", "en menos de 5 horas"),
        ("es", "responder en menos de 5 horas"),
        ("es", "5 % menos"),
        ("es", "menos de 5 %"),
        ("es", "menos de cinco llamadas"),
        ("es", "menos de 30 horas"),
        ("es", "menos de 5 horas al día"),
        ("es", "la mitad de llamadas"),
        ("es", "tenerlo todo el día 5"),
        ("es", "a las 5"),
        ("es", "ahorrar 10 euros"),
        ("es", "más de 5"),
        ("es", "si pasamos de 5"),
        ("es", "de 25 euros a 5"),
        ("es", "bajamos a 5 personas"),
        ("de", "unter 5 Euro"),
        ("de", "in weniger als 5 Minuten"),
        ("de", "in unter 5 Stunden"),
        ("de", "Antwort innerhalb einer Stunde"),
        ("de", "5 % weniger"),
        ("de", "unter 5 Prozent"),
        ("de", "weniger als fünf Anrufe"),
        ("de", "unter 30 Stunden"),
        ("de", "unter 5 Stunden am Tag"),
        ("de", "halb so viele Anrufe"),
        ("de", "wenn das Telefon nur noch halb so oft klingelt"),
        ("de", "nicht unter 5"),
        ("de", "weniger als 5 Stunden Wartezeit"),
        ("de", "unter fünf Euro"),
        ("de", "Angebote nach zwei Tagen zurück"),
        ("de", "30 Stunden sparen"),
        ("fr", "moins de 5 euros"),
        ("fr", "en moins de 5 minutes"),
        ("fr", "en moins de 5 heures"),
        ("fr", "répondre sous 5 heures"),
        ("fr", "5 % de moins"),
        ("fr", "moins de 5 %"),
        ("fr", "moins de cinq appels"),
        ("fr", "passer sous 30 heures"),
        ("fr", "moins de 5 heures par jour"),
        ("fr", "moitié moins d'absences"),
        ("fr", "répondre dans l'heure"),
        ("fr", "gagner 10 clients"),
        ("fr", "plus que 5 heures"),
        ("fr", "moins de 5 heures d'attente"),
        ("pt", "menos de 5 euros"),
        ("pt", "em menos de 5 minutos"),
        ("pt", "em menos de 5 horas"),
        ("pt", "responder em menos de 5 horas"),
        ("pt", "5 % menos"),
        ("pt", "menos de 5 %"),
        ("pt", "menos de cinco chamadas"),
        ("pt", "menos de 30 horas"),
        ("pt", "menos de 5 horas por dia"),
        ("pt", "metade das chamadas"),
        ("pt", "responder numa hora"),
        ("pt", "poupar 30 horas"),
        ("pt", "passar de 5"),
    ],
)
def test_nothing_is_won_on_paper_that_the_visitor_did_not_say(code: str, measure: str) -> None:
    assert won(code, measure) is None


@pytest.mark.parametrize(
    ("code", "measure", "read"),
    [
        ("es", "bajamos a menos de 5", "bajamos a menos de 5 horas a la semana"),
        ("es", "menos de 5 horas", "menos de 5 horas"),
        ("de", "wir auf unter 5 kommen", "wir auf unter 5 Stunden pro Woche kommen"),
        ("de", "unter 5 pro Woche", "unter 5 pro Woche"),
        ("fr", "on passe sous cinq", "on passe sous cinq heures par semaine"),
        ("pt", "ficasse abaixo de 5", "ficasse abaixo de 5 horas por semana"),
        ("pt", "menos chamadas", "menos chamadas"),
    ],
)
def test_a_measure_that_leaves_the_hours_out_is_read_with_them(code: str, measure: str, read: str) -> None:
    playbook = PLAYBOOK.spoken_in(code)

    assert with_unit(measure, playbook.proposal_page.hours_a_week, playbook.listening) == read


@pytest.mark.parametrize("code", PLAYBOOK.languages)
def test_a_long_goal_is_read_in_no_time(code: str) -> None:
    listening = PLAYBOOK.spoken_in(code).listening
    assert listening is not None
    words = " ".join((*listening.savings.leads, *listening.savings.tails)).replace("*", "")

    assert won(code, f"{words} {words} {words}"[:2_000]) is None
