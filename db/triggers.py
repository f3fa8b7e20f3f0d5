"""Triggers that count matches, made anew after every upgrade: rebuilding a table on SQLite drops its own.

SQLite fires them for each row, also for rows that a foreign key takes along; PostgreSQL once a statement.
"""

from __future__ import annotations

from sqlalchemy import Connection

WATCHED = (
    "dataset_id", "prompt_id", "contestant_a_id", "contestant_b_id", "response_a_id", "response_b_id",
    "judge_id", "repetition", "n_orders", "verdict_ab", "verdict_ba", "state", "reason",
)  # fmt: skip
"""What the arrays hold; a run that goes, for one, changes no match."""

# No ON CONFLICT in a trigger of SQLite: the statement that fires it would put its own in the place.
_SQLITE_ADD = """
INSERT INTO match_tally SELECT NEW.dataset_id, NEW.judge_id, 0, 0 WHERE NOT EXISTS
    (SELECT 1 FROM match_tally WHERE dataset_id = NEW.dataset_id AND judge_id = NEW.judge_id);
UPDATE match_tally SET n_matches = n_matches + 1
    WHERE dataset_id = NEW.dataset_id AND judge_id = NEW.judge_id;
"""
_SQLITE_TAKE = """
UPDATE match_tally SET n_matches = n_matches - 1, n_changes = n_changes + 1
    WHERE dataset_id = OLD.dataset_id AND judge_id = OLD.judge_id;
"""
_SQLITE = {
    "match_tally_insert": ("INSERT", _SQLITE_ADD),
    "match_tally_update": (f"UPDATE OF {', '.join(WATCHED)}", _SQLITE_TAKE + _SQLITE_ADD),
    "match_tally_delete": ("DELETE", _SQLITE_TAKE),
}

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION match_tally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE match_tally t SET n_matches = t.n_matches - o.n, n_changes = t.n_changes + o.n
        FROM (SELECT dataset_id, judge_id, count(*) AS n FROM old_rows GROUP BY dataset_id, judge_id) o
        WHERE t.dataset_id = o.dataset_id AND t.judge_id = o.judge_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO match_tally AS t (dataset_id, judge_id, n_matches, n_changes)
        SELECT dataset_id, judge_id, count(*), 0 FROM new_rows GROUP BY dataset_id, judge_id
        ORDER BY dataset_id, judge_id
        ON CONFLICT (dataset_id, judge_id) DO UPDATE SET n_matches = t.n_matches + EXCLUDED.n_matches;
    END IF;
    RETURN NULL;
END $$
"""
_POSTGRES = {
    "match_tally_insert": 'AFTER INSERT ON "match" REFERENCING NEW TABLE AS new_rows',
    "match_tally_update": 'AFTER UPDATE ON "match" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows',
    "match_tally_delete": 'AFTER DELETE ON "match" REFERENCING OLD TABLE AS old_rows',
}


def make_triggers(connection: Connection) -> None:
    """Make every trigger as it stands here, whatever was there before."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
        for name, when in _POSTGRES.items():
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS {name} ON "match"')
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION match_tally_keep()"
            )
        return
    for name, (event, body) in _SQLITE.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f'CREATE TRIGGER {name} AFTER {event} ON "match" BEGIN {body} END')
