"""The widget on a page that embeds it, as somebody who visits that page."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, FrameLocator, Locator, Page, expect

FRAME = "salesbot-panel"
# A closed root is closed to a test as well. The product knows nothing of this.
_OPEN_ROOTS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (given) { return attach.call(this, { ...given, mode: "open" }); };
"""
# The console complains of most; this says it of each, in every frame.
_COMPLAIN_OF_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    console.warn(`refused by ${effectiveDirective}: ${blockedURI}`));
"""


class WidgetPage:
    """One tab. `complaints` is what the browser's console found wrong, in the page and in the panel."""

    def __init__(
        self, context: BrowserContext, url: str, *, is_closed: bool = False, before: str = ""
    ) -> None:
        """`before` is run in every document before its own scripts; `is_closed` opens no closed root."""
        self.context = context
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.add_init_script(_COMPLAIN_OF_VIOLATIONS + before + ("" if is_closed else _OPEN_ROOTS))
        self.page.goto(url)
        self.page.locator("salesbot-widget").wait_for(state="attached")

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator(f"iframe[name={FRAME}]")

    @property
    def frame(self) -> Frame:
        """The panel's document, which is found behind a closed root too."""
        found = self.page.frame(name=FRAME)
        assert found is not None, "no panel was opened"
        return found

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_test_id("launcher")

    @property
    def messages(self) -> Locator:
        return self.panel.locator("#log .message")

    @property
    def said(self) -> list[str]:
        """Every message in its order, both sides."""
        return self.panel.locator("#log .message .bubble").all_inner_texts()

    @property
    def suggestions(self) -> Locator:
        """What can be picked: openers at first, then the quick replies of the last message."""
        return self.panel.locator("#suggestions button:visible, #openers button:visible")

    @property
    def booking(self) -> Locator:
        return self.panel.locator(".card.booking")

    @property
    def conversation_id(self) -> str:
        """The conversation that the page remembers."""
        remembered = "JSON.parse(localStorage['salesbot.site.conversation']).id"
        found: str = self.page.evaluate(remembered)
        return found

    def another_tab(self) -> "WidgetPage":
        """The same page in the same browser once more; what it complains about is kept here."""
        other = WidgetPage(self.context, self.page.url)
        other.complaints = self.complaints
        return other

    def open(self) -> None:
        """Open the panel by a click and wait until it can be written in."""
        self.launcher.click()
        self.is_ready()

    def opened(self) -> Frame:
        """The panel, however it was opened and whether or not its root is closed."""
        found = self.page.frame(name=FRAME) or self.page.wait_for_event(
            "framenavigated", lambda frame: frame.name == FRAME
        )
        expect(found.locator("#message")).to_be_editable()
        return found

    def is_ready(self) -> None:
        expect(self.panel.locator("#message")).to_be_editable()

    def say(self, line: str) -> str:
        """Write a line, send it and wait for the whole reply, which is returned."""
        count = self.messages.count()
        self.begin(line)
        return self.answered(count + 2)

    def begin(self, line: str) -> None:
        self.panel.locator("#message").fill(line)
        self.panel.locator("#send").click()

    def act(self, name: str) -> None:
        """Press one of the panel's own buttons; those of the menu once it is open."""
        button = self.panel.locator(f"[data-action={name}]")
        if not button.is_visible():
            self.panel.locator("#more").click()
        button.click()

    def pick(self, label: str = "") -> str:
        """Press the quick reply of this label, or the first, and wait for the reply."""
        count = self.messages.count()
        offered = self.suggestions.filter(has_text=label) if label else self.suggestions
        offered.first.click()
        return self.answered(count + 2)

    def answered(self, count: int) -> str:
        """Wait until so many messages are shown and the last is complete."""
        expect(self.messages).to_have_count(count, timeout=20_000)
        self.panel.locator("#log[aria-busy=false]").wait_for()
        return self.said[-1]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)
