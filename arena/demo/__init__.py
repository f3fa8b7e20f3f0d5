"""The demo data set: invented material that teaches, as plain records. Knows no database."""
