"""A PostgreSQL server of the tests' own. `python -m tests.postgres` serves one by hand and prints its URL."""

from tests.postgres.server import PostgresServer, serve_postgres

__all__ = ["PostgresServer", "serve_postgres"]
