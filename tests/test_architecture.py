"""Which room may import which: app -> ui -> arena -> {judge, ranking, db}, and nothing backwards."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("app", "ui", "arena", "judge", "ranking", "db")
ALLOWED = {
    "app": {"ui", "arena"},
    "ui": {"arena"},
    "arena": {"judge", "ranking", "db"},
    "judge": set(),
    "ranking": set(),
    "db": set(),
}
ONLY_IN = {
    "streamlit": {"ui", "app"},
    "litellm": {"judge"},
    "sqlalchemy": {"db"},
    "alembic": {"db"},
    "scipy": {"ranking", "arena", "judge"},
    "procrastinate": {"arena"},
}


def files_of(room: str) -> list[Path]:
    return [ROOT / "app.py"] if room == "app" else sorted((ROOT / room).rglob("*.py"))


def imported_by(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    for path in files_of(room):
        wrong = (imported_by(path) & set(ROOMS)) - ALLOWED[room] - {room}
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_room(library: str) -> None:
    for room in ROOMS:
        if room in ONLY_IN[library]:
            continue
        for path in files_of(room):
            assert library not in imported_by(path), f"{path.relative_to(ROOT)} imports {library}"


def test_only_one_file_imports_litellm() -> None:
    importing = [path.name for path in files_of("judge") if "litellm" in imported_by(path)]
    assert importing == ["litellm_client.py"]


def test_no_module_shadows_a_room() -> None:
    for room in ROOMS:
        shadows = [
            path
            for path in files_of(room)
            if path.stem in ROOMS and path.parent != ROOT and path.stem != "__init__"
        ]
        assert not shadows
