"""Redis, for state that may be lost: one client per process, short timeouts, our own errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import TLSVersion
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from chassis.errors import TransientError
from chassis.settings import ServiceSettings


class RedisUnavailable(TransientError):
    """Redis did not answer; the caller continues without its state."""


def make_redis(settings: ServiceSettings) -> Redis:
    """Build the client; it connects on first use and reads text, not bytes."""
    url = settings.redis_url.get_secret_value()
    return Redis.from_url(
        url,
        **(_tls(settings) if url.startswith("rediss://") else {}),
        decode_responses=True,
        # One unreadable value must not fail a command that reads many.
        encoding_errors="replace",
        socket_timeout=1.0,
        socket_connect_timeout=1.0,
        # A lost connection is made anew at once. What hangs is not asked again: somebody waits meanwhile.
        retry=Retry(
            ExponentialBackoff(cap=0.2, base=0.02), retries=2, supported_errors=(RedisConnectionError,)
        ),
    )


def _tls(settings: ServiceSettings) -> dict[str, Any]:
    return {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
        "ssl_min_version": TLSVersion.TLSv1_2,
        "ssl_ca_certs": _path(settings.redis_tls_ca_file),
        "ssl_certfile": _path(settings.redis_tls_cert_file),
        "ssl_keyfile": _path(settings.redis_tls_key_file),
    }


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)


@contextmanager
def translate_redis_errors() -> Iterator[None]:
    """Turn redis-py's errors into RedisUnavailable."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise RedisUnavailable(f"redis: {type(error).__name__}") from error
