"""How servers in the field send a stream: one building block for every oddity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from tests.support.fake_openai.answers import Json

DONE = b"data: [DONE]\n\n"
ABSENT: Any = object()
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}

End = Literal["close", "open", "pings", "abort"]
"""What follows the last byte: the end of the body, silence, comments for ever, or a broken connection."""


@dataclass(frozen=True, slots=True)
class StreamShape:
    """The bytes of one answer, made from the answer's JSON."""

    name: str
    render: Callable[[str], bytes]
    content_type: str = "text/event-stream"
    end: End = "close"
    is_cut_into_bytes: bool = False

    def pieces(self, output: str) -> Sequence[bytes]:
        """The writes the answer is sent in."""
        rendered = self.render(output)
        if self.is_cut_into_bytes:
            return [bytes([byte]) for byte in rendered]
        return [rendered]


def chunk(delta: object = ABSENT, finish_reason: object = None, **changed: object) -> Json:
    """A chunk as OpenAI sends it; what is given as `ABSENT` is left out."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    choice = {name: value for name, value in choice.items() if value is not ABSENT}
    envelope = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "served"}
    whole = envelope | {"choices": [choice]} | changed
    return {name: value for name, value in whole.items() if value is not ABSENT}


def event(value: object) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def halves(output: str) -> tuple[str, str]:
    return output[: len(output) // 2], output[len(output) // 2 :]


ROLE = event(chunk({"role": "assistant", "content": ""}))
STOP = event(chunk({}, "stop"))
COUNTS = event(chunk(choices=[], usage=USAGE))


def stream(
    *,
    before: bytes = b"",
    between: bytes = b"",
    after: bytes = STOP + COUNTS + DONE,
    delta: Callable[[str], Json] = lambda piece: {"content": piece},
    wrapped: tuple[str, str] = ("", ""),
    **changed: object,
) -> Callable[[str], bytes]:
    """Two chunks of content, with something before, between and after; `changed` are fields of both."""

    def render(output: str) -> bytes:
        first, second = halves(wrapped[0] + output + wrapped[1])
        one, other = (event(chunk(delta(piece), **changed)) for piece in (first, second))
        return ROLE + before + one + between + other + after

    return render


def whole(message: Callable[[str], Json], **changed: object) -> Callable[[str], bytes]:
    """A completion in one JSON object, as without `stream`."""

    def render(output: str) -> bytes:
        choice = {"index": 0, "message": {"role": "assistant"} | message(output), "finish_reason": "stop"}
        completion = {"object": "chat.completion", "model": "served", "choices": [choice], "usage": USAGE}
        return orjson.dumps(completion | changed)

    return render


def in_content(output: str) -> Json:
    return {"content": output}


def rewritten(render: Callable[[str], bytes], *replacements: tuple[bytes, bytes]) -> Callable[[str], bytes]:
    """The same bytes with some replaced by others."""

    def render_otherwise(output: str) -> bytes:
        rendered = render(output)
        for old, new in replacements:
            rendered = rendered.replace(old, new)
        return rendered

    return render_otherwise
