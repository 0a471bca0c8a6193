"""The words of mails, and of the page on which nobody has to say why they want no more of them."""

from collections.abc import Mapping
from typing import Self

from pydantic import model_validator

from contracts.values import Stage
from playbook.page import NoticeLines
from playbook.section import NonEmpty, Section, refuse_unknown_placeholders


class FollowUpLines(Section):
    """The one mail to a visitor who went silent. `subject` and `begins` may use `{company}`.

    `stages` says where the conversation stopped, and nothing that was told in it. `link` stands above the
    link, `why_asked` and `why_written` say why the mail comes: because of a consent, or of a mail of theirs.
    """

    subject: NonEmpty
    begins: NonEmpty
    stages: Mapping[NonEmpty, NonEmpty]
    link: NonEmpty
    answer: NonEmpty
    why_asked: NonEmpty
    why_written: NonEmpty

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for line in (self.subject, self.begins):
            refuse_unknown_placeholders(line, frozenset({"company"}))
        if set(self.stages) != set(Stage):
            raise ValueError(f"stages must be {', '.join(Stage)}")
        return self


class MailLines(Section):
    """`unsubscribe` is what the link below a mail and the button of its page say."""

    unsubscribe: NonEmpty
    asks: NoticeLines
    done: NoticeLines
    invalid: NoticeLines
    follow_up: FollowUpLines
