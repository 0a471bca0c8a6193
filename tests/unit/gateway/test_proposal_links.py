"""A proposal link opens the proposal of one conversation, for a while, and nothing else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import AccessControl, ProposalLinks, Visitor
from services.gateway.errors import ProposalLinkInvalid
from tests.unit.gateway.builders import CONVERSATION

SECRET = "a secret that is long enough"
LINKS = ProposalLinks((SECRET,), lasts=timedelta(days=90))


def test_a_session_token_is_no_proposal_link() -> None:
    with pytest.raises(ProposalLinkInvalid):
        LINKS.read(AccessControl((SECRET,)).issue(Visitor(CONVERSATION)))


@given(token=st.text(max_size=80))
def test_whatever_is_not_a_link_is_refused(token: str) -> None:
    with pytest.raises(ProposalLinkInvalid):
        LINKS.read(token)


def test_a_link_leads_to_where_visitors_reach_us() -> None:
    public = ProposalLinks((SECRET,), lasts=timedelta(days=90), public_url="https://chat.example.com/")

    assert public.address(CONVERSATION, "http://10.0.0.7/").startswith("https://chat.example.com/proposal/")
    assert LINKS.address(CONVERSATION, "http://10.0.0.7/").startswith("http://10.0.0.7/proposal/")
