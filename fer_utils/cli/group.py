"""The group that all commands belong to, and how a user's mistake is told."""

import errno
import sys
from contextlib import suppress
from pathlib import Path

import click

from fer_utils import __version__
from fer_utils.cli.signals import Stopped, stoppable
from fer_utils.errors import ParameterError, UserError, nearest

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
MISPLACED = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP)


class Suggesting(click.Group):
    """Commands that suggest the nearest name."""

    def resolve_command(self, ctx, args):
        """Finds the command, or says which one was probably meant."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise ParameterError(
                f"No command '{args[0]}'. Commands: {', '.join(self.list_commands(ctx))}."
                f"{nearest(args[0], self.list_commands(ctx))}"
            )
        return super().resolve_command(ctx, args)


class Group(Suggesting):
    """The group of all commands, which turns a mistake into one paragraph, and stops without a traceback."""

    group_class = Suggesting  # of the groups in it

    def invoke(self, ctx):
        """Runs the command; exit status 2 after a user's mistake, which `--debug` lets through with its traceback."""
        try:
            with stoppable():
                return super().invoke(ctx)
        except Stopped as stopped:
            with suppress(OSError):  # the terminal may be closed
                click.echo("Stopped.", err=True)
            sys.exit(stopped.status)
        except (UserError, OSError) as error:
            words = str(error) if isinstance(error, UserError) else place_at_fault(error)
            if words is None or ctx.meta.get("ferbench.debug"):
                raise
            # A file name that is no valid Unicode cannot be printed on every terminal.
            mistake = click.ClickException(words.encode("utf-8", "backslashreplace").decode())
            mistake.exit_code = 2
            raise mistake from error


def _remember_debug(ctx, _, value):
    if value:
        ctx.meta["ferbench.debug"] = True  # shared by a command and its group


debug = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_remember_debug, help="Show tracebacks of mistakes, too."
)


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ferbench")
@debug
@click.pass_context
def main(ctx):
    """Runs the notebooks of this benchmark and reports on them.

    Start with `ferbench run`, then `ferbench report`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def place_at_fault(error: OSError) -> str | None:
    """Tells of a file or folder that a command could not use; a full disk and missing rights are no bugs of ours.

    Args:
        error: OSError that nobody caught.

    Returns:
        str. The path, what is wrong with it and what to do; None for any other error, which keeps its traceback.
    """
    if error.errno in FULL:
        advice = "Free space there, or name a folder on another disk; what is finished stays."
    elif error.errno in CLOSED:
        advice = "Ask for the right to use it, or name a folder of yours."
    elif error.errno in (errno.EEXIST, errno.ENOTDIR):
        advice = "A folder is expected, and a file is in its place: name another one."
    elif error.errno in MISPLACED:
        advice = "Expected a file or folder that exists and is of the right kind; --debug shows where it was needed."
    else:
        return None
    return (
        f"{error.filename or Path(sys.argv[0]).name}: {error.strerror}. {advice} Folders are named with FERBENCH_RUNS "
        "or --runs, with --out, and with FERBENCH_CACHE."
    )


def shown(path: Path) -> str:
    """A path as short as it can be written from here."""
    path = Path(path).resolve()
    here = Path.cwd().resolve()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
