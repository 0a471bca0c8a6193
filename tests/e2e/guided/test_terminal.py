"""`salesbot chat` against the running product: piped, resumed, cut off, and at a terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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

    assert (told.returncode, told.stderr) == (0, "")
    assert "https://calendly.com/" in told.stdout
    assert "/proposal/" in told.stdout
    lines = told.stdout.splitlines()
    assert "understand → identify → scope → propose → recommend → [book]" in lines
    typed = [line.removeprefix("you > ") for line in lines if line.startswith("you > ")]
    assert typed[: len(DENTIST)] == [*DENTIST]


def test_the_conversation_of_last_time_is_shown_and_goes_on_until_a_new_one_starts_over(chat: Chat):
    reply = chat("Hello, I run a bakery.").stdout.splitlines()[4]

    second = chat("We are 12 people.").stdout
    new = chat("Hello, we are a law firm.", options=("--new",)).stdout
    last = chat().stdout

    assert second.startswith("Going on where you left")
    assert (second.count("you > Hello, I run a bakery."), second.count(reply)) == (1, 1)
    assert "12 people, got it." in second
    assert "law firm" in last
    assert "bakery" not in new + last


def test_a_person_at_a_terminal_is_answered_also_over_a_broken_connection_and_leaves_with_ctrl_c(
    chat_env: dict[str, str], product: Product
):
    gateway = product.services["gateway"]
    with at_a_terminal(COMMAND, chat_env, PROJECT) as terminal:
        terminal.wait_for("you > ")
        terminal.type("Hello, I run a bakery.\n")
        terminal.wait_for("recommend → book")
        terminal.wait_for("you > ", times=2)
        gateway.kill()
        terminal.type("We are 12 people.\n")
        terminal.wait_for("the connection broke")
        gateway.start()
        terminal.wait_for("12 people, got it.")
        terminal.wait_for("you > ", times=3)

        # Python misses the signal between showing the prompt and reading.
        assert terminal.wait_for_exit(pressing="\x03") == 0

    assert "AI assistant of" in terminal.screen
    assert "the assistant, from its playbook:" in terminal.screen
    assert "Traceback" not in terminal.screen
    assert "Aborted" not in terminal.screen


def test_a_person_at_a_terminal_sees_what_another_window_says_and_deletes_it_all(
    chat_env: dict[str, str], product: Product, tmp_path: Path
):
    with at_a_terminal(COMMAND, chat_env, PROJECT) as terminal:
        terminal.wait_for("you > ")
        terminal.type("Hello, I run a bakery.\n")
        terminal.wait_for("you > ", times=2)
        ticket = json.loads((tmp_path / "chat.json").read_text())
        window = product.visitor()
        window.note(ticket)
        terminal.type("We are half")
        answer = window.say("We are 12 people.")
        terminal.wait_for("12 people, got it.")
        terminal.wait_for("you > We are half")

        terminal.type("\x15/delete\n")
        terminal.wait_for("Type yes to delete it")
        terminal.type("yes\n")
        terminal.wait_for("The signed receipt is in")
        terminal.type("/quit\n")
        assert terminal.wait_for_exit() == 0

    assert "12 people, got it." in answer["response"]
    assert (
        window.http.get(f"/conversation/{window.conversation_id}", headers=window.headers("-")).status_code
        == 410
    )
    assert not (tmp_path / "chat.json").exists()
    assert (tmp_path / "erasure-receipt.txt").read_text().count(".") == 2
