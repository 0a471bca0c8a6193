"""Broker, database and cache for the tests that ask for them; a test that asks for none starts none."""

import contextlib
import gc
import itertools
import os
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import structlog
from hypothesis import settings
from sqlalchemy.engine import make_url

from devstack.infra import Infra
from tests.support import browser, infrastructure, scheduling
from tests.support.effort import PROFILE
from tests.support.infrastructure import Infrastructure, Unique

pytest_plugins = ("tests.support.product_fixtures",)

# A laptop tries little, often, and other cases each time. HYPOTHESIS_PROFILE=thorough is what CI tries: many
# cases, and the same ones every time, since a gate that fails by chance is soon ignored.
settings.register_profile("quick", max_examples=10, deadline=None)
settings.register_profile("thorough", max_examples=30, deadline=None, derandomize=True)
settings.load_profile(PROFILE)

_RAN = pytest.StashKey[set[str]]()
# Valkey and the Redis container are started with 64; the first is the services' own.
_cache_numbers = itertools.cycle(range(1, 64))


def pytest_collection() -> None:
    """What is imported stays: a collector that looked meanwhile would look again and again in vain."""
    gc.disable()


def pytest_collection_finish() -> None:
    """A test makes little rubbish: the collector need not look at what was imported, nor often."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Give what the tests start a standard input, even where this process was given none."""
    config.stash[_RAN] = set()
    # Settings are made in many tests, few of which care what keys are stored with.
    os.environ.setdefault("DATA_KEY_SECRET", infrastructure.DATA_KEY_SECRET)
    with contextlib.suppress(OSError):
        os.fstat(0)
        return
    os.open(os.devnull, os.O_RDONLY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    scheduling.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> scheduling.ModuleScheduling:
    return scheduling.ModuleScheduling(config, log)


def pytest_report_header() -> list[str]:
    return [infrastructure.announcement(), browser.announcement()]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker reports what it started to the process that prints the summary."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["ran"] = sorted(session.config.stash[_RAN])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_RAN].update(getattr(node, "workeroutput", {}).get("ran", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    ran = ", ".join(sorted(config.stash[_RAN])) or "nothing, no test asked for a broker, database or cache"
    terminalreporter.write_line(f"infrastructure that ran: {ran}")


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """The coloured ones with locals take a second each, and many a failure in a test is meant."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, plain])


@pytest.fixture(scope="session")
def infra(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Infrastructure]:
    """One broker, one database server and one cache for the whole session."""
    running = infrastructure.start(tmp_path_factory.mktemp("infra"))
    pytestconfig.stash[_RAN].add(infrastructure.names(running))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def embedded_infra(infra: Infrastructure) -> Infra:
    """The session's infrastructure where it is made of processes that a test may kill and start again."""
    if not isinstance(infra, Infra):
        pytest.skip("kills processes of the embedded stack; run without TEST_INFRA=docker")
    return infra


@pytest.fixture(scope="session")
def kafka_bootstrap(infra: Infrastructure) -> str:
    return infra.kafka_bootstrap


@pytest.fixture(scope="module")
def database_url(infra: Infrastructure, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database for this module alone, dropped after it."""
    module = re.sub(r"\W+", "_", request.module.__name__.rpartition(".")[2])
    name = f"{module[:40]}_{secrets.token_hex(4)}"
    yield infra.create_database(name)
    infra.drop_database(name)


@pytest.fixture(scope="module")
def redis_url(infra: Infrastructure) -> str:
    """An empty numbered database of the cache for this module alone."""
    url = make_url(infra.redis_url).set(database=str(next(_cache_numbers)))
    text = url.render_as_string(hide_password=False)
    with redis.Redis.from_url(text) as client:
        client.flushdb()
    return text


@pytest.fixture(scope="module")
def service_env(infra: Infrastructure, database_url: str, redis_url: str) -> dict[str, str]:
    """What a service process needs to run on this module's database and cache."""
    reached = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    return {**infra.service_env(), **reached, "DATA_KEY_SECRET": infrastructure.DATA_KEY_SECRET}


@pytest.fixture(scope="session")
def unique() -> Unique:
    """A name nobody else in this run uses: for topics, groups, keys."""
    return lambda name: f"{name}-{secrets.token_hex(4)}"
