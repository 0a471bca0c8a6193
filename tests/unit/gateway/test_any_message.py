"""Whatever a visitor writes and whatever a reply says: it is clean behind the edge, or refused."""

import json

from hypothesis import given
from hypothesis import strategies as st

from contracts.text import clean_text
from tests.support.gateway_app import client_of, events_of, make_fake_gateway
from tests.support.gateway_fakes import FakeOutside
from tests.support.gateway_player import delta, done

ANY_TEXT = st.text(
    st.characters() | st.sampled_from("\0\r\n\t\v\x1b\x85\x9b\u2028\u2029\ud83d\ude00\ufeff a")
)
HEADERS = {"content-type": "application/json", "accept": "text/event-stream"}


@given(message=ANY_TEXT, reply=ANY_TEXT, has_mark=st.booleans())
async def test_any_text_is_taken_clean_or_refused(message: str, reply: str, *, has_mark: bool) -> None:
    outside = FakeOutside()
    outside.replies.default_reply = (delta("1-1", reply), done("1-2", reply))
    body = (b"\xef\xbb\xbf" if has_mark else b"") + json.dumps({"message": message}).encode()

    async with client_of(make_fake_gateway(outside)) as client:
        answer = await client.post("/chat", content=body, headers=HEADERS)

    if answer.status_code == 422:
        assert outside.publisher.published == []
        return
    assert answer.status_code == 200
    assert outside.publisher.published[0].data.message == clean_text(message).strip()
    assert [event.data.get("text", event.data.get("response")) for event in events_of(answer.text)[1:]] == [
        clean_text(reply),
        clean_text(reply),
    ]
    assert answer.text == clean_text(answer.text)
