"""The database: tables, sessions, queries and migrations. SQLAlchemy is imported only here."""
