"""Alembic's entry: runs the migrations on the connection that `db.migrate` hands over."""

from typing import Any, Literal

from alembic import context

from db.tables import Base
from db.texts import StoredText


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Write texts into new migrations as what they are in the database."""
    return "sa.String()" if kind == "type" and isinstance(item, StoredText) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
