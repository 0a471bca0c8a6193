"""`salesbot chat`: a conversation in the terminal."""

from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from contracts.values import Stage
from devstack.chat_client import ChatClient, Ticket
from devstack.errors import TurnRefused

_LEAVE = frozenset({"/quit", "/exit", "/q"})


def chat(url: str, ticket_file: Path, *, is_new: bool) -> None:
    """Talk until the visitor leaves; the conversation of last time goes on unless a new one is wanted.

    Raises:
        GatewayUnreachable: nobody answers at `url`.
    """
    console = Console(highlight=False)
    client = ChatClient(url, None if is_new else Ticket.load(ticket_file))
    _show_past(client, console)
    console.print(Text("Say hello. /quit leaves; the conversation is kept.", style="dim"))
    while (line := _read_line(console)) is not None:
        try:
            _say(client, line, console)
        except TurnRefused as refusal:
            console.print(Text(str(refusal), style="red"))
        if client.ticket is not None:
            client.ticket.save(ticket_file)


def _read_line(console: Console) -> str | None:
    while True:
        try:
            line = console.input("[bold cyan]you[/] > ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return None
        if line in _LEAVE:
            return None
        if line:
            return line


def _show_past(client: ChatClient, console: Console) -> None:
    past = client.transcript()
    if past is None:
        client.ticket = None
        return
    console.print(Text("Going on where you left; `salesbot chat --new` starts over.", style="dim"))
    for message in past["messages"]:
        if message["role"] == "visitor":
            console.print("[bold cyan]you[/] >", Text(message["text"]))
        else:
            console.print(Markdown(message["text"]))
    console.print(_progress(past["stage"]))


def _say(client: ChatClient, line: str, console: Console) -> None:
    text = ""
    with Live(Text("…", style="dim"), console=console, refresh_per_second=20) as live:
        for heard in client.say(line):
            match heard.kind:
                case "delta":
                    text += heard.data["text"]
                case "replace":
                    text = heard.data["text"]
                case "reset":
                    text = ""
                case "done":
                    text = heard.data["response"]
                    stage = heard.data["stage"]
                case "error":
                    raise TurnRefused(heard.data.get("detail", "the reply could not be made"))
            live.update(Markdown(text) if text else Text("…", style="dim"))
    console.print(_progress(stage))


def _progress(stage: str) -> Text:
    """The six stages in a line, the present one bright."""
    line = Text()
    for step in Stage:
        if line:
            line.append(" → ", style="dim")
        line.append(step.value, style="bold green" if step.value == stage else "dim")
    return line
