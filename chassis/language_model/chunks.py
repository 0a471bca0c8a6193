"""Parses the chunks of any server, ignoring what is not usable.

Compatible servers differ in all but the essentials: fields are null, empty, missing, of another type or in
another place. Only what an answer is made of is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import orjson

# No answer is that long; a number beyond it is not a count.
MOST_TOKENS: Final = 10_000_000
_OTHER_THAN_TEXT: Final = frozenset({"thinking", "reasoning", "redacted_thinking", "refusal", "image_url"})
_SAYS_NOTHING: Final = frozenset({"", "null", "none"})


@dataclass(slots=True)
class TokenCounts:
    """The token counts of the server so far; None where it gives none."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int = 0


@dataclass(slots=True)
class Chunk:
    """What one chunk adds to the answer. `arguments` are those of a function call."""

    model: str = ""
    content: str = ""
    arguments: str = ""
    finish_reason: str = ""
    is_refusal: bool = False
    counts: TokenCounts | None = None
    error: dict[str, Any] | None = None


def plain_content(value: dict[str, Any]) -> str | None:
    """The text of a chunk that contains only text, as most do; None for any other."""
    choices, usage = value.get("choices"), value.get("usage")
    if usage or "error" in value or not isinstance(choices, list) or len(choices) != 1:
        return None
    choice = choices[0]
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if not isinstance(delta, dict) or len(delta) != 1 or choice.get("finish_reason") or choice.get("index"):
        return None
    content = delta.get("content")
    return content if isinstance(content, str) and not choice.get("usage") else None


def read_chunk(value: dict[str, Any]) -> Chunk:
    """The usable part of a chunk."""
    model = value.get("model")
    chunk = Chunk(model=model if isinstance(model, str) else "")
    if "error" in value or value.get("object") == "error":
        chunk.error = _error(value)
    usage = value.get("usage") or _of_extension(value)
    choices = value.get("choices")
    choice = _first_choice(choices)
    if choice is not None:
        _read_choice(chunk, choice)
        usage = usage or choice.get("usage")
    elif isinstance(value.get("message"), dict) and chunk.error is None:
        # Ollama's own protocol has neither choices nor an end mark.
        _read_choice(chunk, value)
        chunk.finish_reason = chunk.finish_reason or _name(value.get("done_reason"))
        usage = usage or value
    if isinstance(usage, dict):
        chunk.counts = _counts(usage)
    return chunk


def _first_choice(choices: object) -> dict[str, Any] | None:
    """The first alternative; others are ignored."""
    alternatives = choices if isinstance(choices, list) else []
    return next((each for each in alternatives if isinstance(each, dict) and not each.get("index")), None)


def _read_choice(chunk: Chunk, choice: dict[str, Any]) -> None:
    chunk.finish_reason = _name(choice.get("finish_reason"))
    delta = choice.get("delta") or choice.get("message")
    if not isinstance(delta, dict):
        text = choice.get("text")
        chunk.content = text if isinstance(text, str) else ""
        return
    content = delta.get("content")
    chunk.content = content if isinstance(content, str) else _text_of(content)
    refusal = delta.get("refusal")
    chunk.is_refusal = isinstance(refusal, str) and bool(refusal)
    if calls := delta.get("tool_calls") or delta.get("function_call"):
        chunk.arguments = _arguments(calls)


def _text_of(content: object) -> str:
    """The text of a content in parts, without the parts that are reasoning."""
    if isinstance(content, list):
        return "".join(map(_text_of, content))
    if isinstance(content, dict) and content.get("type") not in _OTHER_THAN_TEXT:
        return _text_of(content.get("text"))
    return content if isinstance(content, str) else ""


def _arguments(calls: object) -> str:
    """The arguments of the first function call; the request offers only one function."""
    call = calls[0] if isinstance(calls, list) and calls else calls
    if not isinstance(call, dict) or call.get("index"):
        return ""
    function = call.get("function", call)
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if isinstance(arguments, dict):
        return orjson.dumps(arguments).decode()
    return arguments if isinstance(arguments, str) else ""


def _counts(usage: dict[str, Any]) -> TokenCounts | None:
    counts = TokenCounts(
        _first_count(usage, "prompt_tokens", "input_tokens", "prompt_eval_count"),
        _first_count(usage, "completion_tokens", "output_tokens", "eval_count"),
    )
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details")
    cached = _first_count(details, "cached_tokens") if isinstance(details, dict) else None
    cached = cached or _first_count(usage, "cached_tokens", "prompt_cache_hit_tokens") or 0
    counts.cached_input_tokens = min(cached, counts.input_tokens or 0)
    return counts


def _first_count(counts: dict[str, Any], *names: str) -> int | None:
    """The first positive count; zero means that the server does not count."""
    for name in names:
        count = counts.get(name)
        if isinstance(count, int | float) and 0 < count <= MOST_TOKENS:
            return ceil(count)
    return None


def _name(value: object) -> str:
    name = value.lower() if isinstance(value, str) else ""
    return "" if name in _SAYS_NOTHING else name


def _of_extension(value: dict[str, Any]) -> object:
    extension = value.get("x_groq")
    return extension.get("usage") if isinstance(extension, dict) else None


def _error(value: dict[str, Any]) -> dict[str, Any] | None:
    """The error in a chunk, if it is not empty."""
    error = value if value.get("object") == "error" else value["error"]
    if isinstance(error, dict):
        return error if any(error.values()) else None
    return {"message": str(error)} if error else None
