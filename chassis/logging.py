"""Logs: one JSON object a line, constant event names, identifiers only."""

import logging
import sys
from collections.abc import Callable

import structlog
from structlog.typing import EventDict, WrappedLogger

from chassis.telemetry import current_trace_id

_REPEATED_AFTER_S = 10.0


def configure_logging(service: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_id,
        structlog.processors.EventRenamer("event"),
        # Without locals: a frame holds what people wrote.
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
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
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # At info aiokafka tells of every heartbeat and rebalance step, httpx2 of every request.
    for chatty in ("aiokafka", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def make_repetition_filter() -> Callable[[logging.LogRecord], bool]:
    """A filter that lets aiokafka say the same thing only now and then.

    While a broker is away its clients repeat themselves twenty times a second.
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
