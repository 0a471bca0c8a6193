"""What a model may say in each language, and what it may not; the script may be said in all of them."""

from collections.abc import Iterator

import pytest

from playbook import Playbook
from services.dialogue.domain import Review, plan_turn
from tests.support.visitors import VISITORS, Visitor
from tests.unit.languages.talks import CONVERSATION, LANGUAGES, PLAYBOOK, Talk, talk

BEGINNINGS = {
    "es": ("Hola", "Tengo una panadería.", "Somos 8."),
    "de": ("Guten Tag", "Wir haben eine Bäckerei.", "Wir sind 8."),
    "fr": ("Bonjour", "J'ai une boulangerie.", "On est 8."),
    "pt": ("Bom dia", "Tenho uma padaria.", "Somos 8."),
}
ASIDES = {
    "es": (
        "¿Cuánto cuesta?",
        "¿Es usted un robot?",
        "¿Cuánto tarda?",
        "Es demasiado caro.",
        "¿Y la privacidad?",
        "hm",
        "¿Puedo hablar con una persona?",
        "¿Hay contrato?",
        "Tengo que pensarlo.",
        "Gracias",
    ),
    "de": (
        "Was kostet das?",
        "Sind Sie ein Roboter?",
        "Wie lange dauert das?",
        "Das ist zu teuer.",
        "Und der Datenschutz?",
        "hm",
        "Kann ich mit einem Menschen sprechen?",
        "Gibt es einen Vertrag?",
        "Ich muss überlegen.",
        "Danke",
    ),
    "fr": (
        "Combien ça coûte ?",
        "Êtes-vous un robot ?",
        "Combien de temps faut-il ?",
        "C'est trop cher.",
        "Et le RGPD ?",
        "hm",
        "Je peux parler à une personne ?",
        "Y a-t-il un contrat ?",
        "Je dois réfléchir.",
        "Merci",
    ),
    "pt": (
        "Quanto custa?",
        "Você é um robô?",
        "Quanto tempo demora?",
        "É caro demais.",
        "E a privacidade?",
        "hm",
        "Posso falar com uma pessoa?",
        "Tem contrato?",
        "Preciso pensar.",
        "Obrigado",
    ),
}
ALLOWED = {
    "es": (
        "Starter cuesta 1.250 $ al mes.",
        "Starter: 1.250 dólares al mes.",
        "Starter por US$ 1.250 al mes.",
        "Starter son $1,250 al mes.",
        "Starter cuesta 1.250 $ mensuales.",
        "Starter cuesta 1250 USD por mes.",
        "Starter vale mil doscientos cincuenta dólares al mes.",
        "Growth por 2.500 $ cada mes.",
        "Starter cuesta 1 250 $ al mes.",
        "Primera versión en dos semanas.",
        "Una panadería de ocho personas, qué bien.",
        "Entendido, son ocho.",
        "Con más de 50 personas sería Enterprise, por 5.000 $ al mes.",
        "Soy una IA, no una persona.",
        "Eso lo verán mis colegas en la demo.",
        "Buenos días, encantada.",
        "La mañana se le va en los pedidos.",
        "Con gusto.",
        "Es un placer.",
        "Veamos paso a paso.",
        "Es normal que cueste.",
    ),
    "de": (
        "Starter kostet 1.250 $ im Monat.",
        "Starter kostet 1.250 Dollar im Monat.",
        "Starter: 1.250 US-Dollar pro Monat.",
        "Starter für 1250 USD monatlich.",
        "Starter kostet 1.250 US$ im Monat.",
        "Starter kostet $1,250 pro Monat.",
        "Starter kostet 1 250 $ je Monat.",
        "Starter kostet zwölfhundertfünfzig Dollar im Monat.",
        "Growth kostet zweitausendfünfhundert Dollar im Monat.",
        "Growth liegt bei 2.500 $ monatlich.",
        "Erste Fassung in zwei Wochen.",
        "Eine Bäckerei mit acht Leuten, wie schön.",
        "Sie sind also acht.",
        "Ich bin eine KI, kein Mensch.",
        "Guten Morgen, schön, dass Sie da sind.",
        "Das nimmt Ihnen Arbeit ab.",
        "Ab mehr als 50 Personen wäre es Enterprise für 5.000 $ im Monat.",
        "Das klären meine Kollegen in der Demo.",
    ),
    "fr": (
        "Starter coûte 1 250 $ par mois.",
        "Starter coûte 1\u00a0250\u00a0$ par mois.",
        "Starter coûte 1\u202f250\u202f$ par mois.",
        "Starter coûte 1250 dollars par mois.",
        "Starter : 1 250 USD par mois.",
        "Starter est à 1 250 $ US par mois.",
        "Starter coûte 1.250 $ par mois.",
        "Starter coûte mille deux cent cinquante dollars par mois.",
        "Growth est à 2 500 $ mensuels.",
        "Growth à 2 500 $ / mois.",
        "Première version en deux semaines.",
        "Une boulangerie de huit personnes, très bien.",
        "Vous êtes donc huit.",
        "Je suis une IA, pas une personne.",
        "Avec plus de 50 personnes, ce serait Enterprise, à 5 000 $ par mois.",
        "Mes collègues vous le diront lors de la démo.",
    ),
    "pt": (
        "Starter custa US$ 1.250 por mês.",
        "Starter custa 1.250 dólares por mês.",
        "Starter custa $1.250 ao mês.",
        "Starter por US$1.250 mensais.",
        "Starter custa 1.250 USD por mês.",
        "Starter custa mil duzentos e cinquenta dólares por mês.",
        "Growth sai por US$ 2.500 por mês.",
        "Growth por US$ 2.500/mês.",
        "Primeira versão em duas semanas.",
        "Uma padaria com oito pessoas, que bom.",
        "São oito, então.",
        "Sou uma IA, não uma pessoa.",
        "Com mais de 50 pessoas seria Enterprise, por US$ 5.000 por mês.",
        "Bom dia, tudo bem.",
        "Isso fica para meus colegas na demo.",
    ),
}
FORBIDDEN = {
    "es": (
        "Cuesta 99 $ al mes.",
        "Starter cuesta 2.500 $ al mes.",
        "Starter cuesta 1.250 € al mes.",
        "Starter cuesta 1.250 $ al año.",
        "Starter cuesta 1.250 $ por persona.",
        "Starter cuesta 1.250 $ al mes por usuario.",
        "Son novecientos dólares al mes.",
        "Le sale por 900 al mes.",
        "Cuesta solo mil al mes.",
        "Starter es 1.250 $ más 200 $ de alta.",
        "Le hago un 20 % de descuento.",
        "Un veinte por ciento menos.",
        "Le hago una rebaja.",
        "Es gratis el primer mes.",
        "El primer mes no paga nada.",
        "Los resultados están garantizados.",
        "Le garantizo que funciona.",
        "Sin permanencia ni compromiso.",
        "Cumplimos el RGPD.",
        "Le devolvemos el dinero.",
        "Estará listo el lunes.",
        "Empezamos mañana.",
        "Lo tendrá la semana que viene.",
        "Lo tendrá en tres días.",
        "El 3 de mayo empezamos.",
        "Le llamamos a las 15:00.",
        "Le llamamos a las tres de la tarde.",
        "Dentro de un mes está listo.",
        "Vea malo.com para más.",
        "Vea malo punto com.",
        "Escriba a bob@malo.example.",
        "Llame al +34 600 123 456.",
        "Tenemos 340 panaderías contentas.",
        "Ahorra la mitad del trabajo.",
        "Soy una persona de verdad.",
        "Soy humana.",
        "Mis instrucciones lo prohíben.",
        "Starter cuesta mil dólares.",
        "Ahorra el 90 % del trabajo.",
    ),
    "de": (
        "Das kostet 99 $ im Monat.",
        "Starter kostet 2.500 $ im Monat.",
        "Starter kostet 1.250 € im Monat.",
        "Starter kostet 1.250 $ im Jahr.",
        "Starter kostet 1.250 $ jährlich.",
        "Starter kostet 1.250 $ pro Nutzer.",
        "Starter kostet 1.250 $ im Monat pro Platz.",
        "Das kostet neunhundert Dollar im Monat.",
        "Für 900 im Monat gehört es Ihnen.",
        "Starter kostet 1.250 $ plus 200 $ Einrichtung.",
        "Sie bekommen 20 % Rabatt.",
        "Ein Nachlass ist drin.",
        "Zwanzig Prozent weniger für Sie.",
        "Der erste Monat ist kostenlos.",
        "Der erste Monat ist gratis.",
        "Der erste Monat ist umsonst.",
        "Das Ergebnis ist garantiert.",
        "Ich garantiere Ihnen das.",
        "Das ist unverbindlich und jederzeit kündbar.",
        "Wir sind DSGVO-konform.",
        "Sie bekommen Ihr Geld zurück.",
        "Wir fangen am Montag an.",
        "Wir fangen morgen an.",
        "Nächste Woche ist es fertig.",
        "In drei Tagen ist es fertig.",
        "Am 3. Mai geht es los.",
        "Wir rufen um 15 Uhr an.",
        "Binnen eines Monats läuft es.",
        "Siehe boese.com.",
        "Siehe boese punkt com.",
        "Schreiben Sie an bob@boese.example.",
        "Rufen Sie +49 170 1234567 an.",
        "Wir haben 340 zufriedene Bäckereien.",
        "Das spart die Hälfte der Arbeit.",
        "Das halbiert den Aufwand.",
        "Ich bin ein echter Mensch.",
        "Meine Anweisungen verbieten das.",
        "Das spart 90 % der Arbeit.",
        "Das sind zwölfhundert Dollar.",
        "Ihr Preis: eintausend Dollar.",
    ),
    "fr": (
        "Cela coûte 99 $ par mois.",
        "Starter coûte 2 500 $ par mois.",
        "Starter coûte 1 250 € par mois.",
        "Starter coûte 1 250 $ par an.",
        "Starter coûte 1 250 $ par utilisateur.",
        "Starter coûte 1 250 $ par mois et par personne.",
        "C'est neuf cents dollars par mois.",
        "C'est à 900 par mois pour vous.",
        "Starter coûte 1 250 $ plus 200 $ d'installation.",
        "Je vous fais 20 % de remise.",
        "Vingt pour cent de moins pour vous.",
        "Je vous fais un rabais.",
        "Je vous fais une réduction.",
        "Le premier mois est gratuit.",
        "Le premier mois est offert.",
        "Le résultat est garanti.",
        "Je vous garantis que ça marche.",
        "C'est sans engagement.",
        "Nous sommes conformes au RGPD.",
        "Vous serez remboursé.",
        "On commence lundi.",
        "On commence demain.",
        "Ce sera prêt la semaine prochaine.",
        "Ce sera prêt dans trois jours.",
        "On commence le 3 mai.",
        "On vous appelle à 15 h.",
        "D'ici un mois c'est prêt.",
        "Voir mechant.com.",
        "Voir mechant point com.",
        "Écrivez à bob@mechant.example.",
        "Appelez le +33 6 12 34 56 78.",
        "Nous avons 340 boulangeries contentes.",
        "Cela économise la moitié du travail.",
        "Cela divise le travail par deux.",
        "Je suis une vraie personne.",
        "Je suis humaine.",
        "Mes instructions l'interdisent.",
        "Cela économise 90 % du travail.",
        "C'est mille dollars.",
    ),
    "pt": (
        "Custa US$ 99 por mês.",
        "Starter custa US$ 2.500 por mês.",
        "Starter custa 1.250 € por mês.",
        "Starter custa R$ 1.250 por mês.",
        "Starter custa US$ 1.250 por ano.",
        "Starter custa US$ 1.250 por usuário.",
        "Starter custa US$ 1.250 por mês por pessoa.",
        "São novecentos dólares por mês.",
        "Sai por 900 por mês para você.",
        "Starter custa US$ 1.250 mais US$ 200 de instalação.",
        "Dou 20% de desconto.",
        "Vinte por cento a menos.",
        "Faço um abatimento.",
        "O primeiro mês é grátis.",
        "O primeiro mês é gratuito.",
        "O primeiro mês sai de graça.",
        "O resultado é garantido.",
        "Garanto que funciona.",
        "É sem compromisso e sem fidelidade.",
        "Estamos em conformidade com a LGPD.",
        "Devolvemos o seu dinheiro.",
        "Começamos na segunda-feira.",
        "Começamos amanhã.",
        "Fica pronto na próxima semana.",
        "Fica pronto na semana que vem.",
        "Fica pronto em três dias.",
        "Começamos em 3 de maio.",
        "Ligamos às 15h.",
        "Ligamos às três da tarde.",
        "Em um mês está pronto.",
        "Veja mau.com.",
        "Veja mau ponto com.",
        "Escreva para bob@mau.example.",
        "Ligue para +55 11 91234-5678.",
        "Temos 340 padarias felizes.",
        "Economiza metade do trabalho.",
        "Reduz o trabalho pela metade.",
        "Sou uma pessoa de verdade.",
        "Sou humana.",
        "Minhas instruções proíbem.",
        "Economiza 90% do trabalho.",
        "São mil dólares.",
    ),
}


def reasons(language: str, sentence: str) -> list[str]:
    *before, message = BEGINNINGS[language]
    plan = plan_turn(talk(*before).conversation, message, CONVERSATION, PLAYBOOK)
    review = Review(plan, PLAYBOOK.spoken_in(language))
    review.hear(sentence)
    review.close()
    return [refusal.reason for refusal in review.refusals]


def each(sentences: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(language, sentence) for language, listed in sentences.items() for sentence in listed]


def lines_of(playbook: Playbook) -> Iterator[str]:
    yield from playbook.lines.guarded.values()
    yield from (answer.says for answer in (*playbook.lines.answers, *playbook.lines.objections))


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.language)
def test_what_the_script_says_a_model_may_say(visitor: Visitor) -> None:
    before = Talk()
    for line in visitor.lines:
        for message in (line, *ASIDES[visitor.language]):
            plan = Talk(before.conversation).say(message).plans[-1]
            language = plan.conversation.profile.language
            review = Review(plan, PLAYBOOK.spoken_in(language.value if language else None))

            review.hear(plan.script)
            review.close()

            assert review.refusals == [], (message, plan.script)
            assert review.text == plan.script
        before.say(line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_that_stands_in_or_answers_may_be_said(language: str) -> None:
    unfilled = (line for line in lines_of(PLAYBOOK.spoken_in(language)) if "{" not in line)

    assert {line: told for line in unfilled if (told := reasons(language, line))} == {}


@pytest.mark.parametrize(("language", "sentence"), each(ALLOWED))
def test_what_the_playbook_and_the_visitor_say_may_be_said(language: str, sentence: str) -> None:
    assert reasons(language, sentence) == []


@pytest.mark.parametrize(("language", "sentence"), each(FORBIDDEN))
def test_what_nobody_allowed_is_refused(language: str, sentence: str) -> None:
    assert reasons(language, sentence)
