"""The playbook: everything a company would change, validated once at start.

No price, question, tier, date or link is written in code; it stands in `playbook.yaml` or it is not said.
"""

from playbook.booking import TRACKING_MEDIUM, TRACKING_SOURCE, Booking, own_site
from playbook.files import InvalidPlaybook
from playbook.language import Language
from playbook.lines import Answer, Asking, Lines, ProposalLines, TierLines
from playbook.listening import Listening, Period, as_regex, folded
from playbook.offer import Condition, CountedSlot, ProposalScript, SlotWords, Tier, TierRule
from playbook.page import NoticeLines, ProposalPageLines
from playbook.prompt import Prompt, load_prompt
from playbook.remembering import once_for_each
from playbook.section import placeholders
from playbook.speech import Company, Question, StageScript
from playbook.whole import Playbook, load_playbook

__all__ = [
    "TRACKING_MEDIUM",
    "TRACKING_SOURCE",
    "Answer",
    "Asking",
    "Booking",
    "Company",
    "Condition",
    "CountedSlot",
    "InvalidPlaybook",
    "Language",
    "Lines",
    "Listening",
    "NoticeLines",
    "Period",
    "Playbook",
    "Prompt",
    "ProposalLines",
    "ProposalPageLines",
    "ProposalScript",
    "Question",
    "SlotWords",
    "StageScript",
    "Tier",
    "TierLines",
    "TierRule",
    "as_regex",
    "folded",
    "load_playbook",
    "load_prompt",
    "once_for_each",
    "own_site",
    "placeholders",
]
