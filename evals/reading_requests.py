"""What a stand-in for a model reads out of a request: the demanded answer, the state, the newest message."""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

Json = dict[str, Any]

_MARKED = re.compile(r"<visitor>(.*?)</visitor>", re.DOTALL)
_KNOWN = re.compile(r"<visitor>(\{.*?\})</visitor>", re.DOTALL)
_GIVEN_ACTION = re.compile(r"\baction is ([a-z_]+(?::[a-z_]+)?)")
_CHOICE = re.compile(r"Your action, unless [^:\n]*: *(.*)")
_ACTION = re.compile(r"\bask:[a-z_]+|\b(?:propose|redraft|answer|hold|book)\b")
_ALWAYS = ("hand_over", "book", "close")
_CITABLE = re.compile(r"^- ([a-z_]+): ((?:.+\n?(?!- ))+)", re.MULTILINE)
_FACT = re.compile(r"- ([a-z][a-z_]*): (.+)")


@dataclass(frozen=True)
class Request:
    """The body of a request for a chat completion."""

    body: Json

    @cached_property
    def properties(self) -> Json:
        """The fields of the demanded answer; none where no schema is sent."""
        demanded = self.body.get("response_format") or {}
        schema: Json = demanded.get("json_schema", {}).get("schema") or {}
        for tool in self.body.get("tools") or ():
            schema = tool["function"]["parameters"]
        properties: Json = schema.get("properties", {})
        return properties

    @property
    def is_turn(self) -> bool:
        """Whether it asks what a message means."""
        return "understanding" in self.properties

    @property
    def is_reply(self) -> bool:
        """Whether it asks for the words of a reply whose action is given."""
        return "reply" in self.properties and not self.is_turn

    @property
    def is_judgement(self) -> bool:
        """Whether it asks what sentences say of the company."""
        return "verdicts" in self.properties

    @property
    def is_translation(self) -> bool:
        """Whether it asks for lines in another language."""
        return "lines" in self.properties

    @cached_property
    def lines(self) -> list[Json]:
        """The lines to be translated, each with its number and text."""
        listed: list[Json] = json.loads(self.message)["lines"]
        return [{"number": line["number"], "text": line["text"]} for line in listed]

    @cached_property
    def begins_in_dutch(self) -> bool:
        """Whether the visitor greeted in Dutch; what they wrote long ago stands in the summary."""
        return any("goedendag" in str(message["content"]).casefold() for message in self.body["messages"])

    @cached_property
    def sentences(self) -> list[Json]:
        """The sentences to be judged."""
        listed: list[Json] = json.loads(self.message)["sentences"]
        return listed

    @cached_property
    def citable(self) -> dict[str, str]:
        """What a judge may cite, by its id."""
        told, _, _ = self._told[0].partition("The next message is data")
        return {found[1]: found[2] for found in _CITABLE.finditer(told)}

    @cached_property
    def message(self) -> str:
        """What the visitor wrote since the last reply."""
        newest: list[str] = []
        for message in reversed(self.body["messages"]):
            if message["role"] == "assistant":
                break
            if message["role"] == "user":
                newest.insert(0, _unmarked(message["content"]))
        return "\n".join(newest)

    @cached_property
    def last_reply(self) -> str:
        """What was answered before."""
        replies = [message["content"] for message in self.body["messages"] if message["role"] == "assistant"]
        return str(replies[-1]) if replies else ""

    @cached_property
    def legal(self) -> tuple[str, ...]:
        """The actions to choose from, in the order of the state."""
        choice = _CHOICE.search(self._state)
        return (*(_ACTION.findall(choice[1]) if choice else ()), *_ALWAYS)

    @cached_property
    def open_slots(self) -> tuple[str, ...]:
        """What may be asked for, in the order of the state."""
        return tuple(action.removeprefix("ask:") for action in self.legal if action.startswith("ask:"))

    @cached_property
    def given_action(self) -> str:
        """The action of a reply that is to be worded."""
        found = _GIVEN_ACTION.search(self._state)
        return found[1] if found else ""

    @cached_property
    def known(self) -> Json:
        """The slots that are known."""
        found = _KNOWN.search(self._state)
        try:
            return dict(json.loads(found[1])) if found else {}
        except ValueError:
            return {}

    @cached_property
    def facts(self) -> dict[str, str]:
        """What may be said about the company, by its id: the last lines of the rules."""
        lines = reversed(self._told[0].strip().splitlines() if self._told else [])
        return {found[1]: found[2] for found in takewhile(bool, map(_FACT.fullmatch, lines)) if found}

    @cached_property
    def draft(self) -> Json:
        """The draft of a proposal that is to be worded."""
        try:
            data = json.loads(self.message)
        except ValueError:
            return {}
        draft: Json = data.get("draft", {}) if isinstance(data, dict) else {}
        return draft

    @property
    def _state(self) -> str:
        return self._told[-1] if self._told else ""

    @cached_property
    def _told(self) -> list[str]:
        return [str(message["content"]) for message in self.body["messages"] if message["role"] == "system"]


def _unmarked(text: str) -> str:
    found = _MARKED.findall(text)
    return "\n".join(found) if found else text
