"""The one front door. Commands come from the packages by entry point; this module only composes."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console

from warehouse.errors import GridgovError
from warehouse.plugins import load_plugins
from warehouse.settings import Settings, load_settings

HELP = "网格化治理数据仓库与指标看板 / Warehouse and KPI dashboard for grid governance."


def make_app(settings: Settings, *, command: str | None = None) -> typer.Typer:
    """The command line over one set of settings, which every command finds in `ctx.obj`.

    Args:
        settings: passed to every command.
        command: the one that is called; only its package is imported. Help needs them all.
    """
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"obj": settings, "help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def gridgov() -> None:
        """Keep the name of a package's only command part of the call."""

    # Several names may lead to one package, which registers all of its commands at once.
    for register in dict.fromkeys(load_plugins("gridgov.commands", only=command).values()):
        register(app)
    return app


def main(args: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command and return its exit code (design: 0, 2 usage, 3 input, 4 busy, 5 build)."""
    try:
        words = sys.argv[1:] if args is None else list(args)
        settings = load_settings(os.environ if environ is None else environ, folder=Path.cwd())
        make_app(settings, command=words[0] if words else None)(args=words, prog_name="gridgov")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except GridgovError as error:
        Console(stderr=True, highlight=False, soft_wrap=True, emoji=False).print(
            f"错误 / error: {error}", markup=False
        )
        return error.exit_code
    return 0


def run() -> None:
    """Console script."""
    sys.exit(main())
