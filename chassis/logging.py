"""Logs: one JSON object a line, constant event names, identifiers only."""

import logging
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from chassis.errors import describe
from chassis.telemetry import current_trace_id

logger = structlog.get_logger()

_REPEATED_AFTER_S = 10.0
_MAX_FRAMES = 50
_WARNING = re.compile(r".*?:\d+: \w+")


def configure_logging(service: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_id,
        structlog.processors.EventRenamer("event"),
        structlog.processors.ExceptionRenderer(render_exception),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(make_repetition_filter())
    handler.addFilter(strip_quoted_values)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # At info aiokafka logs every heartbeat and rebalance step, httpx2 every request, and uvicorn with every
    # WebSocket the address of its client.
    for chatty in ("aiokafka", "httpx2", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_no_denial)
    logging.captureWarnings(capture=True)
    sys.unraisablehook = _log_unraisable
    structlog.contextvars.bind_contextvars(service=service)


def _is_no_denial(record: logging.LogRecord) -> bool:
    """Not what uvicorn takes for an error: a WebSocket that was refused with an answer."""
    return not record.getMessage().startswith("ASGI callable returned without completing handshake")


def render_exception(exc_info: ExcInfo) -> list[dict[str, Any]]:
    """An exception and its causes: classes, frames, and messages as `describe` renders them.

    Without locals and foreign messages, which may contain what people wrote.
    """
    rendered: list[dict[str, Any]] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    is_cause = False
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        trace = {
            "exc_type": type(error).__name__,
            "exc_value": describe(error),
            "is_cause": is_cause,
            "frames": _frames_of(error),
        }
        if isinstance(error, BaseExceptionGroup):
            trace["exceptions"] = [
                render_exception((type(inner), inner, inner.__traceback__)) for inner in error.exceptions
            ]
        rendered.append(trace)
        is_cause = error.__cause__ is not None
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return rendered


def _frames_of(error: BaseException) -> list[dict[str, Any]]:
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return [
        {"filename": frame.filename, "lineno": frame.lineno, "name": frame.name}
        for frame in frames[-_MAX_FRAMES:]
    ]


def strip_quoted_values(record: logging.LogRecord) -> bool:
    """A logging filter that keeps every line of a library, but strips quoted exceptions and values."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            describe(value) if isinstance(value, BaseException) else value for value in record.args
        )
    if record.name == "asyncio":
        # "Task exception was never retrieved", and behind it the task with its exception.
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
    elif record.name == "py.warnings":
        # Where it is and of which kind; the text of a warning quotes values.
        where = _WARNING.match(record.getMessage())
        record.msg, record.args = where[0] if where else "a warning", ()
    return True


def _log_unraisable(unraisable: Any) -> None:
    """Log an exception of a destructor; Python would print its message."""
    error = unraisable.exc_value
    logger.error("exception_ignored", exc_info=error if error is not None else True)


def make_repetition_filter() -> Callable[[logging.LogRecord], bool]:
    """A logging filter that drops repeated lines of aiokafka for ten seconds.

    Without a broker its clients log the same line twenty times a second.
    """
    said: dict[tuple[str, str], float] = {}

    def lets_pass(record: logging.LogRecord) -> bool:
        if not record.name.startswith("aiokafka"):
            return True
        what = (record.name, str(record.msg))
        if record.created - said.get(what, 0.0) < _REPEATED_AFTER_S:
            return False
        said[what] = record.created
        return True

    return lets_pass


def _add_trace_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    trace_id = current_trace_id()
    if trace_id is not None:
        event["trace_id"] = trace_id
    return event
