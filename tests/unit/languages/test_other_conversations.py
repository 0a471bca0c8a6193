"""Visitors who are terse, say all at once, ask in between, object, wish for changes, or decline."""

from dataclasses import dataclass, field

import pytest

from tests.unit.languages.talks import talk


@dataclass(frozen=True)
class Other:
    """What a visitor says, the stage it ends in, and some of what is known then."""

    who: str
    lines: tuple[str, ...]
    known: dict[str, object] = field(default_factory=dict)
    ends_in: str = "book"


OTHERS = (
    Other(
        "a terse Spanish shop",
        (
            "buenas",
            "una tienda online de ropa infantil",
            "tres",
            "contestar siempre las mismas preguntas por whatsapp",
            "eso mismo",
            "entra el mensaje, busco el pedido, copio la respuesta y la mando",
            "whatsapp business y shopify",
            "15",
            "que contestemos en menos de 1 hora",
            "ok",
            "me gusta",
        ),
        {
            "business_type": "tienda online de ropa infantil",
            "team_size": 3,
            "task": "contestar siempre las mismas preguntas por whatsapp",
            "tools": ("WhatsApp", "Shopify"),
        },
    ),
    Other(
        "a Spanish adviser who says all at once",
        (
            "Hola! Soy asesora fiscal autónoma, trabajo sola."
            " Pierdo horas persiguiendo facturas de clientes, unas 6 horas a la semana."
            " Uso Holded y Gmail.",
            "¿Y esto cuánto me costaría?",
            "Las facturas.",
            "Primero miro quién debe, luego escribo un correo, espero una semana y vuelvo a escribir",
            "Que nadie me deba más de 30 días",
            "Está bien pero quite Holded",
            "perfecto",
            "sí, por favor. Laura Gil, laura@gil.example",
        ),
        {
            "business_type": "asesora fiscal",
            "team_size": 1,
            "time_wasters": ("persiguiendo facturas de clientes",),
            "hours_per_week": 6.0,
            "name": "Laura Gil",
            "tools": ("Gmail", "Holded"),
        },
    ),
    Other(
        "a German roofer",
        (
            "Moin, wir sind ein Dachdeckerbetrieb aus Kiel, 14 Leute.",
            "Angebote schreiben frisst jeden Abend",
            "Angebote schreiben",
            "Wir fahren hin, messen aus, machen Fotos, tippen alles in Excel und schicken ein PDF.",
            "Excel, Outlook",
            "zwei Stunden am Tag",
            "wenn ein Angebot in einer halben Stunde raus ist",
            "Sind Sie eigentlich ein Mensch?",
            "Hm, teuer?",
            "ja passt",
            "Ja gerne",
        ),
        {
            "business_type": "Dachdeckerbetrieb",
            "team_size": 14,
            "hours_per_week": 10.0,
            "tools": ("Excel", "Outlook"),
        },
    ),
    Other(
        "a French estate agency",
        (
            "Bonjour",
            "Une agence immobilière",
            "On est une vingtaine",
            "les visites à planifier, les relances et les comptes rendus",
            "les relances",
            "On reçoit une demande, on vérifie le bien, on propose trois créneaux et on relance deux fois",
            "Outlook et Notion",
            "je ne sais pas trop, peut-être 8 heures",
            "moins de demandes oubliées",
            "c'est trop cher pour nous",
            "d'accord",
            "oui volontiers, Marc Dubois marc@dubois-immo.example",
        ),
        {
            "business_type": "agence immobilière",
            "team_size": 20,
            "time_wasters": ("les visites à planifier", "les relances", "les comptes rendus"),
            "task": "les relances",
            "hours_per_week": 8.0,
            "tools": ("Outlook", "Notion"),
            "name": "Marc Dubois",
        },
    ),
    Other(
        "a Brazilian restaurant that asks for the price",
        (
            "Boa tarde, sou dono de um restaurante em Porto Alegre",
            "Na verdade queria saber o preço",
            "somos 18",
            "responder reservas no whatsapp e no instagram",
            "reservas",
            "o cliente manda mensagem, vejo a agenda, respondo o horário e anoto na planilha",
            "whatsapp e google sheets",
            "umas 12 horas",
            "quando ninguém esperar mais de 5 minutos",
            "gostei mas tira o instagram",
            "agora sim",
            "pode mandar",
        ),
        {
            "business_type": "restaurante",
            "team_size": 18,
            "hours_per_week": 12.0,
            "tools": ("WhatsApp", "Instagram", "Google Sheets"),
        },
    ),
    Other(
        "a Spanish garage",
        (
            "Hola, me llamo Carlos y tengo un taller mecánico en Valencia con 6 empleados."
            " Se nos va mucho tiempo en dar presupuestos por teléfono.",
            "Me gustaría automatizar los presupuestos",
            "Llaman, preguntamos el modelo y la avería, miramos precios en la hoja de Excel,"
            " hacemos el presupuesto y lo enviamos por WhatsApp."
            " El trato con el cliente debe quedar con nosotros.",
            "calculo que unas 2 horas diarias",
            "Con que sea la mitad ya estaría bien",
            "¿Es seguro con los datos de mis clientes?",
            "Me parece caro",
            "Vale, de acuerdo",
            "carlos@taller-lopez.example",
        ),
        {
            "business_type": "taller mecánico",
            "team_size": 6,
            "name": "Carlos",
            "task": "los presupuestos",
            "out_of_scope": ("el trato con el cliente",),
            "hours_per_week": 10.0,
            "contact_email": "carlos@taller-lopez.example",
        },
    ),
    Other(
        "a German adviser who works alone",
        (
            "Hallo, mein Name ist Petra Schuster. Ich bin selbstständige Steuerberaterin und arbeite allein.",
            "Belege von Mandanten nachfordern, das nervt am meisten",
            "Das Nachfordern der Belege",
            "Ich schaue, was fehlt, schreibe eine E-Mail, warte eine Woche und rufe dann an.",
            "DATEV und Outlook",
            "ca. 5 Std. pro Woche",
            "Wenn bis zum 5. des Monats alle Belege da sind",
            "Können wir auch Teams anbinden?",
            "Nein, das gefällt mir noch nicht",
            "Es sollte auch SMS schicken können",
            "Jetzt ist es gut",
            "Gern. petra@schuster-steuer.example",
        ),
        {
            "business_type": "Steuerberaterin",
            "team_size": 1,
            "name": "Petra Schuster",
            "task": "das Nachfordern der Belege",
            "tools": ("DATEV", "Outlook"),
            "hours_per_week": 5.0,
        },
    ),
    Other(
        "a French plumber who declines",
        (
            "bonjour, c'est pour savoir combien ça coûte",
            "je suis plombier, on est 4",
            "je passe mes soirées à faire des devis",
            "les devis",
            "je prends les mesures, je fais les photos, je tape tout dans Excel"
            " et j'envoie le devis par mail",
            "une dizaine d'heures",
            "que les devis partent le jour même",
            "Je ne sais pas si c'est fiable",
            "ok",
            "non merci, pas maintenant",
        ),
        {
            "business_type": "plombier",
            "team_size": 4,
            "task": "les devis",
            "time_wasters": ("faire des devis",),
            "hours_per_week": 10.0,
        },
        ends_in="recommend",
    ),
    Other(
        "a Brazilian shop with small talk",
        (
            "oi, tudo bem?",
            "tenho uma loja de roupas, somos eu e mais duas pessoas",
            "perco muito tempo respondendo cliente perguntando tamanho e preço",
            "isso",
            "cliente pergunta, olho o estoque, respondo e mando o link",
            "instagram, whatsapp e nuvemshop",
            "sei lá, umas 3 horas por dia",
            "se eu responder todo mundo no mesmo dia",
            "vocês dão desconto?",
            "ok então",
            "sim, Júlia Ramos, julia@loja.example",
        ),
        {"business_type": "loja de roupas", "team_size": 3, "hours_per_week": 15.0, "name": "Júlia Ramos"},
    ),
    Other(
        "a Mexican vet",
        (
            "Qué tal, buen día! Manejo un consultorio veterinario en Guadalajara",
            "Somos 5: dos veterinarios y tres asistentes",
            "Confirmar citas por teléfono y contestar WhatsApp todo el santo día",
            "confirmar citas",
            "Una asistente llama a cada cliente un día antes, si no contesta le manda WhatsApp, y"
            " luego anota en la agenda",
            "Google Calendar y WhatsApp",
            "Como 3 horas diarias",
            "Que nadie falte a su cita sin avisar",
            "¿Con quién hablo, eres un bot?",
            "Está padre, me late",
            "Sí va, soy Lupita Hernández lupita@vetgdl.example",
        ),
        {
            "business_type": "consultorio veterinario",
            "team_size": 5,
            "hours_per_week": 15.0,
            "tools": ("WhatsApp", "Google Calendar"),
            "name": "Lupita Hernández",
        },
    ),
    Other(
        "a Portuguese cleaning company",
        (
            "Boa tarde. Tenho uma empresa de limpezas no Porto, somos 35.",
            "O que mais nos custa é fazer os horários das equipas",
            "Os horários",
            "Recebo os pedidos, vejo quem está livre, faço o mapa em Excel e envio por WhatsApp a cada um",
            "Excel e WhatsApp",
            "Umas oito horas por semana, talvez dez",
            "Se fosse tudo feito numa hora",
            "Quanto é que isto custa?",
            "Não percebi bem o que faz",
            "Está bem, parece-me bem",
            "Pode ser. Rui Tavares, rui@limpezas.example",
        ),
        {
            "business_type": "empresa de limpezas",
            "team_size": 35,
            "time_wasters": ("fazer os horários das equipas",),
            "tools": ("Excel", "WhatsApp"),
            "name": "Rui Tavares",
        },
    ),
    Other(
        "a Swiss hotel",
        (
            "Grüezi, wir haben ein Hotel mit 40 Zimmern und 28 Angestellten",
            "Die vielen Anfragen per E-Mail beantworten",
            "Anfragen beantworten",
            "Die Anfrage kommt, wir prüfen die Verfügbarkeit, schreiben ein Angebot und haken"
            " nach drei Tagen nach.",
            "Protel und Outlook",
            "So 20 Stunden die Woche",
            "Dass jede Anfrage innerhalb einer Stunde beantwortet ist",
            "Kann ich mit jemandem telefonieren?",
            "Bitte ohne das Nachhaken",
            "Sieht gut aus",
            "Ja, Urs Meier, urs@hotel-meier.example",
        ),
        {
            "business_type": "Hotel",
            "team_size": 28,
            "tools": ("Protel", "Outlook"),
            "hours_per_week": 20.0,
            "name": "Urs Meier",
        },
    ),
    Other(
        "a clinic in Quebec",
        (
            "Allô, j'ai une clinique de physio à Québec",
            "On est douze",
            "Les rappels de rendez-vous et la facturation aux assurances",
            "la deuxième",
            "On sort la liste, on remplit le formulaire de chaque assureur, on l'envoie et on"
            " attend le paiement. Les refus restent avec nous.",
            "On utilise Medexa pis Outlook",
            "À peu près 15 heures par semaine",
            "Ça marcherait si on tombait à 3 heures",
            "C'est-tu un robot?",
            "Combien ça va me coûter?",
            "Parfait",
            "Oui, Luc Tremblay, luc@physio.example",
        ),
        {
            "business_type": "clinique de physio",
            "team_size": 12,
            "task": "la facturation aux assurances",
            "out_of_scope": ("les refus",),
            "success_measure": "on tombait à 3 heures",
        },
    ),
)


@pytest.fixture(params=OTHERS, ids=lambda other: other.who)
def other(request: pytest.FixtureRequest) -> Other:
    found: Other = request.param
    return found


def test_every_conversation_ends_where_the_visitor_wants_it_to(other: Other) -> None:
    told = talk(*other.lines)

    assert told.conversation.stage.value == other.ends_in
    assert told.conversation.closed == (other.ends_in != "book")


def test_what_was_told_is_known(other: Other) -> None:
    told = talk(*other.lines)

    assert {slot: told.known(slot) for slot in other.known} == other.known
