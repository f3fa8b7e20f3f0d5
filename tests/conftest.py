"""What holds for all tests: databases of both kinds, and no silent skip."""

import pytest

from tests.shared_data import SHARED_DATA

pytest_plugins = ["tests.postgres.fixtures"]


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
