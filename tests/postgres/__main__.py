"""Serve a PostgreSQL database until interrupted: `python -m tests.postgres`."""

from __future__ import annotations

import signal

from tests.postgres.server import serve_postgres


def main() -> None:
    with serve_postgres() as server:
        print(server.create_database(), flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
