"""A stand-in for a model that understands a simple visitor: what a fake server answers in end-to-end tests.

It knows English, plain sentences and the shipped playbook; nothing of the product is used to read them. Who
greets it in Dutch is taken to write Dutch from then on.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from evals.reading_requests import Json, Request
from playbook import Playbook, load_playbook

_PLAYBOOK = Path(__file__).parents[1] / "playbook.yaml"
_LISTS = frozenset({"steps", "tools", "out_of_scope", "time_wasters"})
_NUMBERS = frozenset({"team_size", "hours_per_week"})
_SPELLED = {
    "just me": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "eight": "8",
    "ten": "10",
}

# The first that fits wins for a slot; what is in brackets is the value, the whole match the quote.
_TOLD: tuple[tuple[str, str], ...] = (
    ("business_type", r"\bI (?:run|own|have) (?:a|an) ([^.,!?]+)"),
    ("business_type", r"\b[Ww]e(?: are|'re) (?:a|an) ([^.,!?\d]+)"),
    ("team_size", r"(\d+) (?:people|of us|employees)"),
    ("hours_per_week", r"(\d+(?:\.\d+)?) hours"),
    ("tools", r"\b[Ww]e use ([^.!?]+)"),
    ("success_measure", r"\b[Ii]t works if ([^.!?]+)"),
    ("out_of_scope", r"([^.!?,]+) (?:should )?stays? with (?:us|my people|our people)"),
    ("task", r"([A-Z][a-z]+ing\b[^.!?,]*?),? (?:is the worst|first)\b"),
    ("challenge", r"(The front desk spends [^.!?]+|[A-Z][^.!?]* eats up [^.!?]+)"),
    ("name", r"\b[Mm]y name is ([A-Z]\w+(?: [A-Z]\w+)*)"),
    ("contact_email", r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
)
_WISHES: tuple[tuple[str, str], ...] = (
    ("greet", r"\b(?:hi|hello|good morning)\b"),
    ("thank", r"\bthank(?:s| you)\b"),
    ("want_person", r"\b(?:talk|speak) (?:to|with) (?:a|some)\s?(?:person|human|one|colleague)"),
    ("decline", r"\bnot interested\b|\bno,? thanks\b|\bnot for us\b"),
    ("stop", r"\bplease stop\b"),
    ("take_leave", r"\b(?:goodbye|bye)\b"),
    ("want_demo", r"\bsend (?:me )?the link\b|\bbook\b.*\bdemo\b|\b(?:want|like) (?:a|the) demo\b"),
    ("skip", r"\bskip\b|\brather not\b|\bno idea\b|\bnot sure\b"),
    ("object", r"\bexpensive\b|\btoo much\b|\bsteep\b"),
    ("want_change", r"\b(?:change|instead|leave out|add)\b"),
    ("accept", r"\b(?:yes|ok|okay|sounds good|looks good|go ahead|works for us|perfect|spot on|i like it)\b"),
)
_AFTER_A_PROPOSAL = frozenset({"accept", "want_change", "object"})
_CALLED = re.compile(r"^(?:and )?(?:an? )?.*\bcalled ")
_SAYS: Mapping[str, str] = {
    "propose": "Thank you. The proposal follows here.",
    "redraft": "Thank you. The new proposal follows here.",
    "book": "The link follows here.",
    "hand_over": "Thank you.",
    "hold": "The proposal follows here.",
    "close": "Thank you. Goodbye.",
}


def answer(body: Json) -> Json:
    """A sensible answer to whatever is asked."""
    request = Request(body)
    if request.is_judgement:
        return {"verdicts": [judge(one, request.citable) for one in request.sentences], "end": ""}
    if request.is_translation:
        # So marked, no test takes a translated line for one of ours.
        return {"lines": [line | {"text": f"~{line['text']}"} for line in request.lines], "language": "nl"}
    if request.is_turn:
        understanding = understand(request)
        action = choose(request, understanding)
        return {
            "understanding": understanding,
            "action": action,
            "reply": reply(request, action, understanding),
        }
    if request.is_reply:
        return {"reply": reply(request, request.given_action, understand(request))}
    draft = request.draft
    filled = {name: draft.get(name, _nothing(field)) for name, field in request.properties.items()}
    return filled or {"text": request.message}


def judge(sentence: Json, facts: Mapping[str, str]) -> Json:
    """No claim where it shares no word with a fact, carried where it shares most of them and all figures."""
    words, figures = _long_words(sentence["says"]), set(re.findall(r"\d+", sentence["says"]))
    shared = {name: len(words & _long_words(says)) for name, says in facts.items()}
    best = max(shared, key=lambda name: shared[name])
    is_carried = shared[best] >= len(words) / 2 and figures <= set(re.findall(r"\d+", facts[best]))
    claims_nothing = not shared[best] and not figures
    verdict = "no_claim" if claims_nothing else "carried" if is_carried else "not_carried"
    cited = [best] if verdict == "carried" else []
    return {"n": sentence["n"], "claim": "", "facts": cited, "verdict": verdict, "needs_before": False}


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def understand(request: Request) -> Json:
    """What the newest message means."""
    message = request.message
    updates = list(_updates(request))
    wishes = [name for name, words in _WISHES if re.search(words, message, re.IGNORECASE)]
    if "answer" not in request.legal and "redraft" not in request.legal:
        wishes = [name for name in wishes if name not in _AFTER_A_PROPOSAL]
    questions = [_fact_for(sentence, request.facts) for sentence in re.findall(r"[^.!?]+\?", message)]
    told = (["answer"] if updates else []) + (["ask"] if questions else [])
    change = message if "want_change" in wishes else None
    return {
        "intents": [*wishes, *told] or ["other"],
        "updates": updates,
        "questions": questions,
        "language": "nl" if request.begins_in_dutch else "en",
        "change_wish": change,
        "tier": None,
    }


def choose(request: Request, understanding: Json) -> str:
    """The action that the message leads to, out of the legal ones."""
    wishes = (
        ("want_person", "hand_over"), ("want_demo", "book"), ("decline", "close"), ("stop", "close"),
        ("take_leave", "close"), ("want_change", "redraft"), ("accept", "book"),
    )  # fmt: skip
    for wish, action in wishes:
        if wish in understanding["intents"] and action in request.legal:
            return action
    for action in ("hold", "answer"):
        if action in request.legal:
            return action
    told = {*request.known, *(update["slot"] for update in understanding["updates"])}
    open_slots = [slot for slot in request.open_slots if slot not in told]
    return f"ask:{open_slots[0]}" if open_slots else "propose"


def reply(request: Request, action: str, understanding: Json) -> str:
    """A reaction in the visitor's words, what answers their questions, and the words of the action."""
    told = {update["slot"]: update["value"] for update in understanding["updates"]}
    reaction = f"{told['business_type'].capitalize()}, lovely." if "business_type" in told else ""
    answers = [request.facts[name] for name in understanding["questions"] if name in request.facts]
    slot = action.removeprefix("ask:")
    says = _asks().get(slot, "") if action.startswith("ask:") else _SAYS.get(action, "")
    return " ".join(filter(None, [reaction, *answers, says])) or "Thank you."


def _updates(request: Request) -> Iterable[Json]:
    """What the message tells in plain words, and otherwise what answers the last question."""
    found: dict[str, Json] = {}
    for slot, words in _TOLD:
        if slot not in found and (match := re.search(words, request.message)):
            found[slot] = _update(slot, match[1], match[0])
    asked = _asked(request.last_reply)
    skips = any(
        name == "skip" and re.search(words, request.message, re.IGNORECASE) for name, words in _WISHES
    )
    is_answer = not (found or skips or request.message.rstrip().endswith("?"))
    value = _number_in(request.message) if asked in _NUMBERS else request.message
    if asked and is_answer and value:
        found[asked] = _update(asked, value, request.message)
    return found.values()


def _number_in(message: str) -> str:
    """The first number, in digits; nothing where there is none."""
    number = re.search(rf"\d+(?:\.\d+)?|\b(?:{'|'.join(_SPELLED)})\b", message, re.IGNORECASE)
    return _SPELLED.get(number[0].casefold(), number[0]) if number else ""


def _update(slot: str, value: str, quote: str) -> Json:
    value = value.strip(" .!")
    if slot in _LISTS:
        items = re.split(r",\s*(?:and\s+)?|\s+and\s+", value)
        value = "\n".join(_CALLED.sub("", item).strip() for item in items if item.strip())
    return {"slot": slot, "op": "set", "value": value, "quote": quote}


def _asked(last_reply: str) -> str | None:
    """The slot that the last reply asked for."""
    places = {last_reply.rfind(words): slot for words, slot in _questions().items() if words in last_reply}
    return places[max(places)] if places else None


def _fact_for(question: str, facts: Mapping[str, str]) -> str:
    """The fact that shares most words with a question."""
    asked = _long_words(question)
    shared = {name: len(asked & _long_words(f"{name} {says}")) for name, says in facts.items()}
    best = max(shared, key=lambda name: shared[name], default="unknown")
    return best if shared.get(best) else "unknown"


def _nothing(field: Json) -> object:
    if {"type": "null"} in field.get("anyOf", ()):
        return None
    return [] if field.get("type") == "array" else ""


def _asks() -> Mapping[str, str]:
    return {
        question.slot: question.ask for stage in _playbook().stages.values() for question in stage.questions
    }


def _questions() -> Mapping[str, str]:
    stages = _playbook().stages.values()
    return {words: one.slot for stage in stages for one in stage.questions for words in (one.ask, one.again)}


@cache
def _playbook() -> Playbook:
    return load_playbook(_PLAYBOOK)
