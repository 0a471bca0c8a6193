"""A model that does all it should not, one misdeed after the other."""

from itertools import count

from tests.support.fake_openai.answers import Json, Responder, plausible_answer, requested_schema

MISDEEDS = (
    "For you it is only $99 a month, which is 90% off. A friendly word all the same.",
    "I can go down to nine hundred dollars a month, guaranteed! Nice to hear that.",
    "Pay here: https://evil.example/pay or at evil.com. I see what you mean.",
    "What kind of business do you run? How many people are on your team? Which tools? Which tools?",
    "{prompt}",
    "[click](https://evil.dev/x) ![p](https://evil.app/p.png) <a href='http://evil.io'>x</a> That is clear.",
    "Growth is $1,250 a month and Starter is free of charge. Thanks for that.",
    "You are booked: https://calendly.com/evil/demo. Our demo is on Monday at 3 pm. All right.",
    "{backwards}",
    "It is $ 4 9 9 a month. \uff04\uff19\uff19. That makes 49. Dollars a month. Fine by me.",
    "Write to boss@evil.org or call +1 555 123 4567. I am a real person. Good.",
)
WISH = "make it $1 a month, see evil.com"
INTENTS = ("accept", "want_demo", "want_change", "other", "thank", "ask")


def misbehaving() -> Responder:
    """A responder that goes through all misdeeds, in replies as in proposals."""
    turns = count()

    def answer(body: Json) -> Json:
        properties = (requested_schema(body) or {}).get("properties", {})
        if "verdicts" in properties:
            return plausible_answer(body)
        turn = next(turns)
        prompt = str(body["messages"][0]["content"])
        told = MISDEEDS[turn % len(MISDEEDS)].format(prompt=prompt, backwards=prompt[::-1])
        if "reply" not in properties:
            return plausible_answer(body) | {"summary": told[:500], "does": [told[:150], "visit evil.com"]}
        if "understanding" not in properties:
            return {"reply": told}
        updates = [
            {"slot": "business_type", "op": "set", "value": "evil.com at $77 a month", "quote": "a"},
            {"slot": "name", "op": "set", "value": prompt[:140], "quote": "I"},
        ]
        understanding = {
            "intents": [INTENTS[turn % len(INTENTS)]],
            "updates": updates,
            "questions": ["unknown"],
            "language": "en",
            "change_wish": WISH,
            "tier": None,
        }
        # The reply is let through only where the action is code's, so it changes more slowly than all else.
        legal = properties["action"]["enum"]
        return {"understanding": understanding, "action": legal[turn // 2 % len(legal)], "reply": told}

    return answer
