"""What browsers are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from contracts.proposal_folder import ProposalFolder
from services.gateway.domain import Operator


class ProposalPages(Protocol):
    """The HTML pages of a proposal, and of the reasons why there is none."""

    async def show(self, folder: ProposalFolder, revision: int | None) -> str:
        """The proposal in this revision, without a number in its newest, by the playbook it was made with.

        Raises:
            ProposalUnknown: there is no such revision.
            TransientError: that playbook cannot be read at the moment.
        """
        ...

    def missing(self) -> str:
        """That the link opens nothing, and what to do."""
        ...

    def away(self) -> str:
        """That the proposal cannot be shown at the moment."""
        ...

    def busy(self, root: str) -> str:
        """That there are too many requests, in place of any page; `root` leads from it to our first one."""
        ...


class UnsubscribePages(Protocol):
    """The HTML pages behind the links below our mails, in the best of the languages of `Accept-Language`."""

    def asks(self, languages: str) -> str:
        """The button that unsubscribes."""
        ...

    def done(self, languages: str) -> str:
        """That no more mails come."""
        ...

    def invalid(self, languages: str) -> str:
        """That the link is none of ours, and what to do."""
        ...


class ConsolePages(Protocol):
    """The HTML pages of the console."""

    def render(self, template: str, *, base: str, operator: Operator | None, **content: object) -> str:
        """A page with its navigation. Everything in `content` is escaped.

        Args:
            template: which page.
            base: the path of the console as browsers see it.
            operator: who is signed in; None on the pages for anybody.
            content: what the page shows.
        """
        ...


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file for a browser, ready to be sent, and the same compressed with gzip."""

    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetFiles:
    """The chat in a browser.

    Attributes:
        panel: its document, in the iframe of a website and as a page of its own.
        assets: what the panel refers to, by names that change with the content.
        loader: the script that a website embeds.
        example: a website that embeds the widget.
    """

    panel: PageFile
    assets: Mapping[str, PageFile]
    loader: PageFile
    example: Mapping[str, PageFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What browsers are sent: files by their names, and what makes HTML."""

    widget: WidgetFiles
    proposal_files: Mapping[str, PageFile]
    proposals: ProposalPages
    unsubscribing: UnsubscribePages
    console: ConsolePages
    console_files: Mapping[str, PageFile]
