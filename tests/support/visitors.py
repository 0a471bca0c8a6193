"""One cooperative visitor a language, and what is known of them in the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """What they say, what is learned of it, and the tier that fits them."""

    language: str
    lines: tuple[str, ...]
    known: dict[str, object]
    tier: str


SPANISH = Visitor(
    "es",
    (
        "Hola, buenos días. Tengo una clínica dental pequeña con dos sedes.",
        "Somos 22 personas. Las llamadas para cambiar citas nos quitan muchísimo tiempo.",
        "Cambiar las citas, eso lo automatizaría primero.",
        "El paciente llama, miramos el calendario, ofrecemos dos huecos, confirmamos y actualizamos la ficha."
        " No debe tocar las preguntas sobre seguros.",
        "Usamos Google Calendar, Gmail y un programa llamado Dentrix.",
        "Unas veinticinco horas a la semana. Funcionaría si bajamos a menos de 5.",
        "Me llamo Ana Pérez, ana@clinica-perez.example.",
        "Me parece bien, adelante.",
        "Sí, envíeme el enlace, por favor.",
    ),
    {
        "business_type": "clínica dental pequeña",
        "team_size": 22,
        "challenge": "las llamadas para cambiar citas nos quitan muchísimo tiempo",
        "time_wasters": ("las llamadas para cambiar citas",),
        "task": "las llamadas para cambiar citas",
        "steps": (
            "el paciente llama",
            "miramos el calendario",
            "ofrecemos dos huecos",
            "confirmamos",
            "actualizamos la ficha",
        ),
        "out_of_scope": ("las preguntas sobre seguros",),
        "tools": ("Google Calendar", "Gmail", "Dentrix"),
        "hours_per_week": 25.0,
        "success_measure": "bajamos a menos de 5",
        "name": "Ana Pérez",
        "contact_email": "ana@clinica-perez.example",
        "language": "es",
    },
    "growth",
)
GERMAN = Visitor(
    "de",
    (
        "Guten Tag! Ich führe eine kleine Zahnarztpraxis mit zwei Standorten.",
        "Wir sind 22 Leute. Das Verschieben von Terminen kostet uns viel zu viel Zeit.",
        "Das Verschieben von Terminen würde ich zuerst abgeben.",
        "Der Patient ruft an, wir schauen in den Kalender, bieten zwei Termine an und aktualisieren die Akte."
        " Versicherungsfragen sollen bei uns bleiben.",
        "Wir nutzen Google Calendar, Outlook und ein Programm namens Dampsoft.",
        "Etwa fünfundzwanzig Stunden pro Woche. Ein Erfolg wäre es, wenn wir auf unter 5 kommen.",
        "Ich heiße Jana Weber, jana@praxis-weber.example.",
        "Das klingt gut, machen wir so.",
        "Ja, schicken Sie mir bitte den Link.",
    ),
    {
        "business_type": "kleine Zahnarztpraxis",
        "team_size": 22,
        "challenge": "das Verschieben von Terminen kostet uns viel zu viel Zeit",
        "time_wasters": ("das Verschieben von Terminen",),
        "task": "das Verschieben von Terminen",
        "steps": (
            "der Patient ruft an",
            "wir schauen in den Kalender",
            "bieten zwei Termine an",
            "aktualisieren die Akte",
        ),
        "out_of_scope": ("Versicherungsfragen",),
        "tools": ("Google Calendar", "Outlook", "Dampsoft"),
        "hours_per_week": 25.0,
        "success_measure": "wir auf unter 5 kommen",
        "name": "Jana Weber",
        "contact_email": "jana@praxis-weber.example",
        "language": "de",
    },
    "growth",
)
FRENCH = Visitor(
    "fr",
    (
        "Bonjour, je dirige un petit cabinet dentaire avec deux adresses.",
        "Nous sommes 6. Le report des rendez-vous nous prend énormément de temps.",
        "Le report des rendez-vous, en premier.",
        "Le patient appelle, nous regardons l'agenda, nous proposons deux créneaux, puis nous mettons à jour"
        " le dossier. Il ne doit pas toucher aux questions d'assurance.",
        "Nous utilisons Google Calendar, Gmail et un logiciel appelé Julie.",
        "Environ vingt-cinq heures par semaine. Ce serait une réussite si nous passions sous les 5 heures.",
        "Je m'appelle Claire Fontaine, claire@cabinet-fontaine.example.",
        "Cela me convient, allons-y.",
        "Oui, envoyez-moi le lien s'il vous plaît.",
    ),
    {
        "business_type": "petit cabinet dentaire",
        "team_size": 6,
        "challenge": "le report des rendez-vous nous prend énormément de temps",
        "time_wasters": ("le report des rendez-vous",),
        "task": "le report des rendez-vous",
        "steps": (
            "le patient appelle",
            "nous regardons l'agenda",
            "nous proposons deux créneaux",
            "nous mettons à jour le dossier",
        ),
        "out_of_scope": ("questions d'assurance",),
        "tools": ("Google Calendar", "Gmail", "Julie"),
        "hours_per_week": 25.0,
        "success_measure": "nous passions sous les 5 heures",
        "name": "Claire Fontaine",
        "contact_email": "claire@cabinet-fontaine.example",
        "language": "fr",
    },
    "starter",
)
PORTUGUESE = Visitor(
    "pt",
    (
        "Olá, bom dia! Tenho uma clínica odontológica pequena com duas unidades.",
        "Somos 60 pessoas. A remarcação de consultas toma muito tempo da recepção.",
        "A remarcação de consultas, em primeiro lugar.",
        "O paciente liga, olhamos a agenda, oferecemos dois horários, confirmamos e depois atualizamos a"
        " ficha. Não deve mexer com perguntas sobre convênios.",
        "Usamos Google Calendar, WhatsApp e um sistema chamado Simples Dental.",
        "Umas vinte e cinco horas por semana. Daria certo se ficasse abaixo de 5.",
        "Meu nome é Beatriz Souza, beatriz@clinica-souza.example.",
        "Gostei, vamos em frente.",
        "Sim, pode me enviar o link, por favor.",
    ),
    {
        "business_type": "clínica odontológica pequena",
        "team_size": 60,
        "challenge": "a remarcação de consultas toma muito tempo da recepção",
        "time_wasters": ("a remarcação de consultas",),
        "task": "a remarcação de consultas",
        "steps": (
            "o paciente liga",
            "olhamos a agenda",
            "oferecemos dois horários",
            "confirmamos",
            "atualizamos a ficha",
        ),
        "out_of_scope": ("perguntas sobre convênios",),
        "tools": ("Google Calendar", "WhatsApp", "Simples Dental"),
        "hours_per_week": 25.0,
        "success_measure": "ficasse abaixo de 5",
        "name": "Beatriz Souza",
        "contact_email": "beatriz@clinica-souza.example",
        "language": "pt",
    },
    "enterprise",
)
VISITORS = (SPANISH, GERMAN, FRENCH, PORTUGUESE)
