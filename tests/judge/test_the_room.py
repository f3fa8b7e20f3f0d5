"""What the judge room imports: nothing of the other rooms, and LiteLLM in one file."""

import ast
from pathlib import Path

ROOM = Path(__file__).parents[2] / "judge"
FORBIDDEN = {"arena", "db", "ranking", "ui", "streamlit", "sqlalchemy"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_it_knows_no_other_room() -> None:
    for path in ROOM.rglob("*.py"):
        assert not imported(path) & FORBIDDEN, path.name


def test_one_file_imports_litellm() -> None:
    assert [path.name for path in sorted(ROOM.rglob("*.py")) if "litellm" in imported(path)] == [
        "litellm_client.py"
    ]
