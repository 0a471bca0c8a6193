"""The playbook: everything a company would change, validated once at start.

No price, fact, question, tier, date or link is written in code: it stands in `playbook.yaml`, or it is not
said.
"""

from playbook.booking import TRACKING_MEDIUM, TRACKING_SOURCE, Booking, own_site
from playbook.campaigns import (
    MAIL_TEMPLATES,
    CampaignMail,
    CampaignMails,
    MailTemplate,
    MailWords,
    Recipient,
    campaign_words,
)
from playbook.demo_changes import day_of_demo
from playbook.editions import Editions, EditionUnreadable
from playbook.facts import Fact, FactSheet
from playbook.files import InvalidPlaybook
from playbook.language import Language
from playbook.lines import (
    Lines,
    ProposalLabels,
    QuickReplyLabels,
    SuggestedQuestion,
    TierLabels,
    questions_in,
)
from playbook.mail import MailLines
from playbook.offer import (
    Condition,
    CountedSlot,
    Counts,
    LookAtFirst,
    ProposalScript,
    SlotWords,
    TaskKind,
    Tier,
    TierRule,
)
from playbook.page import NoticeLines, ProposalPageLines
from playbook.prompt import Prompt, load_prompt
from playbook.remembering import once_for_each
from playbook.score import Points, ScoreRule
from playbook.section import placeholders
from playbook.speech import Company, Question, StageScript
from playbook.whole import Playbook, load_playbook, load_translation, require_confirmed_facts

__all__ = [
    "MAIL_TEMPLATES",
    "TRACKING_MEDIUM",
    "TRACKING_SOURCE",
    "Booking",
    "CampaignMail",
    "CampaignMails",
    "Company",
    "Condition",
    "CountedSlot",
    "Counts",
    "EditionUnreadable",
    "Editions",
    "Fact",
    "FactSheet",
    "InvalidPlaybook",
    "Language",
    "Lines",
    "LookAtFirst",
    "MailLines",
    "MailTemplate",
    "MailWords",
    "NoticeLines",
    "Playbook",
    "Points",
    "Prompt",
    "ProposalLabels",
    "ProposalPageLines",
    "ProposalScript",
    "Question",
    "QuickReplyLabels",
    "Recipient",
    "ScoreRule",
    "SlotWords",
    "StageScript",
    "SuggestedQuestion",
    "TaskKind",
    "Tier",
    "TierLabels",
    "TierRule",
    "campaign_words",
    "day_of_demo",
    "load_playbook",
    "load_prompt",
    "load_translation",
    "once_for_each",
    "own_site",
    "placeholders",
    "questions_in",
    "require_confirmed_facts",
]
