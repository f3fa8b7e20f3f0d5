"""Bringing items into the database: what is there already, what is new, which judgments are one match."""
