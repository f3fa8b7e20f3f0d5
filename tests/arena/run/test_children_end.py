"""A child process that listens for its parent's end ends cleanly before it too."""

import subprocess
import sys

import pytest

_WATCHES = (
    "import threading; from arena.run.embedded import give_way_to_parent;"
    "give_way_to_parent(threading.Event())"
)
_READS = (
    "import queue, threading; from arena.generate.asker import _read_into;"
    "threading.Thread(target=_read_into, args=(queue.Queue(),), daemon=True).start()"
)


@pytest.mark.parametrize("begun", [_WATCHES, _READS])
def test_a_child_that_ends_before_its_parent_ends_cleanly(begun: str) -> None:
    ended = "; import time; time.sleep(0.2)"  # the thread is most likely reading by then
    with subprocess.Popen(
        [sys.executable, "-c", begun + ended], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert child.stderr.read() == ""
        assert child.wait() == 0
