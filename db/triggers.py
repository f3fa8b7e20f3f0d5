"""Triggers that count matches, and changes of responses and of expected outcomes.

They are made anew after every upgrade: rebuilding a table on SQLite drops its own.

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
_SQLITE_CHANGE_OF = """
INSERT INTO change_tally SELECT '{0}', 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM change_tally WHERE subject = '{0}' AND shard = 0);
UPDATE change_tally SET n_changes = n_changes + 1 WHERE subject = '{0}' AND shard = 0;
"""
_SQLITE_CHANGE = _SQLITE_CHANGE_OF.format("response")
_SQLITE_OUTCOME = _SQLITE_CHANGE_OF.format("outcome")
_OLD_OUTCOME = "OLD.expected_outcome IS NOT NULL AND OLD.match_id IS NOT NULL"
_NEW_OUTCOME = "NEW.expected_outcome IS NOT NULL AND NEW.match_id IS NOT NULL"
_OUTCOMES = {
    "outcome_tally_insert": ("INSERT", _NEW_OUTCOME),
    "outcome_tally_update": (
        "UPDATE OF expected_outcome, match_id, judge_id",
        f"({_OLD_OUTCOME}) OR ({_NEW_OUTCOME})",
    ),
    "outcome_tally_delete": ("DELETE", _OLD_OUTCOME),
}
"""Only judgments whose outcome a board may use are counted: without log-probabilities nothing is written."""
_OF_RESPONSES = (
    "contestant_id", "prompt_id", "cost_usd", "latency_s", "n_chars", "n_words", "n_headers", "n_list_items",
    "n_bold",
)  # fmt: skip
_SQLITE = {
    "match_tally_insert": ('INSERT ON "match"', _SQLITE_ADD),
    "match_tally_update": (f'UPDATE OF {", ".join(WATCHED)} ON "match"', _SQLITE_TAKE + _SQLITE_ADD),
    "match_tally_delete": ('DELETE ON "match"', _SQLITE_TAKE),
    "response_tally_insert": ("INSERT ON response", _SQLITE_CHANGE),
    "response_tally_update": (f"UPDATE OF {', '.join(_OF_RESPONSES)} ON response", _SQLITE_CHANGE),
    "response_tally_delete": ("DELETE ON response", _SQLITE_CHANGE),
} | {
    name: (f"{event} ON judgment WHEN {which}", _SQLITE_OUTCOME) for name, (event, which) in _OUTCOMES.items()
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
_POSTGRES_CHANGES = """
CREATE OR REPLACE FUNCTION change_tally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE change_tally SET n_changes = n_changes + 1 WHERE subject = TG_ARGV[0] AND shard =
        (SELECT shard FROM change_tally WHERE subject = TG_ARGV[0] LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO change_tally VALUES (TG_ARGV[0], txid_current(), 1);
    END IF;
    RETURN NULL;
END $$
"""
# Rows are counted here one by one, for a statement knows no columns: once a transaction is enough, and a
# million changes of one row in one transaction would each search through all before.
_POSTGRES_OUTCOMES = """
CREATE OR REPLACE FUNCTION outcome_tally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('evenhand.outcomes_counted', true) IS NOT DISTINCT FROM txid_current()::text THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('evenhand.outcomes_counted', txid_current()::text, true);
    UPDATE change_tally SET n_changes = n_changes + 1 WHERE subject = 'outcome' AND shard =
        (SELECT shard FROM change_tally WHERE subject = 'outcome' LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO change_tally VALUES ('outcome', txid_current(), 1);
    END IF;
    RETURN NULL;
END $$
"""
_POSTGRES = {
    f"match_tally_{event.lower()}": (
        "match",
        f'AFTER {event} ON "match" REFERENCING {rows}',
        "match_tally_keep()",
    )
    for event, rows in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    )
} | {
    f"response_tally_{event.lower()}": (
        "response",
        f"AFTER {event} ON response",
        "change_tally_keep('response')",
    )
    for event in ("INSERT", "UPDATE", "DELETE")
}


def make_triggers(connection: Connection) -> None:
    """Make every trigger as it stands here, whatever was there before."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
        connection.exec_driver_sql(_POSTGRES_CHANGES)
        connection.exec_driver_sql(_POSTGRES_OUTCOMES)
        for name, (table, when, function) in _POSTGRES.items():
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS {name} ON "{table}"')
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {when} FOR EACH STATEMENT EXECUTE FUNCTION {function}"
            )
        for name, (event, which) in _OUTCOMES.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON judgment")
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} AFTER {event} ON judgment FOR EACH ROW WHEN ({which})"
                " EXECUTE FUNCTION outcome_tally_keep()"
            )
        return
    for name, (event, body) in _SQLITE.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} BEGIN {body} END")
