"""The demo page in a real browser, as somebody who writes and reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright

# The page is tested, not the sandbox; the rest keeps the browser from calling home.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # What nobody looks at is not moved, which costs a processor most of its time.
    "--force-prefers-reduced-motion",
)


@contextmanager
def running_browser(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


class ChatPage:
    """One open page. `complaints` is what the browser's console found wrong, its policy included."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        page.locator("html.ready").wait_for()

    @property
    def stage(self) -> str | None:
        """The stage that is marked as the present one."""
        marked = self.page.locator("#stages [aria-current]")
        return marked.get_attribute("data-stage") if marked.count() else None

    @property
    def said(self) -> list[str]:
        """Every message on the page in its order, both sides."""
        return self.page.locator("#log .bubble").all_inner_texts()

    @property
    def lines(self) -> list[str]:
        return self.page.locator("#log .visitor .bubble").all_inner_texts()

    @property
    def replies(self) -> list[str]:
        return self.page.locator("#log .bot .bubble").all_inner_texts()

    @property
    def booking_link(self) -> Locator:
        return self.page.get_by_role("link", name="Book your demo")

    def begin(self, line: str) -> None:
        """Write a line and send it."""
        self.page.get_by_label("Your message").fill(line)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def say(self, line: str) -> None:
        """Write a line, send it and wait until it is answered."""
        replies = self.page.locator("#log .bot").count()
        self.begin(line)
        self.answer(replies).wait_for()

    def answer(self, number: int) -> Locator:
        """The reply of this number, from 0, once it is complete."""
        return self.page.locator("#log[aria-busy=false] .bot").nth(number)

    def all_answered(self) -> None:
        """Wait until no message is without its reply."""
        self.page.locator("#log[aria-busy=false]").wait_for()

    def talk_to_the_link(self, lines: tuple[str, ...]) -> list[str | None]:
        """Say the lines until the booking link is shown; the stage after each."""
        stages = []
        for line in lines:
            self.say(line)
            stages.append(self.stage)
            if self.booking_link.count():
                break
        return stages

    def start_over(self) -> None:
        """Forget the conversation, by the menu."""
        self.page.get_by_role("button", name="More", exact=True).click()
        self.page.get_by_role("button", name="Start over").click()

    def reload(self) -> None:
        """Load the page again and wait until it shows what was said."""
        self.page.reload()
        self.answer(0).wait_for()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)
