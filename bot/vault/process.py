"""Keeps the process's memory to itself: no core dump, no debugger or /proc reader of the same user."""

from __future__ import annotations

import ctypes
import resource
import sys
from dataclasses import dataclass

# https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Hardening:
    """What `harden` could do on this system."""

    core_dumps_off: bool
    not_dumpable: bool


def harden() -> Hardening:
    """Switch off core dumps and, on Linux, make the process undumpable; never raises, says what was done."""
    return Hardening(core_dumps_off=_switch_core_dumps_off(), not_dumpable=_make_undumpable())


def _switch_core_dumps_off() -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


def _make_undumpable() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return False
    return bool(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
