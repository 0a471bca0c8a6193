import io
import re

import pytest

from devstack.chat_screen import Screen

LINK = "https://calendly.com/somebody/discovery-demo?utm_content=" + "a" * 120


def test_without_a_terminal_what_is_shown_is_plain_text_as_it_was_said(capsys: pytest.CaptureFixture[str]):
    Screen().reply(f"**Rescheduling Agent**\nTakes over: {'the phone ' * 20}\n- one\n{LINK}")
    Screen().suggestions({"1": "Yes [please]", "2": "No"})
    Screen().progress("scope")

    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[1][:11]) == ("**Rescheduling Agent**", "Takes over:")
    stages = "understand → identify → [scope] → propose → recommend → book"
    shown = ["- one", LINK, "  1) Yes [please]", "  2) No", stages]
    assert [line for line in lines[2:] if line] == shown


def test_on_a_terminal_lines_stay_lines_and_a_link_stays_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")

    Screen().reply(f"**Agent**\nIn a word.\n\nHere: {LINK}")

    lines = [line.rstrip() for line in _without_styles(capsys.readouterr().out).splitlines()]
    assert lines == ["Agent", "In a word.", "", "Here:", LINK]


def test_on_a_terminal_a_label_does_not_hide_where_its_link_leads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("FORCE_COLOR", "1")

    Screen().reply("[Book your demo](https://elsewhere.example/demo)")

    out = capsys.readouterr().out
    assert "https://elsewhere.example/demo" in _without_styles(out)
    assert "\x1b]8;" not in out


def test_what_was_piped_in_is_shown_behind_the_prompt_and_a_word_leaves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello [bold]there[/]\n"))
    screen = Screen()

    assert screen.read_line() == "Hello [bold]there[/]"
    assert screen.read_line() is None
    assert capsys.readouterr().out == "you > Hello [bold]there[/]\nyou > \n"
    for word in ("/quit", "/exit", "/q"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{word}\nmore\n"))
        assert screen.read_line() is None


def _without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
