"""The phrases by which visitors doubt, put off and make light of a thing; lists to extend."""

from services.dialogue.domain.reading.patterns import any_of, either

# "No objections" and "can't hurt" deny what would speak against it, and so say yes.
DOUBLE_NEGATIVES = (
    r"\bno (?:complaints?|objections?|problems?|issues?|notes|qualms|harm|downside|doubt|reason not)\b",
    r"\b(?:no|any|little) (?:fault|issue|problem|objection)s? (?:with|in|to)\b",
    r"\b(?:can't|cannot|can not|couldn't|could not|won't|wouldn't|would not|doesn't|hardly) "
    r"(?:really |possibly )?(?:hurt|complain|argue|fault|wait|go wrong|say no|refuse|object)\b",
    r"\b(?:don't|do not|wouldn't|would not) (?:really )?"
    r"(?:mind|object|disagree|have (?:a|any) (?:problem|issue|objection))\b",
    r"\b(?:don't|do not|can't|cannot) see (?:any reason |a reason )?why not\b",
    r"\b(?:not|isn't|ain't) (?:half |too |so |at all )?bad\b",
    r"\bnot a problem\b",
    r"\bnothing (?:to (?:complain|object|add|fault|correct|improve)|wrong|against)\b",
    r"\b(?:silly|daft|stupid|mad|crazy|foolish|rude) not to\b",
)
# Words that a yes is seldom made of: where one stands, a short answer is not taken for one.
DOUBTS = any_of(
    r"\b"
    + either("not, no, nope, nah, nay, never, none, nothing, nobody, neither, nor, cannot, without, hardly")
    + r"\b",
    r"n't\b|\b(?:dont|cant|wont|isnt|doesnt|didnt|wouldnt|nein|nee|non|nao|nej|niet|nie|njet)\b",
    r"\b"
    + either(
        "maybe, perhaps, possibly, might, unsure, doubt\\w*, h+m+, u+m+, e+h+, m+e+h+, hesita\\w*, unless,"
        "depends, if, only, uncertain, unconvinced, unclear, sceptical, skeptical"
    )
    + r"\b(?! as well\b)",
    r"\b"
    + either(
        "later, (?:an)?other time, someday, one day, wait, hold, until, till, yet, busy, month, quarter,"
        "year, season, spring, summer, autumn, fall, winter, christmas, after(?=\\s+\\w), first, to think,"
        "think about, thinking, consider\\w*, decid\\w*, discuss, ask,"
        "check, we'll see, let me see, back to you, in touch, let you know"
    )
    + r"\b",
    r"\b"
    + either(
        "pass, skip, stop, quit, leave, drop it, forget, bye, enough, bother, out of, all set,"
        "(?:i'm|i am|we're|we are|im) (?:good|fine|ok|okay|out), your time, good luck, take care, nice day"
    )
    + r"\b",
    r"\b"
    + either(
        "expensive, pric\\w+, costs?, costly, budget, afford, money, cheap\\w*, steep, rich, pay\\w*, dear,"
        "fortune, dollars?, euros?"
    )
    + r"\b",
    r"\b"
    + either(
        "too, bad, wrong, weak, vague, generic, confus\\w+, boring, overkill, complicated, complex, poor,"
        "worse, disappoint\\w*, expected, hate, dislike, useless, nonsense, rubbish, crap, bullshit, scam,"
        "spam, joke, joking, kidding, serious, ridiculous, silly, unfortunately, sadly, afraid, sorry,"
        "miss\\w*, lack\\w*, could be, need\\w*, should, must, but, however, except, although, though, more,"
        "less, lol, haha, rather,"
        "have to, tried, already, alone, difficult, hard"
    )
    + r"\b",
    r"\b"
    + either(
        "just, much, else, instead, lost, torn, mis\\w{4,}, browsing, looking, sort of, kind of,"
        "and no, elsewhere,"
        "o+u*ch, yikes, oo+f, u+gh+, u+f, wh?oa+, huh, tough, tricky, no time"
    )
    + r"\b",
    "[\U0001f44e\U0001f615\U0001f610\U0001f914\U0001f937\U0001f926\U0001f612\U0001f644\u274c]",
)
# Who speaks of themselves or of us may say anything; who says yes seldom makes a sentence of it.
STATEMENTS = any_of(
    r"\b(?:i|we|you|my|our|they|he|she)\b|\b(?:i'm|i've|i'd|we're|we've|we'd|you're|im)\b",
    r"\b(?:call|ring|phone|email|mail|write|text) (?:me|us)\b",
    r"(?:\S+\s+){5,}\S",
)
# What stands behind one of these outweighs what stands before it.
CONTRASTS = any_of(r"\b(?:but|however|except|although|though|only|just)\b")
# Words that ask, wherever they stand and with no question mark behind them.
ASKS = any_of(r"\b(?:how|what|who|whose|why|which|where|when|whether|tell me|explain|show me)\b")
