"""The generator of requests, for these tests alone: each unit test would pay for its hooks as well."""

import pytest
from schemathesis.pytest import plugin as generator


def pytest_plugin_registered(manager: pytest.PytestPluginManager) -> None:
    if not manager.is_registered(generator):
        manager.register(generator, "request-generator")
