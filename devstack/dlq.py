"""`salesbot dlq`: dead letters, the records that the services could not handle; see docs/runbook.md."""

import asyncio
import getpass
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from devstack.errors import DeadLetterRefused, DevstackError

if TYPE_CHECKING:
    from chassis.kafka.dead_letter_queue import DeadLetterQueue
    from chassis.kafka.letter import Letter
    from chassis.kafka.record import Record
    from devstack.dlq_selection import Selection

app = typer.Typer(help="Dead letters: what the services could not handle.", no_args_is_help=True)

KafkaOption = Annotated[
    str | None,
    typer.Option(
        "--kafka", help="host:port of a broker; KAFKA_BOOTSTRAP_SERVERS, else the stack that runs here."
    ),
]
IdsArgument = Annotated[list[str] | None, typer.Argument(help="topic/partition/offset, as `list` shows it.")]
TopicOption = Annotated[str | None, typer.Option("--topic", help="Only letters of this topic.")]
ConversationOption = Annotated[str | None, typer.Option("--conversation", help="Only of this conversation.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only those that failed for this reason.")]
GroupOption = Annotated[str | None, typer.Option("--group", help="Only those this consumer group parked.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every open letter.")]


@app.command("list")
def list_letters(
    *,
    topic: TopicOption = None,
    conversation: ConversationOption = None,
    reason: ReasonOption = None,
    group: GroupOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    kafka: KafkaOption = None,
) -> None:
    """List the dead letters that are neither replayed nor dropped."""
    from devstack import dlq_view  # noqa: PLC0415
    from devstack.dlq_selection import Selection  # noqa: PLC0415

    selection = Selection(topic=topic, conversation=conversation, reason=reason, group=group)

    async def show_open(queue: "DeadLetterQueue") -> None:
        letters = await queue.read()
        dlq_view.show_list(letters, selection.open_among(letters), as_json=as_json)

    _with_queue(kafka, show_open)


@app.command()
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="topic/partition/offset")],
    *,
    body: Annotated[bool, typer.Option("--body", help="Also the value: it may hold private words.")] = False,
    kafka: KafkaOption = None,
) -> None:
    """Show why one record was parked, and its headers."""
    from devstack import dlq_view  # noqa: PLC0415
    from devstack.dlq_selection import find  # noqa: PLC0415

    async def show_one(queue: "DeadLetterQueue") -> None:
        letter = find(await queue.read(), [letter_id])[0]
        dlq_view.show_letter(letter)
        if body:
            dlq_view.show_body(await _value_in_clear(await queue.value(letter)))

    _with_queue(kafka, show_one)


@app.command()
def replay(
    ids: IdsArgument = None,
    *,
    every: AllOption = False,
    topic: TopicOption = None,
    conversation: ConversationOption = None,
    reason: ReasonOption = None,
    group: GroupOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even before an older letter of the same conversation.")
    ] = False,
    kafka: KafkaOption = None,
) -> None:
    """Publish records again to their original topic, in order; fix the cause first."""
    selection = _selection(
        ids, every=every, topic=topic, conversation=conversation, reason=reason, group=group
    )

    async def replay_selected(queue: "DeadLetterQueue") -> None:
        from devstack.dlq_replay import replay_in_order  # noqa: PLC0415

        letters = await queue.read()
        _report_settled(selection, letters)
        await replay_in_order(
            queue, letters, selection.open_among(letters), overtake=force, report=typer.echo
        )

    _with_queue(kafka, replay_selected)


@app.command()
def drop(
    ids: IdsArgument = None,
    *,
    every: AllOption = False,
    topic: TopicOption = None,
    conversation: ConversationOption = None,
    reason: ReasonOption = None,
    group: GroupOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    kafka: KafkaOption = None,
) -> None:
    """Mark letters as settled without publishing them; their records stay readable until they expire."""
    selection = _selection(
        ids, every=every, topic=topic, conversation=conversation, reason=reason, group=group
    )

    async def drop_selected(queue: "DeadLetterQueue") -> None:
        letters = await queue.read()
        chosen = selection.open_among(letters)
        _report_settled(selection, letters)
        if chosen and not yes:
            for letter in chosen:
                typer.echo(f"{letter.id}  {letter.reason}")
            typer.confirm(f"drop {len(chosen)}? they will not be handled", abort=True)
        for letter in chosen:
            await queue.drop(letter)
        typer.echo(f"dropped {len(chosen)}")

    _with_queue(kafka, drop_selected)


async def _value_in_clear(record: "Record") -> bytes | None:
    """The value of a record; as it is, with the reason, where it is sealed and cannot be opened."""
    from chassis.errors import SalesbotError  # noqa: PLC0415
    from chassis.kafka.record import text_headers  # noqa: PLC0415
    from chassis.kafka.sealing import is_sealed, sealing_with  # noqa: PLC0415
    from contracts.cloudevent import MalformedEvent  # noqa: PLC0415
    from devstack.data_key_address import find_data_keys  # noqa: PLC0415

    value: bytes | None = record.value
    if value is None or not is_sealed(record):
        return value
    try:
        async with sealing_with(find_data_keys()) as sealing:
            return await sealing.open(text_headers(record), value)
    except (DevstackError, SalesbotError, MalformedEvent) as failure:
        typer.echo(f"the value is sealed and cannot be opened: {failure}", err=True)
        return value


def _selection(ids: Sequence[str] | None, *, every: bool, **filters: str | None) -> "Selection":
    """What the command line names; raises a usage error when it names nothing."""
    from devstack.dlq_selection import Selection  # noqa: PLC0415

    if not ids and not every and not any(filters.values()):
        raise typer.BadParameter("say which: ids, --all, --topic, --conversation, --reason or --group")
    return Selection(ids=tuple(ids or ()), **filters)


def _report_settled(selection: "Selection", letters: "Sequence[Letter]") -> None:
    """Report for each named letter that is already settled whether it was replayed or dropped."""
    for letter in selection.named(letters):
        if letter.settlement is not None:
            done = letter.settlement
            typer.echo(f"{letter.id} was {done.outcome} at {done.at:%Y-%m-%d %H:%M:%S} UTC by {done.by}")


def _with_queue(kafka: str | None, work: "Callable[[DeadLetterQueue], Awaitable[None]]") -> None:
    """Run `work` on the dead letters of a cluster; a failure is one line and exit code 1."""
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    from chassis.errors import SalesbotError  # noqa: PLC0415
    from chassis.kafka.dead_letter_queue import open_dead_letters  # noqa: PLC0415
    from contracts.registry import DEAD_LETTER_SUFFIX, TOPICS  # noqa: PLC0415
    from devstack.broker_address import find_broker  # noqa: PLC0415

    # What goes wrong is said once, by us.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    topics = [topic.name for topic in TOPICS if topic.name.endswith(DEAD_LETTER_SUFFIX)]

    async def connect_and_work() -> None:
        broker = find_broker(kafka)
        connecting = open_dead_letters(broker, topics, operator=_operator())
        try:
            async with connecting as queue:
                await work(queue)
        except KafkaError as error:
            raise DeadLetterRefused(
                f"the broker at {broker.bootstrap_servers} did not answer ({type(error).__name__})"
            ) from error

    try:
        asyncio.run(connect_and_work())
    except (DevstackError, SalesbotError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


def _operator() -> str:
    """The user name recorded with a settlement."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        return socket.gethostname()
