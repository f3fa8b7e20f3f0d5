"""Commands for people in the loop: demo, gold, invite."""

from __future__ import annotations

import argparse

from arena.cli.arguments import Subparsers, add_command, open_database
from arena.cli.output import print_rows, say
from arena.demo.load import DEMO_DATASET, DemoState, get_demo_state, load_demo_data, remove_demo_data
from arena.errors import UsageError
from arena.vote.gold import VERDICTS, list_gold, set_gold
from arena.vote.guests import create_invite, list_invites, revoke_invite


def add_commands(commands: Subparsers) -> None:
    parser = add_command(commands, "demo", "Load the demo data, all of it invented, or remove it.", demo)
    parser.add_argument("--remove", action="store_true", help="remove the demo and what was done with it")
    about = "Declare pairs whose verdict is known, to see which voters read."
    parser = add_command(commands, "gold", about, gold)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--match", type=int, metavar="ID", help="the match whose pair it is; none: list them")
    parser.add_argument(
        "--verdict", choices=(*VERDICTS, "none"),
        help="what a careful voter says of it, a and b as on the page of the match; none takes it back",
    )  # fmt: skip
    parser = add_command(commands, "invite", "Make, list or revoke links for voters from outside.", invite)
    parser.add_argument("--dataset", required=True, metavar="D")
    parser.add_argument("--label", metavar="WHO", help="make a link; WHO stands behind its voters' names")
    parser.add_argument("--revoke", type=int, metavar="ID", help="let a link open nothing more")


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


def gold(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    if (arguments.match is None) != (arguments.verdict is None):
        raise UsageError("A gold pair needs both --match ID and --verdict V.")
    if arguments.match is not None:
        set_gold(database, arguments.match, None if arguments.verdict == "none" else arguments.verdict)
    columns = ("contestant_a", "contestant_b", "prompt_key", "verdict")
    found = list_gold(database, arguments.dataset)
    print_rows([{name: getattr(pair, name) for name in columns} for pair in found], arguments.format)
    return 0


def invite(arguments: argparse.Namespace) -> int:
    database = open_database(arguments)
    if arguments.label is not None:
        token = create_invite(database, arguments.dataset, arguments.label)
        say(f"Shown this once: the link is the app's address and ?invite={token}")
    if arguments.revoke is not None:
        revoke_invite(database, arguments.revoke)
    rows = [
        {
            "id": one.id, "label": one.label, "created_at": one.created_at.isoformat(),
            "state": "revoked" if one.is_revoked else "open",
        }
        for one in list_invites(database, arguments.dataset)
    ]  # fmt: skip
    print_rows(rows, arguments.format)
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
