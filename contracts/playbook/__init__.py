"""The playbook: everything a company would change, validated once at start.

No price, question, tier, date or link is written in code; it stands in `playbook.yaml` or it is not said.
"""

from contracts.playbook.booking import TRACKING_MEDIUM, TRACKING_SOURCE, Booking, own_site
from contracts.playbook.files import InvalidPlaybook
from contracts.playbook.language import Language
from contracts.playbook.lines import Answer, Asking, Lines, ProposalLines, TierLines
from contracts.playbook.listening import Listening, Period, as_regex, folded
from contracts.playbook.models import AnswerFormat, LocalModel, ModelParameters, ModelProfile
from contracts.playbook.offer import Condition, CountedSlot, ProposalScript, SlotWords, Tier, TierRule
from contracts.playbook.page import NoticeLines, ProposalPageLines
from contracts.playbook.prompt import Prompt, load_prompt
from contracts.playbook.remembering import once_for_each
from contracts.playbook.section import placeholders
from contracts.playbook.speech import Company, Question, StageScript
from contracts.playbook.spend import SpendCaps
from contracts.playbook.whole import Playbook, load_playbook

__all__ = [
    "TRACKING_MEDIUM",
    "TRACKING_SOURCE",
    "Answer",
    "AnswerFormat",
    "Asking",
    "Booking",
    "Company",
    "Condition",
    "CountedSlot",
    "InvalidPlaybook",
    "Language",
    "Lines",
    "Listening",
    "LocalModel",
    "ModelParameters",
    "ModelProfile",
    "NoticeLines",
    "Period",
    "Playbook",
    "Prompt",
    "ProposalLines",
    "ProposalPageLines",
    "ProposalScript",
    "Question",
    "SlotWords",
    "SpendCaps",
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
