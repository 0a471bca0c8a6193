"""The mails of campaigns as the console shows them."""

from collections.abc import Mapping

from pydantic import Field

from contracts.mail import TemplateName
from contracts.text import CleanText
from contracts.values import Value


class MailTemplates(Value):
    """The templates there are, and the languages that they are in: the name of each by its code."""

    templates: tuple[str, ...]
    languages: Mapping[str, str]


class PreviewQuery(Value):
    """Which mail is looked at, and what a list tells of its recipient; at first somebody invented."""

    template: TemplateName = "first_touch"
    language: CleanText | None = Field(default=None, max_length=35)
    email: CleanText = Field(default="dana@example.com", max_length=320)
    first_name: CleanText = Field(default="Dana", max_length=200)
    company: CleanText = Field(default="Example Dental", max_length=200)


class MailPreview(Value):
    """A mail as its recipient gets it: the headers in their order, the text part, the HTML part."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
