"""The `salesbot` command."""

import typer

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def salesbot() -> None:
    """The laptop stack of salesbot."""


@app.command()
def run() -> None:
    """Start everything on this machine, without Docker, until Ctrl-C."""
    # Late: `chat` and `--help` need none of it.
    from devstack.run import run as run_stack  # noqa: PLC0415

    raise typer.Exit(run_stack())


def main() -> None:
    """Run what the command line asks for."""
    app(prog_name="salesbot")
