"""What holds for all tests: databases of both kinds, files in memory, and no silent skip."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.shared_data import SHARED_DATA

pytest_plugins = ["tests.postgres.fixtures"]

# The same examples every time, however slow they are drawn: a test's outcome is the code's alone.
settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is plenty: a thousand databases are made and dropped."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where the shared data is there and a test was skipped all the same: a skip is not a pass."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not SHARED_DATA.is_dir():
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line("")
        for report in skipped:
            reporter.write_line(f"skipped although the shared data is there: {report.nodeid}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
