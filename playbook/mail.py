"""The words of mails, and of the page on which nobody has to say why they want no more of them."""

from playbook.page import NoticeLines
from playbook.section import NonEmpty, Section


class MailLines(Section):
    """`unsubscribe` is what the link below a mail and the button of its page say."""

    unsubscribe: NonEmpty
    asks: NoticeLines
    done: NoticeLines
    invalid: NoticeLines
