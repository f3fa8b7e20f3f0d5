"""The command line: `python -m arena COMMAND`. Words in, one call into `arena`, a table or JSON out."""
