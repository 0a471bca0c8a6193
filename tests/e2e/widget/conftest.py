"""A company's site on another origin, and visitors to its pages."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser

from tests.support.host_site import HostSite, running_host_site
from tests.support.node_packages import page_scripts
from tests.support.product import Product
from tests.support.shared_product import product
from tests.support.widget_page import WidgetPage

__all__ = ["product"]
_NONE: Mapping[str, str] = {}


class Visit(Protocol):
    """Opens a page of the site; `attributes` stand in the embedded line, `options` are those of a context."""

    def __call__(self, path: str, attributes: Mapping[str, str] = ..., **options: Any) -> WidgetPage: ...


@pytest.fixture(scope="module")
def host(product: Product) -> Iterator[HostSite]:
    with running_host_site(product.url, page_scripts()) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, host: HostSite) -> Iterator[Visit]:
    """Every visitor is new. At the end no console has complained, and no policy was violated."""
    pages: list[WidgetPage] = []
    with ExitStack() as contexts:

        def visit(path: str, attributes: Mapping[str, str] = _NONE, **options: Any) -> WidgetPage:
            is_closed = options.pop("is_closed", False)
            before = options.pop("before", "")
            context = contexts.enter_context(browser.new_context(**options))
            page = WidgetPage(context, host.at(path, **attributes), is_closed=is_closed, before=before)
            pages.append(page)
            return page

        yield visit
    assert [complaint for page in pages for complaint in page.complaints] == []
    assert host.reports == []
