"""The commands and how they end: 0 done, 1 failed in part (says which), 2 wrong use."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from arena.cli import (
    auditing,
    boards,
    content,
    evaluating,
    exporting,
    generating,
    judging,
    models,
    moving,
    people,
    running,
)
from arena.cli.output import say
from arena.errors import ArenaError, UsageError

Command = Callable[[argparse.Namespace], int]
EPILOG = "Every command takes --db URL (default $DATABASE_URL, else sqlite:///evenhand.db)."


def main(words: Sequence[str] | None = None) -> int:
    arguments = build_parser().parse_args(words)
    command: Command = arguments.command
    try:
        return command(arguments)
    except UsageError as error:
        say(str(error))
        return 2
    except ArenaError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Interrupted. What was finished is kept.")
        return 1
    except BrokenPipeError:
        # The reader (head, less) went away; point stdout elsewhere so that closing it stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        if "database" in arguments:
            arguments.database.close()


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m arena",
        description="Compare models, prompts and systems, and know how far to trust the answer.",
        epilog=EPILOG,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for room in (
        content,
        people,
        generating,
        evaluating,
        running,
        judging,
        boards,
        auditing,
        exporting,
        models,
        moving,
    ):
        room.add_commands(commands)
    return parser
