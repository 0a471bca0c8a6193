"""A service of the stack is told by its environment alone."""

from pathlib import Path

import pytest

from devstack.services import ServiceProcess


def test_what_the_stack_gives_wins_over_a_file_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SESSION_SECRET_FILE", "/run/secrets/session")
    monkeypatch.setenv("SMTP_CA_FILE", "/etc/ca.pem")

    told = ServiceProcess("gateway", {"SESSION_SECRET": "of the stack"}, tmp_path).environment()

    assert told["SESSION_SECRET"] == "of the stack"
    assert "SESSION_SECRET_FILE" not in told
    assert told["SMTP_CA_FILE"] == "/etc/ca.pem"
