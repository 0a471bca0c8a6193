"""From a list of addresses to a booking, by mail: every address one mail, every conversation one thread."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e import test_mail
from tests.e2e.test_mail import TOKENS, hand_in, text_of, write
from tests.support.calendar_webhooks import SETTINGS as CALENDLY
from tests.support.calendar_webhooks import invitee_of, notify
from tests.support.mail_server import MailServer
from tests.support.other_bot import OtherBot
from tests.support.product import API_KEY, PROJECT, Product, eventually

pytestmark = pytest.mark.slow
SERVER = MailServer()
SETTINGS = {
    **test_mail.SETTINGS,
    "SMTP_URL": SERVER.url,
    "PUBLIC_URL": "https://chat.example",
    "MAIL_POSTAL_ADDRESS": "1 Main Street, Springfield",
    "MAIL_PER_DOMAIN_A_MINUTE": "100000",
    "MAIL_UNANSWERED_A_DAY": "100000",
    **CALENDLY,
}
DANA, NEVER, LEE = "dana@clinic.example", "never@bakery.example", "lee@bakery.example"
MANY = 300


@pytest.fixture(scope="module", autouse=True)
def mailbox() -> Iterator[None]:
    with SERVER.running():
        yield


def a_list(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "list.csv"
    path.write_text("\n".join(("email,first_name,company", *lines)), encoding="utf-8")
    return str(path)


def started(product: Product, *words: str) -> subprocess.Popen[str]:
    """The command at work."""
    env = os.environ | {"MAILER_URL": product.services["mailer"].url}
    command = [sys.executable, "-m", "devstack", "campaign", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=env, cwd=PROJECT, text=True, **pipes)  # type: ignore[call-overload]


def send(
    product: Product, path: str, template: str, *more: str, name: str = "spring"
) -> tuple[int, str, str]:
    process = started(product, "send", path, "--campaign", name, "--template", template, *more)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def status(product: Product, template: str, name: str = "spring") -> dict[str, Any]:
    process = started(product, "status", name, "--json")
    out, _ = process.communicate(timeout=60)
    reports = {each["template"]: each for each in json.loads(out)["templates"]}
    return {count: value for count, value in reports[template].items() if value}


def the_mail(box: str, number: int) -> EmailMessage:
    return eventually(lambda: SERVER.boxes[box][number - 1 : number], within_s=60)[0]


def had_a_demo(link: str) -> dict[str, Any]:
    """What the calendar tells of a demo that was booked with this link and took place this morning."""
    told = invitee_of(link).created("A")
    ended_at = datetime.now(UTC) - timedelta(hours=2)
    times = {"start_time": ended_at - timedelta(minutes=20), "end_time": ended_at}
    told["payload"]["scheduled_event"] |= {name: time.isoformat() for name, time in times.items()}
    return told


def test_a_campaign_leads_to_a_booking_in_one_thread_and_is_followed_up_where_nobody_answered(
    product: Product, tmp_path: Path
) -> None:
    path = a_list(tmp_path, f"{DANA},Dana,Ruiz Dental", f"{NEVER},,", f"{LEE},Lee,", f"{LEE.upper()},,")
    code, out, err = send(product, path, "first_touch")
    assert (code, "3 mails would be asked for" in err) == (3, True)
    assert f"line 5: {LEE.upper()}: stands in line 4" in out
    code, _, err = send(product, path, "first_touch", "--send")
    assert "3 mails are asked for" in err

    first = the_mail(DANA, 1)
    assert first["Subject"] == "One office task less at Ruiz Dental"
    lines = (
        "2 works",
        "We run a small dental clinic with two locations. We are 22 people.",
        "Please send me the link to book a demo.",
    )
    answer, references = first, [first["Message-ID"]]
    for number, line in enumerate(lines, start=2):
        asked = write(product, line, sender=DANA, answers=answer)
        answer = the_mail(DANA, number)
        assert (answer["Subject"], answer["In-Reply-To"]) == (f"Re: {first['Subject']}", asked)
        assert answer["References"].split() == [*references, asked]
        references = [*references, asked, answer["Message-ID"]]
    link = next(word for word in text_of(answer).split() if "utm_content" in word)
    assert notify(product, had_a_demo(link)).status_code == 204

    conversation_id = str(TOKENS.of_address(first["Reply-To"]))

    assert "&utm_campaign=spring" in link
    (lead,) = eventually(lambda: product.get("/leads?campaign=spring&status=booked")["items"], within_s=60)
    assert [lead[name] for name in ("conversation_id", "source")] == [conversation_id, "email"]
    assert lead["profile"]["task"]["value"] == "booking appointments"
    told = product.get(f"/conversation/{conversation_id}")["messages"]
    assert (told[0]["written_by"], told[1]["text"]) == ("playbook", "2 works")
    assert told[0]["text"].startswith("Hi Dana,")

    unsubscribe = the_mail(NEVER, 1)["List-Unsubscribe"].split(">")[0].removeprefix("<https://chat.example")
    form = {"List-Unsubscribe": "One-Click"}
    assert httpx2.post(f"{product.url}{unsubscribe}", data=form, timeout=30).status_code == 200
    the_mail(LEE, 1)
    eventually(lambda: send(product, path, "follow_up")[1].count("wants no mails"))
    code, out, err = send(product, path, "follow_up", "--send")
    assert f"{DANA}: has answered" in out
    assert f"{NEVER}: wants no mails" in out
    reminder = the_mail(LEE, 2)
    begun = the_mail(LEE, 1)
    assert (reminder["Subject"], reminder["In-Reply-To"]) == (f"Re: {begun['Subject']}", begun["Message-ID"])

    # Who never answered is no lead.
    leads = {each["conversation_id"] for each in product.get("/leads")["items"]}
    assert not {str(TOKENS.of_address(the_mail(box, 1)["Reply-To"])) for box in (NEVER, LEE)} & leads

    sent = {"template": "first_touch", "asked": 3, "sent": 3, "answered": 1, "booked": 1}
    assert eventually(lambda: status(product, "first_touch") == sent)
    followed = {"template": "follow_up", "asked": 3, "sent": 1, "suppressed": 1, "skipped": 1, "booked": 1}
    assert eventually(lambda: status(product, "follow_up") == followed)
    # The last one in her thread says when the demo is.
    assert the_mail(DANA, 5)["Subject"] == answer["Subject"]
    is_thanked_for_the_demo(product, path, first)
    is_forgotten(product, path, begun)
    assert status(product, "first_touch") == sent
    assert {box: len(SERVER.boxes[box]) for box in (DANA, NEVER, LEE)} == {DANA: 6, NEVER: 1, LEE: 2}


def is_thanked_for_the_demo(product: Product, path: str, first: EmailMessage) -> None:
    """Whoever had one, in the thread of the first mail, and nobody else on the list."""
    _, out, err = send(product, path, "after_demo", "--send")
    assert "1 mails are asked for" in err
    assert f"{LEE}: had no demo" in out
    thanks = the_mail(DANA, 6)
    assert thanks["Subject"] == f"Re: {first['Subject']}"
    assert first["Message-ID"] in thanks["References"].split()
    assert TOKENS.of_address(thanks["Reply-To"]) == TOKENS.of_address(first["Reply-To"])
    assert "our demo on" in text_of(thanks)


def is_forgotten(product: Product, path: str, begun: EmailMessage) -> None:
    """Whoever never answered, by their address; no other list brings them back."""
    wish, key = {"email": str(begun["To"])}, {"x-api-key": API_KEY}
    receipt = httpx2.post(f"{product.url}/erasures", json=wish, headers=key, timeout=30).json()
    (erased,) = receipt["erasures"]
    assert erased["conversation_id"] == str(TOKENS.of_address(begun["Reply-To"]))
    _, out, _ = send(product, path, "first_touch", name="autumn")
    assert f"{wish['email']}: wants no mails" in out
    mails = f"{product.services['mailer'].url}/mails"
    eventually(lambda: wish["email"] not in httpx2.get(mails).text)


def test_an_interrupted_campaign_goes_on_and_every_address_gets_one_mail(
    product: Product, tmp_path: Path
) -> None:
    path = a_list(tmp_path, *(f"{n}@many.example,," for n in range(MANY)))
    words = ("send", path, "--campaign", "many", "--template", "first_touch", "--send")
    asked = 0
    for how, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        process = started(product, *words)
        # Once more has been asked for than before, it is in the middle.
        asked = eventually(lambda so_far=asked: _asked(product) > so_far and _asked(product), within_s=60)
        process.send_signal(how)
        process.communicate(timeout=60)
        assert process.returncode == code
        assert 0 < asked < MANY
    code, _, err = send(product, path, "first_touch", "--send", name="many")
    assert code == 3, err

    done = {"template": "first_touch", "asked": MANY, "sent": MANY}
    eventually(lambda: status(product, "first_touch", "many") == done, within_s=180)
    boxes = {box: len(mails) for box, mails in SERVER.boxes.items() if box.endswith("@many.example")}
    assert boxes == {f"{n}@many.example": 1 for n in range(MANY)}


@pytest.mark.parametrize("strips", [False, True], ids=["marks arrive", "a relay strips the marks"])
def test_a_bot_like_ours_and_ours_come_to_rest(product: Product, tmp_path: Path, *, strips: bool) -> None:
    """Two products cannot share a broker: of the other one there are its composer and its rules."""
    way = "stripped" if strips else "marked"
    address, late = f"max-{way}@other.example", f"late-{way}@clinic.example"
    send(product, a_list(tmp_path, f"{address},,"), "first_touch", "--send", name=f"bots-{way}")
    ours = the_mail(address, 1)
    before = _taken(product)
    other = OtherBot(address, strips=strips)
    assert other.ending_of(ours) == ("disclosed" if strips else "auto_reply")
    # Somebody else's bot may answer whatever comes, each time in other words.
    for line in ("We help clinics.", "What do you need?", "How many are you?", "Shall we book a call?"):
        hand_in(product, other.answer(ours, line), sender=address, recipient=ours["Reply-To"])
    write(product, "We are a bakery.", sender=late)
    the_mail(late, 1)
    expected = {"disclosed": 4} if strips else {"auto_reply": 4}
    eventually(lambda: _taken(product) - before == Counter(expected | {"turn": 1}))
    assert len(SERVER.boxes[address]) == 1


def _taken(product: Product) -> Counter[str]:
    samples = product.samples("salesbot_mails_taken_total", "mailer")
    return Counter({labels.split('"')[1]: int(count) for labels, count in samples.items()})


def _asked(product: Product) -> int:
    answer = httpx2.get(f"{product.services['mailer'].url}/campaigns/many", timeout=30)
    return sum(each["asked"] for each in answer.json()["templates"]) if answer.status_code == 200 else 0
