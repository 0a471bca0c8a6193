"""`salesbot privacy`: what is held of a person, and having it erased; see docs/runbook.md."""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from devstack.child import PROJECT
from devstack.errors import GatewayUnreachable, PrivacyRefused
from devstack.internal_api import reason_of, told_in_one_line
from devstack.ports import LOOPBACK

app = typer.Typer(help="What is held of a person, and having it erased.", no_args_is_help=True)

_WAITS_S = 60.0
EmailOption = Annotated[str | None, typer.Option("--email", help="All conversations with this address.")]
ConversationOption = Annotated[str | None, typer.Option("--conversation", help="This conversation.")]
UrlOption = Annotated[str, typer.Option(help="Where the gateway listens.", envvar="GATEWAY_URL")]
KeyOption = Annotated[
    str,
    typer.Option(
        "--key", help="An API key of scope privacy; without it, that of the stack here.", envvar="API_KEY"
    ),
]
KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka", help="host:port of a broker; KAFKA_BOOTSTRAP_SERVERS, else the stack that runs here."
    ),
]


@app.command()
def export(
    *,
    email: EmailOption = None,
    conversation: ConversationOption = None,
    url: UrlOption = "",
    key: KeyOption = "",
) -> None:
    """Print everything that is held, as JSON."""
    with told_in_one_line():
        method, path, body = _asked(email, conversation, one=("GET", "/export"), all_of=("POST", "/exports"))
        sys.stdout.write(_Gateway(url, key).ask(method, path, body).text + "\n")


@app.command()
def erase(
    *,
    email: EmailOption = None,
    conversation: ConversationOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    url: UrlOption = "",
    key: KeyOption = "",
) -> None:
    """Erase for good, wait until it is done, and print the receipt."""
    with told_in_one_line():
        method, path, body = _asked(email, conversation, one=("DELETE", ""), all_of=("POST", "/erasures"))
        if not yes:
            typer.confirm("erase for good? nothing brings it back", abort=True)
        answer = _Gateway(url, key).ask(method, path, body)
        deadline_s = time.monotonic() + _WAITS_S
        while answer.status_code == 202:
            read_at = answer.json()["read_at"]
            if time.monotonic() > deadline_s:
                raise PrivacyRefused(f"not all is erased yet, and it will be; read {read_at} later")
            time.sleep(1)
            answer = _Gateway(url, key).ask("GET", read_at)
        done = answer.json()
        typer.echo(f"erased {len(done['erasures'])}", err=True)
        sys.stdout.write(done["receipt"] + "\n")


@app.command("list")
def list_erasures(
    *,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write, one erasure a line.")] = None,
    kafka: KafkaOption = None,
) -> None:
    """Write every erasure that is recorded, ids and times: keep it apart from Kafka, beside the backups."""
    from devstack.erasure_records import recorded_erasures  # noqa: PLC0415

    with told_in_one_line():
        lines = [erasure.model_dump_json() for erasure in asyncio.run(recorded_erasures(kafka))]
        text = "".join(f"{line}\n" for line in lines)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
            typer.echo(f"wrote {len(lines)} erasures to {out}")


@app.command()
def reapply(
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="What `list` wrote, where Kafka was lost as well.")
    ] = None,
    kafka: KafkaOption = None,
) -> None:
    """Ask for every recorded erasure once more. What is erased stays as it is; safe to repeat."""
    from devstack.erasure_records import ask_again, read_file, recorded_erasures  # noqa: PLC0415

    with told_in_one_line():
        erasures = read_file(file) if file else asyncio.run(recorded_erasures(kafka))
        asyncio.run(ask_again(erasures, kafka))
        typer.echo(f"asked for {len(erasures)} erasures")


def _asked(
    email: str | None, conversation: str | None, *, one: tuple[str, str], all_of: tuple[str, str]
) -> tuple[str, str, dict[str, str] | None]:
    """The request for one conversation, or for all of an address, which never stands in a URL."""
    if (email is None) == (conversation is None):
        raise typer.BadParameter("say --email or --conversation")
    if email is not None:
        return *all_of, {"email": email}
    return one[0], f"/conversation/{conversation}{one[1]}", None


@dataclass(frozen=True, slots=True)
class _Gateway:
    """Where to ask, and with which key; the stack that runs here fills in what is not said."""

    url: str
    key: str

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        """The answer, unless it is a refusal."""
        import httpx2  # noqa: PLC0415

        from devstack.data_dir import DataDir  # noqa: PLC0415
        from devstack.run import dev_api_key  # noqa: PLC0415
        from devstack.settings import read_settings  # noqa: PLC0415

        settings = read_settings()
        gateway = self.url or f"http://{LOOPBACK}:{settings.gateway_port}"
        key = self.key or dev_api_key(settings, DataDir(PROJECT / settings.data_dir))
        try:
            answer = httpx2.request(
                method, f"{gateway}{path}", json=body, headers={"x-api-key": key}, timeout=_WAITS_S
            )
        except httpx2.HTTPError as error:
            raise GatewayUnreachable(f"the gateway at {gateway} does not answer") from error
        if answer.status_code >= 400:
            raise PrivacyRefused(f"the gateway refuses: {reason_of(answer.text)} ({answer.status_code})")
        return answer
