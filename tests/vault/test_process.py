from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: what it switches off cannot be switched on again.
CHILD = """
import ctypes, resource
from bot.vault.process import harden
done = harden()
print(done.core_dumps_off, resource.getrlimit(resource.RLIMIT_CORE) == (0, 0))
print(done.not_dumpable, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the state back with prctl, which only Linux has")
def test_core_dumps_are_off_and_the_process_is_not_dumpable() -> None:
    command = [sys.executable, "-c", CHILD]
    child = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    assert child.stdout.split() == ["True"] * 4
