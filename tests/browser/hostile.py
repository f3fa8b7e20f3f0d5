"""A dataset whose every text tries to reach out of its place; `window.reached` tells whether one did."""

from __future__ import annotations

from typing import Final

from tests.ui.filling import fill, judge, leader, mixed, open_empty, vote

EVIL: Final = (
    "# Answer\n\n<script>window.reached=1</script><img src=x onerror='window.reached=1'>"
    "<svg onload='window.reached=1'></svg><iframe src='https://remote.example/f'></iframe>"
    "<style>.stApp{display:none}</style>\n\n![pixel](https://remote.example/p.png)"
    " [go](javascript:window.reached=1) [data](data:text/html,<script>window.reached=1</script>)"
    " :red[red] :material/home: :smile: $5 and $6 \x1b[31mansi\x1b[0m \x00 \u202eevil\n\n"
    "$$\\href{javascript:window.reached=1}{x}$$\n\n$$x^2$$\n\n"
    "| a | b |\n|---|---|\n| <b onmouseover='window.reached=1'>1</b> | 2 |\n\n"
    "```html\n<script>window.reached=1</script>\n```\n"
)
NAMES: Final = ("<img src=x onerror=window.reached=1>", ":red[birch] $x$", "cedar")
DATASET: Final = "<b>hostile</b>"


def fill_hostile(url: str) -> None:
    database = open_empty(url)
    filled = fill(
        database,
        dataset=DATASET,
        contestants=NAMES,
        n_prompts=24,
        text=lambda p, c: f"{EVIL}\nNumber {p} of {c}.",
    )
    judge(database, filled, mixed, name="<i>judge</i>:red[x]", kind="model")
    judge(database, filled, leader(0, 1, 2), name="builtin/longest", kind="builtin")
    vote(database, filled, lambda prompt: "a" if prompt % 3 else "tie", voter="<u>Ada</u>")
    database.close()
