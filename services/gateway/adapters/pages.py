"""Everything for browsers, loaded once."""

from playbook import Editions
from services.gateway.adapters.console_pages import JinjaConsolePages
from services.gateway.adapters.page_files import load_console, load_proposal_files, load_widget
from services.gateway.adapters.proposal_pages import JinjaProposalPages
from services.gateway.adapters.unsubscribing import JinjaUnsubscribePages
from services.gateway.ports import Pages


def load_pages(editions: Editions, *, offers_follow_up: bool = False) -> Pages:
    """The pages and files of the gateway, in the words of the playbook in use; a proposal in its own."""
    playbook = editions.current
    return Pages(
        widget=load_widget(playbook, offers_follow_up=offers_follow_up),
        proposal_files=load_proposal_files(),
        proposals=JinjaProposalPages(editions),
        unsubscribing=JinjaUnsubscribePages(playbook),
        console=JinjaConsolePages(playbook),
        console_files=load_console(),
    )
