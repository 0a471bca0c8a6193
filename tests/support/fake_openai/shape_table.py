"""Streams as real servers send them: those that hold a whole answer, and those that are broken."""

import orjson

from tests.support.fake_openai.answers import Json
from tests.support.fake_openai.shapes import (
    ABSENT,
    COUNTS,
    DONE,
    ROLE,
    STOP,
    USAGE,
    End,
    StreamShape,
    chunk,
    event,
    halves,
    in_content,
    rewritten,
    stream,
    whole,
)

JSON, BOM = "application/json", b"\xef\xbb\xbf"
ENDS: tuple[End, ...] = ("open", "pings")
FINISHED = STOP + DONE


def arguments(piece: str) -> Json:
    """A piece of the arguments of a function call."""
    return {"tool_calls": [{"index": 0, "id": "call_1", "function": {"arguments": piece}}]}


def legacy_arguments(piece: str) -> Json:
    """The same, as it was before there were tools."""
    return {"function_call": {"name": "f", "arguments": piece}}


def in_parts(piece: str) -> Json:
    """Content as a list of parts, with what the model thinks among them."""
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": '{"text": "no"}'}]}
    return {"content": [thinking, {"type": "reasoning", "text": "hm"}, {"type": "text", "text": piece}]}


def pretty(output: str) -> bytes:
    """Each chunk as indented JSON, over many `data:` lines."""
    chunks = [chunk({"content": piece}) for piece in halves(output)] + [chunk({}, "stop")]
    rendered = [orjson.dumps(value, option=orjson.OPT_INDENT_2) for value in chunks]
    return b"".join(b"data: " + each.replace(b"\n", b"\ndata: ") + b"\n\n" for each in rendered) + DONE


def json_lines(output: str) -> bytes:
    """Ollama's own protocol: a JSON object on each line."""
    lines: list[Json] = [
        {"model": "served", "message": {"role": "assistant", "content": piece}, "done": False}
        for piece in halves(output)
    ]
    lines.append({"message": {"content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 11})
    return b"\n".join(map(orjson.dumps, lines)) + b"\n"


def half_characters(output: str) -> bytes:
    """A surrogate pair escaped in two chunks, a half in each."""
    escaped = orjson.dumps(output)[1:-1].replace("😀".encode(), b"\\ud83d|\\ude00")
    pieces = [
        b'data: {"choices":[{"delta":{"content":"' + piece + b'"}}]}\n\n' for piece in escaped.split(b"|")
    ]
    return b"".join(pieces) + FINISHED


def repeated_whole(output: str) -> bytes:
    """Deltas, and at the end the whole message once more."""
    last = {"index": 0, "message": {"content": output}, "finish_reason": "stop"}
    return stream(after=event(chunk(choices=[last])) + DONE)(output)


FILTERED = {"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}], "model": ""}
GROQ = {"x_groq": {"id": "req_1", "usage": USAGE}}

_EVENTS = {
    "as OpenAI sends it": stream(),
    "without any space after data:": rewritten(stream(), (b"data: ", b"data:")),
    "an empty data: between chunks": stream(between=b"data:\n\ndata: \n\n"),
    "data: null": stream(between=b"data: null\n\n"),
    "data that is no JSON": stream(between=b"data: ping\n\ndata: 12\n\ndata: true\n\n"),
    "choices null": stream(between=event(chunk(choices=None))),
    "choices empty": stream(between=event(chunk(choices=[]))),
    "choices missing": stream(between=event(chunk(choices=ABSENT))),
    "a choice that is null": stream(between=event(chunk(choices=[None]))),
    "delta null": stream(between=event(chunk(None))),
    "delta missing": stream(between=event(chunk())),
    "content null": stream(between=event(chunk({"content": None}))),
    "model null": stream(model=None),
    "model a number": stream(model=4),
    "ids and times of other types": stream(id=None, created="now", object=None),
    "roles only": stream(between=ROLE * 3),
    "usage null": stream(usage=None),
    "token counts null": stream(usage={"prompt_tokens": None, "completion_tokens": None}),
    "token counts absent": stream(usage={}),
    "token counts as floats": stream(usage={"prompt_tokens": 11.0, "completion_tokens": 7.0}),
    "token counts as text": stream(usage={"prompt_tokens": "11", "completion_tokens": "7"}),
    "token counts below zero": stream(usage={"prompt_tokens": -1, "completion_tokens": -1}),
    "token counts beyond belief": stream(usage={"prompt_tokens": 1e300, "completion_tokens": 7}),
    "usage a list": stream(usage=[]),
    "usage in every chunk": stream(usage=USAGE, after=event(chunk({}, "stop", usage=USAGE)) + DONE),
    "usage with the last choice": stream(after=event(chunk({}, "stop", usage=USAGE)) + DONE),
    "usage details null": stream(usage=USAGE | {"prompt_tokens_details": None}),
    "usage of Groq": stream(after=event(chunk({}, "stop", **GROQ)) + DONE),
    "prompt filter results of Azure": stream(before=event(chunk(choices=[], **FILTERED))),
    "comments of OpenRouter": stream(between=b": OPENROUTER PROCESSING\n\n" * 3),
    "a comment at the very beginning": lambda output: b": hello\n\n" + stream()(output),
    "blank lines at the very beginning": lambda output: b"\n\n\n" + stream()(output),
    "event: lines": rewritten(stream(), (b"data: {", b"event: message\ndata: {")),
    "id: and retry: lines": rewritten(stream(), (b"data: {", b"id: 7\nretry: 100\ndata: {")),
    "CRLF line ends": rewritten(stream(), (b"\n", b"\r\n")),
    "CR line ends": rewritten(stream(), (b"\n", b"\r")),
    "a byte-order mark": lambda output: BOM + stream()(output),
    "half a character in a chunk": half_characters,
    "data of several lines": pretty,
    "no blank lines between events": rewritten(stream(), (b"\n\n", b"\n")),
    "no line end after the last event": lambda output: stream()(output).rstrip(),
    "spaces after the end mark": rewritten(stream(), (b"[DONE]", b"[DONE] ")),
    "finish_reason absent": stream(after=DONE),
    "finish_reason empty": stream(finish_reason="", after=event(chunk({}, "")) + DONE),
    'finish_reason "null"': stream(after=event(chunk({}, "null")) + DONE),
    "finish_reason a number": stream(after=event(chunk({}, 0)) + DONE),
    "finish_reason eos": stream(after=event(chunk({}, "eos")) + DONE),
    "finish_reason in capitals": stream(after=event(chunk({}, "STOP")) + DONE),
    "finish_reason length of a whole answer": stream(after=event(chunk({}, "length")) + DONE),
    "finish_reason with the last content": stream(finish_reason="stop", after=DONE),
    "finished without an end mark": stream(after=STOP),
    "error empty": stream(error=""),
    "error null": stream(error=None),
    "error false": stream(error=False),
    "error an empty object": stream(error={}),
    "error of nulls": stream(error={"message": None, "code": None}),
    "refusal null": stream(delta=lambda piece: {"content": piece, "refusal": None}),
    "refusal empty": stream(delta=lambda piece: {"content": piece, "refusal": ""}),
    "content in parts": stream(delta=in_parts),
    "content as one part": stream(delta=lambda piece: {"content": {"type": "text", "text": piece}}),
    "content as a list of texts": stream(delta=lambda piece: {"content": [piece]}),
    "reasoning_content": stream(before=event(chunk({"reasoning_content": '{"text": "no"}'}))),
    "reasoning beside": stream(delta=lambda piece: {"content": piece, "reasoning": "hm"}),
    "message in place of delta": lambda output: event({"choices": [{"message": in_content(output)}]}) + DONE,
    "the whole message at the end": repeated_whole,
    "text of the older protocol": lambda output: event({"choices": [{"text": output}]}) + DONE,
    "tool calls": stream(delta=arguments),
    "tool calls beside prose": stream(delta=arguments, before=event(chunk({"content": "Sure! "}))),
    "tool calls null": stream(delta=lambda piece: {"content": piece, "tool_calls": None}),
    "tool calls empty": stream(delta=lambda piece: {"content": piece, "tool_calls": []}),
    "a function call": stream(delta=legacy_arguments),
    "a second choice": stream(between=event(chunk(choices=[{"index": 1, "delta": {"content": "x"}}]))),
    "fences": stream(wrapped=("```json\n", "\n```")),
    "fences without a language": stream(wrapped=("```\n", "\n```\n")),
    "thoughts": stream(wrapped=('<think>\nMaybe {"text": "no"}?\n</think>\n\n', "")),
    "thoughts without a beginning": stream(wrapped=("Well, well.\n</think>\n\n", "")),
    "thoughts and fences": stream(wrapped=("<think></think>```json\n", "\n```")),
    "prose around": stream(wrapped=("Here is the JSON you asked for:\n\n", "\n\nAnything else?")),
    "white space around": stream(wrapped=("\n \t", "  \n\n")),
    "channels": stream(wrapped=("<|channel|>analysis<|message|>Hm {x}<|end|><|message|>", "<|return|>")),
    "bare line ends in a text": lambda output: stream()(output.replace("\\n", "\n")),
    "a nullable field left out": lambda output: stream()(output.replace(',"note":null', "")),
    "the end mark in quotes": rewritten(stream(), (b"[DONE]", b'"[DONE]"')),
    "an object around": stream(wrapped=('{"answer": ', "}")),
    "a list around": stream(wrapped=("[", "]")),
    "one JSON body as an event stream": whole(in_content),
    "the end mark twice": stream(after=STOP + DONE + DONE),
    "more after the end mark": stream(after=STOP + DONE + event(chunk({"content": "more"}))),
}
ANSWERS = (
    *(StreamShape(name, render) for name, render in _EVENTS.items()),
    StreamShape("CRLF line ends in single bytes", _EVENTS["CRLF line ends"], is_cut_into_bytes=True),
    StreamShape("a byte-order mark in single bytes", _EVENTS["a byte-order mark"], is_cut_into_bytes=True),
    StreamShape("characters cut anywhere", stream(), is_cut_into_bytes=True),
    StreamShape("text/plain", stream(), "text/plain"),
    StreamShape("no content type", stream(), ""),
    StreamShape("events as application/json", stream(), JSON),
    StreamShape("another charset", stream(), "text/event-stream; charset=iso-8859-1"),
    StreamShape("one JSON body", whole(in_content), JSON),
    StreamShape("one JSON body with a byte-order mark", lambda output: BOM + whole(in_content)(output), JSON),
    StreamShape(
        "one JSON body without a finish_reason",
        lambda output: orjson.dumps({"choices": [{"message": in_content(output)}]}),
        JSON,
    ),
    StreamShape("one JSON body with a tool call", whole(arguments), JSON),
    StreamShape("JSON lines of Ollama", json_lines, "application/x-ndjson"),
    StreamShape("the connection broken after the end mark", stream(), end="abort"),
    StreamShape("the connection broken before the end mark", stream(after=STOP), end="abort"),
    *(StreamShape(f"the end mark and {end}", stream(), end=end) for end in ENDS),
    *(StreamShape(f"finished without an end mark and {end}", stream(after=STOP), end=end) for end in ENDS),
)
"""Each holds the whole answer."""

ERROR = {"message": "The server had an error.", "type": "server_error", "code": None}
JSON_ERROR, PAGE = orjson.dumps({"error": ERROR}), b"<!DOCTYPE html><html><body>Hello</body></html>"

_BROKEN = {
    "connection": {
        "the end without an end mark or a finish reason": stream(after=b""),
        "nothing at all": lambda _: b"",
        "comments only": lambda _: b": ping\n\n" * 5,
    },
    "server_error": {
        "an error beside choices": stream(error=ERROR),
        "an error in between": stream(between=event({"error": ERROR})),
        "an error as text": stream(between=event({"error": "out of memory"})),
        "an error of vLLM": stream(between=event({"object": "error", "message": "x"})),
        "an error event": stream(between=b"event: error\ndata: broken\n\n"),
        "an error as finish_reason": stream(after=event(chunk({}, "error")) + DONE),
    },
    "rate_limited": {"too many requests": stream(between=event({"error": {"code": 429, "message": "x"}}))},
    "refused": {
        "a refusal": stream(delta=lambda _: {"refusal": "I cannot help with that."}),
        "a content filter": stream(after=event(chunk({}, "content_filter")) + DONE),
    },
    "truncated": {
        "cut off by the limit": lambda output: stream(after=event(chunk({}, "length")) + DONE)(output[:-9]),
    },
    "invalid_answer": {
        "half an answer that is finished": lambda output: stream()(output[:-9]),
        "no content": lambda _: ROLE + STOP + COUNTS + DONE,
        "thoughts only": stream(delta=lambda piece: {"reasoning_content": piece}),
    },
}
BROKEN = (
    *(
        (StreamShape(name, render), reason)
        for reason, broken in _BROKEN.items()
        for name, render in broken.items()
    ),
    (StreamShape("the connection broken", stream(after=b""), end="abort"), "connection"),
    (StreamShape("an error as one JSON body", lambda _: JSON_ERROR, JSON), "server_error"),
    (StreamShape("a web page", lambda _: PAGE, "text/html"), "connection"),
    (StreamShape("silence after half an answer", stream(after=b""), end="open"), "timeout"),
    (StreamShape("pings after half an answer", stream(after=b""), end="pings"), "timeout"),
)
"""Each is no answer, for this reason."""
