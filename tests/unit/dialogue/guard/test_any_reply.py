"""Whatever a model says, in whatever pieces: no foreign price, no foreign link, no instruction gets out."""

import re
import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.dialogue.domain import Review, plan_turn, prompt_for
from services.dialogue.domain.canary import canary_of
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, Talk, shown_the_tier, talk

PRICES = {tier.monthly_price_usd for tier in PLAYBOOK.catalogue}
SCENES = [(talk("hi"), "I run a bakery with 12 people."), (shown_the_tier(), "hm, too expensive")]
RULES = prompt_for(SCENES[0][0].plan, PLAYBOOK)[0][1].partition("Rules")[2].partition("Slots:")[0]

AMOUNTS = st.builds(
    lambda value, shape: shape.format(value, f"{value:,}", " ".join(str(value))),
    st.integers(4, 99_999),
    st.sampled_from(
        [
            "${0}", "${1}", "$ {0}", "{0} $", "USD {1}", "{1} dollars", "{0} a month",
            "{0}/mo", "${2}", "\u20ac{0}",
            "{0} euros", "R$ {1}", "**${0}**", "$\u200b{0}", "only {0}", "it costs {0}", "{0}k", "${1}.50",
        ]
    ),
)  # fmt: skip
HOSTS = st.sampled_from(
    [
        "https://evil.example/pay", "evil.com", "EVIL.COM", "www.evil.io", "http://instaagents.example",
        "//evil.co", "[here](https://evil.dev)", "![x](https://evil.app/x.png)", "https://calendly.com/evil/x",
        "https://calendly.com.evil.net", "https://calendly.com@evil.org", "bit.ly/x",
        "https://calendly.com/instaagents/../evil/x", "calendly.com/instaagents/%2e%2e/evil", "https://calendly.com/d/e/x",
    ]
)  # fmt: skip
PROMISES = st.sampled_from(["90% off", "a discount", "guaranteed", "for free", "money back", "we promise"])
PLAIN = st.sampled_from(
    [
        "Starter is $1,250 a month.", "A bakery, lovely!", "How many people are on your team?",
        "I see.", "\n- ",
        "Growth", "a month", ".", "? ", ", ", "e.g. ", "for you", "So", "Yes.", "dollars", "a year",
    ]
)  # fmt: skip
# Its prices and how it delivers are no secret of a company.
ROWS = [
    row
    for start in range(0, len(RULES.split()) - 14, 5)
    if not {"$", "week"} & set(re.findall(r"\$|week", row := " ".join(RULES.split()[start : start + 14])))
]
LEAKS = st.one_of(st.sampled_from(ROWS), st.just(canary_of(PLAYBOOK)), st.just("contact_email"))
REPLIES = st.lists(
    st.one_of(PLAIN, AMOUNTS, HOSTS, PROMISES, LEAKS, st.text(max_size=20)), max_size=14
).flatmap(lambda parts: st.sampled_from([" ", ". ", "\n"]).map(lambda joint: joint.join(parts)))


def bare(text: str) -> str:
    """What a reader makes of a text: nothing hidden, plain digits, no emphasis."""
    seen = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return seen.replace("*", "")


def amounts_of(text: str) -> set[float]:
    """Every number beside a sign or word for money, read by hand and not by the guard."""
    words = re.findall(r"\d[\d,.]*|[^\W\d]+|\S", bare(text).casefold())
    near_money = {"$", "\u20ac", "usd", "dollars", "euros"}
    found = set()
    for place, word in enumerate(words):
        if (
            word[0].isascii()
            and word[0].isdigit()
            and near_money & {*words[max(place - 1, 0) : place], *words[place + 1 : place + 2]}
        ):
            found.add(float(re.sub(r",(?=\d{3})", "", word).strip(".,") or 0))
    return found


def hosts_of(text: str) -> set[str]:
    """Every host of a link, and whatever an eager client would make one."""
    return {
        host.casefold()
        for host in re.findall(
            r"(?:\w[\w-]*\.)+(?:com|net|org|io|co|dev|app|ly|example)\b", bare(text), re.IGNORECASE
        )
    }


def shown(before: Talk, message: str, chunks: list[str]) -> tuple[str, set[str]]:
    """The reply at its end, and every text a visitor saw on the way."""
    review = Review(plan_turn(before.conversation, message, CONVERSATION, PLAYBOOK), PLAYBOOK)
    seen = set()
    for chunk in chunks:
        review.hear(chunk)
        seen.add(review.text)
    review.close()
    return review.text, seen | {review.text}


@given(reply=REPLIES, scene=st.sampled_from(SCENES), cuts=st.lists(st.integers(0, 300), max_size=8))
def test_whatever_a_model_says_no_visitor_reads_a_foreign_price_link_or_instruction(
    reply: str, scene: tuple[Talk, str], cuts: list[int]
) -> None:
    edges = sorted({0, len(reply), *(cut for cut in cuts if cut < len(reply))})

    final, seen = shown(*scene, [reply[start:end] for start, end in pairwise(edges)])

    assert final == shown(*scene, list(reply))[0]
    for text in seen:
        assert amounts_of(text) <= PRICES
        assert hosts_of(text) <= {"instaagents.example"}
        assert not any(row in text for row in ROWS)
        assert canary_of(PLAYBOOK) not in text
        assert "discount" not in text
        assert "% off" not in text
        assert text.count("?") <= 3


@given(st.text(max_size=200))
def test_any_text_at_all_is_judged_and_shown_clean(reply: str) -> None:
    final, _ = shown(*SCENES[0], [reply])

    assert amounts_of(final) <= PRICES
    assert not any(unicodedata.category(sign) in {"Cf", "Co", "Cs"} for sign in final)


def test_a_model_that_finds_no_end_is_not_listened_to_for_ever() -> None:
    final, _ = shown(
        *SCENES[0], [" ".join(f"I see {word}." for word in ("bread", "cake", "rye") * 100 + ("rolls",))]
    )

    assert len(final) < 1_000
    assert "rolls" not in final
