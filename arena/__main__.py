"""`python -m arena`: what the app does, from a shell."""

import sys

from arena.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
