"""`salesbot chat` against the running product: piped, resumed, cut off, and at a terminal."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from devstack.ports import LOOPBACK, free_port
from tests.support.product import DENTIST, PROJECT, Product
from tests.support.terminal import at_a_terminal

COMMAND = (sys.executable, "-m", "devstack", "chat")
Chat = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def chat_env(product: Product, tmp_path: Path) -> dict[str, str]:
    """A newcomer's: nothing was said before."""
    return {**os.environ, "GATEWAY_URL": product.url, "DATA_DIR": str(tmp_path)}


@pytest.fixture
def chat(chat_env: dict[str, str]) -> Chat:
    """One run of the command with lines piped in."""

    def run(*lines: str, options: tuple[str, ...] = (), **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*COMMAND, *options],
            input="".join(f"{line}\n" for line in lines),
            env={**chat_env, **env},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_piped_conversation_reaches_the_link(chat: Chat):
    told = chat(*DENTIST)

    assert told.returncode == 0
    assert told.stderr == ""
    lines = told.stdout.splitlines()
    assert "https://calendly.com/" in told.stdout
    assert "/proposal/" in told.stdout
    assert lines.count("understand → identify → scope → propose → recommend → [book]") >= 1
    assert [line for line in lines if line.startswith("you > ")][: len(DENTIST)] == [
        f"you > {line}" for line in DENTIST
    ]


def test_the_conversation_of_last_time_is_shown_and_goes_on(chat: Chat):
    first = chat("Hello, I run a bakery.")
    reply = first.stdout.splitlines()[3]

    second = chat("We are 12 people.")

    assert second.stdout.startswith("Going on where you left")
    assert second.stdout.count("you > Hello, I run a bakery.") == 1
    assert second.stdout.count(reply) == 1
    assert "12 people, got it." in second.stdout


def test_new_starts_over(chat: Chat):
    chat("Hello, I run a bakery.")

    second = chat("Hello, we are a law firm.", options=("--new",))
    third = chat()

    assert "bakery" not in second.stdout
    assert "law firm" in third.stdout
    assert "bakery" not in third.stdout


def test_without_a_gateway_there_is_one_clear_line(chat: Chat):
    url = f"http://{LOOPBACK}:{free_port()}"

    told = chat("Hello", GATEWAY_URL=url)

    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == f"error: no answer from {url}; is `make run` running?\n"


def test_a_person_at_a_terminal_talks_and_leaves_with_ctrl_c(chat_env: dict[str, str]):
    with at_a_terminal(COMMAND, chat_env, PROJECT) as terminal:
        terminal.wait_for("you > ")
        terminal.type("Hello, I run a bakery.\n")
        terminal.wait_for("recommend → book")
        terminal.wait_for("you > ", times=2)

        # Python misses the signal between showing the prompt and reading.
        assert terminal.wait_for_exit(pressing="\x03") == 0

    assert "AI assistant of" in terminal.screen
    assert "Traceback" not in terminal.screen
    assert "Aborted" not in terminal.screen


def test_a_reply_on_the_terminal_outlives_the_gateway(chat_env: dict[str, str], product: Product):
    gateway = product.services["gateway"]
    with at_a_terminal(COMMAND, chat_env, PROJECT) as terminal:
        terminal.wait_for("you > ")
        terminal.type("Hello, I run a bakery.\n")
        terminal.wait_for("you > ", times=2)
        gateway.kill()
        terminal.type("We are 12 people.\n")
        terminal.wait_for("the connection broke")
        gateway.start()

        terminal.wait_for("12 people, got it.")
        terminal.type("/quit\n")

        assert terminal.wait_for_exit() == 0
