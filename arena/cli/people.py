"""Commands for people in the loop: demo."""

from __future__ import annotations

import argparse

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say
from arena.demo.load import DEMO_DATASET, DemoState, get_demo_state, load_demo_data, remove_demo_data


def add_commands(commands: Subparsers) -> None:
    parser = add_command(commands, "demo", "Load the demo data, all of it invented, or remove it.", demo)
    parser.add_argument("--remove", action="store_true", help="remove the demo and what was done with it")


def demo(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    was_loaded = get_demo_state(database).is_loaded
    if arguments.remove:
        gone = remove_demo_data(database)
        print_rows([_row(gone)] if was_loaded else [], arguments.format)
        say("The demo was removed." if was_loaded else "There is no demo to remove.")
        return 0
    state = load_demo_data(database)
    print_rows([_row(state)], arguments.format)
    if was_loaded:
        say("The demo is there already; nothing was changed.")
    else:
        say(f"Loaded as the data set '{DEMO_DATASET}'. All of it is invented; demo --remove takes it out.")
    return 0


def _row(state: DemoState) -> dict[str, int | str]:
    return {
        "dataset": DEMO_DATASET,
        "prompts": state.n_prompts,
        "responses": state.n_responses,
        "matches": state.n_matches,
        "votes": state.n_votes,
        "own_votes": state.n_own_votes,
        "runs": state.n_runs,
    }
