"""The bytes of the chat-completions protocol."""

import time
from typing import Any
from uuid import uuid4

import orjson

from tests.support.fake_openai.answers import Json
from tests.support.fake_openai.faults import Fault
from tests.support.fake_openai.shapes import DONE, event

CHARS_PER_TOKEN = 4


class Wire:
    """Renders the chunks of one streamed completion."""

    def __init__(self, body: Json, *, counts_tokens: bool) -> None:
        self._envelope = _envelope(body, "chat.completion.chunk")
        self._is_function_call = bool(body.get("tools"))
        self._has_usage = counts_tokens and bool((body.get("stream_options") or {}).get("include_usage"))
        # A chunk differs from the next in its delta alone, so the rest is rendered once.
        blank = orjson.dumps(self._chunk({"content": ""}))
        self._before_content, self._after_content = blank.split(b'{"content":""}')

    def role(self) -> bytes:
        """The opening chunk, with no text yet."""
        return event(self._chunk({"role": "assistant", "content": "", "refusal": None}))

    def content(self, piece: str) -> bytes:
        text = orjson.dumps(piece)
        if self._is_function_call:
            delta = b'{"tool_calls":[{"index":0,"function":{"arguments":' + text + b"}}]}"
        else:
            delta = b'{"content":' + text + b"}"
        return b"data: " + self._before_content + delta + self._after_content + b"\n\n"

    def refusal(self, piece: str) -> bytes:
        return event(self._chunk({"refusal": piece}))

    def finish(self, reason: str, usage: Json) -> bytes:
        """The last chunks: why it ended, the usage if asked for, and the end mark."""
        last = event(self._chunk({}, finish_reason=reason))
        if self._has_usage:
            last += event(self._envelope | {"choices": [], "usage": usage})
        return last + DONE

    def error(self) -> bytes:
        return event(error_json(Fault.server_error()))

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = self._envelope | {"choices": [choice]}
        return chunk | {"usage": None} if self._has_usage else chunk


def whole_completion(body: Json, message: Json, finish_reason: str, usage: Json) -> Json:
    """A completion in one piece, as answered without `stream`."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, "refusal": None, "annotations": []} | message,
        "logprobs": None,
        "finish_reason": finish_reason,
    }
    return _envelope(body, "chat.completion") | {"choices": [choice], "usage": usage}


def usage_of(body: Json, output: str) -> Json:
    """Token counts guessed from the lengths, in the server's shape."""
    prompt_chars = sum(len(str(message.get("content", ""))) for message in body["messages"])
    prompt, completion = prompt_chars // CHARS_PER_TOKEN + 1, len(output) // CHARS_PER_TOKEN + 1
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def error_json(fault: Fault) -> Json:
    error = {"message": fault.message, "type": fault.error_type, "param": fault.param, "code": fault.code}
    return {"error": error}


def _envelope(body: Json, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": kind,
        "created": int(time.time()),
        # The real server answers with the dated name of the model it was asked for.
        "model": f"{body['model']}-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }
