"""A mail of a campaign reads well whatever a list of strangers tells of its recipient."""

from datetime import date

import pytest
from pydantic import ValidationError

from playbook import MAIL_TEMPLATES, CampaignMail, MailTemplate, Playbook, Recipient, campaign_words
from playbook.campaigns import business_of, name_of
from playbook.claims import amounts, links, percentages
from tests.support.playbooks import SHIPPED

SPOKEN = [SHIPPED, *SHIPPED.languages.values()]
in_every_language = pytest.mark.parametrize("playbook", SPOKEN, ids=SHIPPED.language_names)
DAY = date(2026, 3, 4)
KNOWN = Recipient(first_name="Dana", company="Müller & Söhne", demo_day=DAY)


@in_every_language
@pytest.mark.parametrize("template", MAIL_TEMPLATES)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_mail_is_whole_with_every_field_and_without_any(
    playbook: Playbook, template: MailTemplate, is_known: bool
) -> None:
    words = campaign_words(playbook, template, KNOWN if is_known else Recipient())

    said = f"{words.subject}\n{words.text}"
    assert ("Dana" in said, "{" in said, " ," in said, "  " in said) == (is_known, False, False, False)
    assert ("Müller & Söhne" in said) == (is_known and template != "after_demo")
    assert ("2026" in said) == (is_known and template == "after_demo")
    assert words.subject
    assert "\n" not in words.subject
    # What it offers is read by its number; prices, shares and links stand in no mail that nobody asked for.
    assert words.options == playbook.mail.campaigns.named(template).options
    assert all(f"{at}. {option}\n" in f"{words.text}\n" for at, option in enumerate(words.options, start=1))
    assert not [*amounts(said), *percentages(said), *links(said)]


@in_every_language
def test_a_follow_up_offers_what_the_first_mail_offered(playbook: Playbook) -> None:
    mails = playbook.mail.campaigns
    assert mails.follow_up.options == mails.first_touch.options
    assert len(mails.first_touch.options) == len(SHIPPED.mail.campaigns.first_touch.options)


NAMES = {
    "Dana": "Dana",
    "  Jean-Luc ": "Jean-Luc",
    "O'Brien": "O'Brien",
    "محمد": "محمد",
    "Zoë\u200b\u202e": "Zoë",
    "\uff24\uff41\uff4e\uff41": "Dana",
    "Dana\r\nBcc: all@clinic.example": None,
    "Dana\nSmith": "Dana Smith",
    "<b>Dana</b>": None,
    "\uff1cscript\uff1e": None,
    "{first_name}": None,
    "{{7*7}}": None,
    "%s": None,
    "=HYPERLINK(1)": None,
    "+49 30 1234": None,
    "@dana": None,
    "see www.evil.example": None,
    "https://evil.example": None,
    "N/A": None,
    "NULL": None,
    "-": None,
    "": None,
    "\u200b\u2066": None,
    "Agent 007": None,
    "Dana please open the attached file now": None,
    "x" * 41: None,
}


@pytest.mark.parametrize(("written", "said"), NAMES.items(), ids=map(repr, NAMES))
def test_a_name_is_said_only_where_it_is_one(written: str, said: str | None) -> None:
    assert name_of(written) == said
    words = campaign_words(SHIPPED, "first_touch", Recipient(first_name=written))
    assert words.text.splitlines()[0] == (f"Hi {said}," if said else "Hello,")


BUSINESSES = {
    "Booking.com": "Booking.com",
    "Ben & Jerry's": "Ben & Jerry's",
    "4 Pfoten e.V.": "4 Pfoten e.V.",
    "A/S Maersk": "A/S Maersk",
    "שלום בע״מ": "שלום בע״מ",
    "x" * 81: None,
    "=1+1": None,
    "#REF!": None,
    "12345": None,
    "<img src=x>": None,
}


@pytest.mark.parametrize(("written", "said"), BUSINESSES.items(), ids=map(repr, BUSINESSES))
def test_a_company_is_said_only_where_it_is_one(written: str, said: str | None) -> None:
    assert business_of(written) == said


def test_words_that_could_not_be_said_are_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="last resort"):
        CampaignMail(paragraphs=(("Hi {first_name},",),))
    with pytest.raises(ValidationError, match="names price"):
        CampaignMail(paragraphs=(("It costs {price}.",),))
