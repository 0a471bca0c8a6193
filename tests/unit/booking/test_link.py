"""What a booking link carries."""

from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.text import clean_text
from services.booking.domain import Link, conversation_token, personalised_url, readable_name, usable_email
from tests.unit.booking.builders import BOOKING, CONVERSATION, SECRET, a_request

PUBLIC = Link(url=BOOKING.public_link, single_use=False)


def parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def test_a_link_is_filled_in_and_names_its_conversation() -> None:
    url = personalised_url(PUBLIC, a_request(), SECRET)

    assert parameters(url) == {
        "name": ["Grace Hopper"],
        "email": ["grace+demo@example.com"],
        "utm_source": ["salesbot"],
        "utm_medium": ["chat"],
        "utm_content": [str(CONVERSATION)],
        "utm_term": [conversation_token(CONVERSATION, SECRET)],
    }
    # What is not known is not filled in.
    unknown = a_request(source="email", name=None, contact_email=None)
    filled_in = parameters(personalised_url(PUBLIC, unknown, SECRET))
    assert filled_in["utm_medium"] == ["email"]
    assert not {"name", "email"} & filled_in.keys()


def test_what_the_base_link_carries_stays() -> None:
    base = "https://calendly.com/a/b?hide_gdpr_banner=1&a1=x%20y&utm_content=old&empty=#times"

    url = personalised_url(Link(url=base, single_use=False), a_request(), SECRET)

    carried = {"hide_gdpr_banner": ["1"], "a1": ["x y"], "empty": [""], "utm_content": [str(CONVERSATION)]}
    assert carried.items() <= parameters(url).items()
    assert urlsplit(url).fragment == "times"


def test_a_name_and_an_address_are_put_on_one_line_and_cut_and_what_is_none_is_left_out() -> None:
    none = ("", "not an address", "a@b", "two@at@example.com", "<x@example.com>", f"{'x' * 300}@a.com")
    assert [email for email in none if usable_email(email)] == []
    assert usable_email(" grace@example.com\n") == "grace@example.com"
    assert readable_name("  Grace\n\u202e\tHopper  ") == "Grace Hopper"
    assert readable_name("\x00\x01") is None
    assert readable_name("x" * 500) == "x" * 100


def test_the_token_belongs_to_its_conversation_and_secret() -> None:
    """Pinned: links in mailboxes carry it for weeks."""
    assert conversation_token(CONVERSATION, SECRET) == "oatc25bfudqyfxeb"
    assert conversation_token(uuid4(), SECRET) != "oatc25bfudqyfxeb"
    assert conversation_token(CONVERSATION, b"another secret of 16 bytes") != "oatc25bfudqyfxeb"


@given(name=st.text(), email=st.text() | st.emails())
def test_any_name_and_address_make_a_link_of_ours_that_says_them(name: str, email: str) -> None:
    url = personalised_url(PUBLIC, a_request(name=name, contact_email=email), SECRET)

    assert BOOKING.allows(url)
    assert url.isascii()
    assert urlsplit(url).path == urlsplit(BOOKING.public_link).path
    # Decoded the strict way, in which a plus sign is a plus sign.
    pairs = dict(pair.split("=", 1) for pair in urlsplit(url).query.split("&"))
    assert unquote(pairs.get("name", "")) == (readable_name(clean_text(name)) or "")
    assert unquote(pairs.get("email", "")) == (usable_email(clean_text(email)) or "")
