"""Mails are verified by their provider's scheme, read, published once, and never break the gateway."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from standardwebhooks import Webhook

from chassis.data_keys import DataKeyDestroyed
from chassis.mail import MailTokens
from contracts.events import MailReceived
from services.gateway.adapters.sns import SnsClient
from services.gateway.api.refusals import install_refusals
from services.gateway.api.webhooks import mail_routes
from services.gateway.api.webhooks.slots import Slots
from services.gateway.domain import is_of_sns, load_shared_secret, mailgun_delivery, raw_delivery
from services.gateway.errors import SignatureInvalid, SnsUnavailable
from services.gateway.settings import MailInSettings
from tests.support.effort import IS_THOROUGH
from tests.support.gateway_app import client_of, make_fake_gateway
from tests.support.gateway_fakes import NOW, SECRET, FakeOutside
from tests.support.mail_deliverers import (
    AGES,
    CERTIFICATE_URL,
    DELIVERERS,
    SUBSCRIBE_URL,
    TOPIC,
    Deliverer,
    Mailgun,
    Postmark,
    Raw,
    Sendgrid,
    Ses,
    certificate,
    json_sample,
    multipart,
)
from tests.support.mails import sample
from tests.support.waiting import until

TOKENS = MailTokens((SECRET,))
CONVERSATION = UUID(int=0x0198_5C3A_7F00_7000_8000_0000_0000_0042)
deliverers = pytest.mark.parametrize("provider", DELIVERERS, ids=lambda each: each.__name__.lower())


def mail_of(
    *, to: str = "maya@reply.brightlane.example", text: str = "Yes, 14 people.", **headers: str
) -> bytes:
    """A mail of Dana's."""
    named = {"From": "Dana Ruiz <Dana@Northwind.example>", "To": to, "Subject": "Re: Hello"}
    named |= {"Message-ID": "<dana1@northwind.example>"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in named.items()).encode() + f"\r\n{text}".encode()


async def send(client: httpx2.AsyncClient, by: Deliverer, mail: bytes | None = None) -> httpx2.Response:
    body, headers = by.request(mail_of() if mail is None else mail)
    return await deliver(client, by, body, headers)


async def deliver(
    client: httpx2.AsyncClient, by: Deliverer, body: bytes, headers: dict[str, str]
) -> httpx2.Response:
    return await client.post(f"/webhooks/email/{by.path}", content=body, headers=headers)


def published(outside: FakeOutside) -> list[MailReceived]:
    events = [event.data for event in outside.publisher.published]
    assert all(isinstance(each, MailReceived) for each in events)
    return events  # type: ignore[return-value]  # the line above says it


@pytest.fixture
def outside() -> FakeOutside:
    outside = FakeOutside()
    outside.sns.held = certificate()
    return outside


@deliverers
async def test_a_mail_is_published_once_as_it_was_read_and_a_replay_is_refused(
    provider: type[Deliverer], client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    by, mail = provider(), mail_of(to=TOKENS.address("maya@reply.brightlane.example", CONVERSATION))
    body, headers = by.request(mail)

    first, replayed = [await deliver(client, by, body, headers) for _ in range(2)]
    again = await send(client, provider(at=NOW + timedelta(seconds=1)), mail)

    assert [first.status_code, replayed.status_code, again.status_code] == [200, by.repeated, 200]
    assert (first.json(), replayed.json()["code"]) == ({"status": "taken"}, "delivery-repeated")
    events = outside.publisher.published
    assert len(events) == 2
    # The same mail, delivered anew, is the same mail to whoever reads it.
    assert events[0].id == events[1].id
    said = published(outside)[0]
    assert (said.conversation_id, said.resolved_by, said.kind) == (CONVERSATION, "address", "human_reply")
    assert (said.sender, said.reply, said.provider) == ("dana@northwind.example", "Yes, 14 people.", by.path)


@deliverers
async def test_whatever_its_provider_did_not_sign_publishes_nothing(
    provider: type[Deliverer], client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    by = provider()
    body, headers = by.request(mail_of())
    wrong = [provider(is_ours=False).request(mail_of())]
    if len(headers) > 1:
        wrong.append((body, {"content-type": headers["content-type"]}))
    if by.has_time:
        wrong += [provider(at=NOW + age).request(mail_of()) for age in AGES]
    if by.covers_body:
        flipped = bytearray(body)
        flipped[body.index(b"14 people") if b"14 people" in body else len(body) // 2] ^= 1
        wrong.append((bytes(flipped), headers))
    if by.path == "mailgun":
        wrong.append((body.replace(by.id.encode(), uuid4().hex.encode()), headers))
    for content, given_headers in wrong:
        refused = await deliver(client, by, content, given_headers)
        assert refused.status_code in (400, 401, 403), refused.text
        assert refused.headers["content-type"] == "application/problem+json"
    assert outside.publisher.published == []


@deliverers
async def test_a_provider_without_its_secret_is_off_and_says_which_setting_switches_it_on(
    provider: type[Deliverer], outside: FakeOutside
) -> None:
    app = FastAPI()
    app.include_router(mail_routes(MailInSettings(), TOKENS, outside.ports()))
    install_refusals(app)
    async with client_of(app) as client:
        refused = await send(client, provider())
    assert (refused.status_code, refused.json()["code"]) == (404, "webhook-off")
    assert f"set MAIL_IN_{provider.path.upper()}" in refused.json()["detail"]
    assert outside.publisher.published == []


@deliverers
async def test_what_cannot_be_published_is_delivered_again(
    provider: type[Deliverer], client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    by = provider()
    body, headers = by.request(mail_of())
    outside.publisher.is_away = True
    assert (await deliver(client, by, body, headers)).status_code == 503
    outside.publisher.is_away = False
    assert (await deliver(client, by, body, headers)).status_code == 200
    assert len(published(outside)) == 1


async def test_without_redis_a_mail_is_taken_only_if_it_is_signed(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    outside.idempotency_store.is_away = True
    assert (await send(client, Raw())).status_code == 200
    # Whoever knows one of its signatures could put another mail below it.
    assert (await send(client, Mailgun())).status_code == 503
    assert len(published(outside)) == 1


async def test_a_conversation_is_found_by_address_then_by_what_is_answered_then_by_sender(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    other, third = uuid4(), uuid4()
    address = TOKENS.address("maya@reply.brightlane.example", CONVERSATION)
    ours = {each: TOKENS.message_id(each, "1", "mail.brightlane.example") for each in (other, third)}
    mails = [
        (mail_of(to=address.upper(), In_Reply_To=ours[other]), CONVERSATION, "address"),
        (mail_of(In_Reply_To=ours[other].upper(), References=ours[third]), other, "thread"),
        (mail_of(References=f"{ours[other]} {ours[third]} <x@y.example>"), third, "thread"),
        (mail_of(to=address.replace("+c.", "+c.a"), References="<a@b.example>"), None, "sender"),
        (mail_of(From="dana@northwind.example", To="hello@brightlane.example"), None, "sender"),
        (mail_of(From="other@northwind.example"), None, "sender"),
    ]
    for mail, _, _ in mails:
        assert (await send(client, Raw(), mail)).status_code == 200
    said = published(outside)

    assert [each.resolved_by for each in said] == [resolved_by for _, _, resolved_by in mails]
    assert [each.conversation_id for each in said][:3] == [CONVERSATION, other, third]
    assert said[3].conversation_id == said[4].conversation_id != said[5].conversation_id


async def test_an_answer_to_an_erased_conversation_is_that_of_a_stranger(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    await outside.idempotency_store.note_erasing(CONVERSATION)
    address = TOKENS.address("maya@reply.brightlane.example", CONVERSATION)

    assert (await send(client, Raw(), mail_of(to=address))).json() == {"status": "taken"}

    said = published(outside)[0]
    assert (said.conversation_id, said.resolved_by) == (TOKENS.stand_in("dana@northwind.example"), "sender")


async def test_a_mail_whose_conversation_has_no_key_any_more_is_dropped(
    client: httpx2.AsyncClient, outside: FakeOutside, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def publish(*_events: Any) -> None:
        raise DataKeyDestroyed("erased")

    monkeypatch.setattr(outside.publisher, "publish", publish)
    assert (await send(client, Raw())).json() == {"status": "dropped"}


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (mail_of(Message_ID=TOKENS.message_id(CONVERSATION, "7", "mail.brightlane.example")), "auto_reply"),
        (mail_of(From=TOKENS.address("maya@reply.brightlane.example", CONVERSATION)), "auto_reply"),
        (mail_of(text="unsubscribe"), "opt_out"),
        (sample("16_bounce_dsn"), "bounce"),
    ],
)
async def test_our_own_mails_and_those_of_machines_are_no_answers(
    mail: bytes, kind: str, client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    assert (await send(client, Raw(), mail)).status_code == 200
    assert published(outside)[0].kind == kind


async def test_a_mail_to_the_unsubscribe_mailbox_of_its_envelope_is_an_opt_out(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    body, headers = Raw().request(mail_of())
    address = TOKENS.address("unsubscribe@reply.brightlane.example", CONVERSATION)
    await deliver(client, Raw(), body, headers | {"x-envelope-to": f"<{address}>"})
    assert (published(outside)[0].kind, published(outside)[0].conversation_id) == ("opt_out", CONVERSATION)


async def test_only_our_own_mail_server_vouches_for_a_raw_mail(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    for host in ("mx.brightlane.example", "mx.evil.example"):
        result = f"{host}; dkim=pass header.d=northwind.example"
        await send(client, Raw(), mail_of(Authentication_Results=result))
    assert [each.is_authentic for each in published(outside)] == [True, False]


async def test_sendgrids_parts_are_one_mail_each_decoded_by_its_own_charset(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    said = json_sample("sendgrid_inbound_parsed_fields")
    fields = {name: value.encode() for name, value in said.items() if name != "_note"}
    by = Sendgrid()
    assert (await deliver(client, by, *by.signed(multipart(fields)))).status_code == 200
    japanese = {
        **fields,
        "text": "月に300件です。".encode("iso-2022-jp"),
        "html": b"",
        "subject": "Größe".encode("cp1252"),
        "charsets": json.dumps({"text": "iso-2022-jp", "subject": "no-such-charset"}).encode(),
        "headers": b"From: Sato <sato@kobo.example>\nContent-Type: text/plain; charset=iso-2022-jp\n",
        "dkim": b"{@kobo.example : fail}",
    }
    form = multipart(japanese, {"attachment1": ("plan.pdf", b"PDF")})
    assert (await deliver(client, by, *by.signed(form))).status_code == 200

    dana, sato = published(outside)
    assert dana.reply.startswith("Hi Maya,\n\nWe handle about 4,000 tickets")
    assert "Head of Support" in dana.signature
    assert (dana.is_authentic, dana.in_reply_to) == (True, "<01jd2r8k3v7q.m1@mail.brightlane.example>")
    assert dana.recipients == ("maya+c.01jd2r8k3v7q.9f3kq2vx7t@reply.brightlane.example",)
    assert (sato.reply, sato.subject, sato.is_authentic) == ("月に300件です。", "Größe", False)
    assert [(each.filename, each.size_bytes) for each in sato.attachments] == [("plan.pdf", 3)]


async def test_mailguns_parts_are_one_mail(client: httpx2.AsyncClient, outside: FakeOutside) -> None:
    said = json_sample("mailgun_route_form")
    fields = {name: value.encode() for name, value in said.items() if name != "_note"}

    assert (await deliver(client, Mailgun(), *Mailgun().signed(fields))).status_code == 200

    plain = {**fields, "body-plain": "Grüße, 5 Leute".encode(), "body-html": b""}
    attached = multipart(plain, {"attachment-1": ("a.pdf", b"PDF")})
    body, _ = Mailgun().signed({})
    proof = dict(parse_qsl(body.decode()))
    form = multipart({name: value.encode() for name, value in proof.items()})
    joined = attached.removesuffix(b"--q--\r\n") + form
    headers = {"content-type": "multipart/form-data; boundary=q"}
    assert (await deliver(client, Mailgun(), joined, headers)).status_code == 200
    assert (await deliver(client, Mailgun(), *Mailgun().signed(plain))).status_code == 200

    tom, other, third = published(outside)
    assert other.reply == third.reply == "Grüße, 5 Leute"
    assert [(each.filename, each.size_bytes) for each in other.attachments] == [("a.pdf", 3)]
    assert "pricing for 60 seats" in tom.reply
    assert "repeat tickets" not in tom.reply + tom.signature
    assert (tom.sender, tom.subject) == ("tom.becker@halvorsen.example", "RE: Cutting repeat tickets")


def test_mailguns_own_vector_is_right_and_no_other() -> None:
    said = json_sample("mailgun_route_form")
    body = urlencode({name: value for name, value in said.items() if name != "_note"}).encode()
    at, form = NOW.fromtimestamp(int(said["timestamp"]), NOW.tzinfo), "application/x-www-form-urlencoded"
    key = b"mg-test-signing-key-0001"
    assert mailgun_delivery(body, form, key=key, now=at).envelope_sender == "tom.becker@halvorsen.example"
    for wrong in ((key, at + timedelta(minutes=6)), (key + b"x", at)):
        with pytest.raises(SignatureInvalid):
            mailgun_delivery(body, form, key=wrong[0], now=wrong[1])


async def test_postmarks_document_is_one_mail(client: httpx2.AsyncClient, outside: FakeOutside) -> None:
    said = json_sample("postmark_inbound")
    file = {
        "Name": "plan.pdf",
        "Content": base64.b64encode(b"PDF").decode(),
        "ContentType": "application/pdf",
    }
    body, headers = Postmark().signed(said | {"Attachments": [file]})

    assert (await deliver(client, Postmark(), body, headers)).status_code == 200

    chloe = published(outside)[0]
    assert "600 demandes par mois" in chloe.reply
    assert "a écrit" not in chloe.reply + chloe.signature
    assert (chloe.message_id, chloe.sender_name) == ("<CAfr77@mail.gmail.example>", "Chloé Martin")
    assert (chloe.is_authentic, chloe.attachments[0].size_bytes) == (True, 3)


async def test_amazons_notification_is_one_mail_under_either_version_of_its_signature(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    for version in ("1", "2"):
        body, headers = Ses().signed(json_sample("ses_sns_notification"), version)
        assert (await deliver(client, Ses(), body, headers)).status_code == 200
    layla = published(outside)[0]
    assert (layla.sender, layla.is_authentic) == ("layla@nakheel.example", True)
    assert "150" in layla.reply
    assert "repeat tickets" not in layla.reply
    # One certificate is fetched once by the adapter, which another test holds.
    assert set(outside.sns.asked) == {CERTIFICATE_URL}


async def test_only_a_topic_of_ours_is_confirmed_and_nothing_is_fetched_for_another(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    said = {"Type": "SubscriptionConfirmation", "TopicArn": TOPIC, "SubscribeURL": SUBSCRIBE_URL}
    said |= {"Token": "abc", "Message": "You have chosen to subscribe"}

    confirmed = await deliver(client, Ses(), *Ses().signed(said))
    foreign = await deliver(client, Ses(), *Ses().signed(said | {"TopicArn": TOPIC + "2"}))
    elsewhere = await deliver(client, Ses(), *Ses().signed(said | {"SubscribeURL": "https://evil.example/"}))

    assert [each.status_code for each in (confirmed, foreign, elsewhere)] == [200, 403, 403]
    assert (outside.sns.confirmed, outside.sns.asked) == ([SUBSCRIBE_URL], [CERTIFICATE_URL])
    assert outside.publisher.published == []


async def test_a_certificate_that_has_ended_verifies_nothing(
    client: httpx2.AsyncClient, outside: FakeOutside
) -> None:
    outside.sns.held = certificate(until=NOW - timedelta(days=1))
    assert (await send(client, Ses())).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://s3.eu-west-1.amazonaws.com/a.pem",
        "https://sns.a.b.amazonaws.com/a.pem",
        "https://127.0.0.1/a.pem",
        "https://[::1/a.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/",
        "",
    ],
)
def test_nobody_but_amazon_is_asked_for_a_certificate(url: str) -> None:
    assert is_of_sns(CERTIFICATE_URL)
    assert is_of_sns("https://sns.cn-north-1.amazonaws.com.cn/a.pem")
    assert not is_of_sns(url)


async def test_a_certificate_is_fetched_once_and_no_redirect_is_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        match request.url.path:
            case "/moved.pem":
                return httpx2.Response(302, headers={"location": "http://169.254.169.254/"})
            case "/large.pem":
                return httpx2.Response(200, content=b"-" * 100_000)
            case "/away.pem":
                return httpx2.Response(503)
        return httpx2.Response(200, content=certificate())

    client, base = SnsClient(httpx2.MockTransport(answer)), CERTIFICATE_URL.rpartition("/")[0]
    assert [await client.certificate(CERTIFICATE_URL) for _ in range(2)] == [certificate()] * 2
    assert asked == [CERTIFICATE_URL]
    for path, error in (("moved", SignatureInvalid), ("large", SignatureInvalid), ("away", SnsUnavailable)):
        with pytest.raises(error):
            await client.certificate(f"{base}/{path}.pem")
    with pytest.raises(SignatureInvalid):
        await client.confirm("https://169.254.169.254/")
    assert len(asked) == 4


def test_a_raw_mail_is_signed_as_standard_webhooks_say() -> None:
    vector = json_sample("standard_webhook_vector")
    key, headers = load_shared_secret(vector["secret"]), vector["headers"]
    at = NOW.fromtimestamp(int(headers["webhook-timestamp"]), NOW.tzinfo)
    assert raw_delivery(vector["body"].encode(), headers, key=key, now=at).content == vector["body"].encode()

    signature = Webhook(vector["secret"]).sign("msg_1", at, "From: ada@x.example\n\nGrüße")
    signed = {**headers, "webhook-id": "msg_1", "webhook-signature": signature}
    assert raw_delivery("From: ada@x.example\n\nGrüße".encode(), signed, key=key, now=at)
    with pytest.raises(SignatureInvalid):
        raw_delivery("From: ada@x.example\n\nGruße".encode(), signed, key=key, now=at)


@pytest.mark.parametrize(
    "setting",
    [{"sendgrid_public_key": "no key"}, {"raw_secret": "whsec_short"}, {"postmark_login": "without a colon"}],
)
def test_a_secret_that_cannot_be_one_is_refused_at_start(setting: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        MailInSettings(**{name: SecretStr(value) for name, value in setting.items()})  # type: ignore[arg-type]


async def test_a_mail_above_the_limit_is_refused(client: httpx2.AsyncClient, outside: FakeOutside) -> None:
    by = Raw()
    _, headers = by.request(b"")
    answer = await client.post(
        "/webhooks/email/raw", content=b"x", headers={**headers, "content-length": str(41 * 1024 * 1024)}
    )
    assert answer.status_code == 413


async def test_whoever_sends_much_or_slowly_keeps_nobody_else_out() -> None:
    slots, entered, leave = Slots(4, most_of_one=2), list[str](), asyncio.Event()

    async def hold(address: str) -> None:
        async with slots.one_for(address):
            entered.append(address)
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        for address in ("slow", "slow", "slow", "other"):
            group.create_task(hold(address))
        await until(lambda: "other" in entered)
        assert entered == ["slow", "slow", "other"]
        leave.set()
    assert len(entered) == 4


_bodies = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([provider().request(mail_of())[0] for provider in DELIVERERS]).flatmap(
        lambda body: st.tuples(st.integers(0, len(body)), st.binary(max_size=12)).map(
            lambda cut: body[: cut[0]] + cut[1] + body[cut[0] + len(cut[1]) :]
        )
    ),
)


@deliverers
@given(content=_bodies)
@settings(max_examples=300 if IS_THOROUGH else 15, deadline=1_000)
async def test_no_body_whatever_breaks_a_webhook_even_if_it_is_signed(
    provider: type[Deliverer], content: bytes
) -> None:
    outside, by = FakeOutside(), provider()
    outside.sns.held = certificate()
    body, headers = _signed(by, content)
    async with client_of(make_fake_gateway(outside)) as client:
        answer = await deliver(client, by, body, headers)
    assert answer.status_code in (200, 400, 401, 403, 406, 409), answer.text


def _signed(by: Deliverer, content: bytes) -> tuple[bytes, dict[str, str]]:
    """The content itself where a signature covers any body, else a delivery that holds it."""
    if isinstance(by, Sendgrid):
        return by.signed(content)
    if isinstance(by, Postmark):
        return content, by.request(b"")[1]
    return by.request(content)
