"""The `salesbot` command."""

import typer

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@app.callback()
def salesbot() -> None:
    """The laptop stack of salesbot."""


def main() -> None:
    """Run what the command line asks for."""
    app(prog_name="salesbot")
