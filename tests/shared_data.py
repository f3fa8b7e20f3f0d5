"""Where the published data lies that tests check against; such tests skip only where it is absent.

A replay over HTTP takes a part of it, and the whole where EVENHAND_WHOLE is set: `make replay`.
"""

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

IS_WHOLE = bool(os.environ.get("EVENHAND_WHOLE"))

needs_shared_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the shared data folder is absent")
