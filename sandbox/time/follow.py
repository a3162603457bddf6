"""`python -m sandbox.time.follow FILE MODULE …` runs a module as `python -m MODULE …` would, by a sandbox's time."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

from sandbox.time.timeline import Timeline


def main() -> None:
    """Replace the process's clock before anything of the module is loaded, then run it."""
    _, file, module, *arguments = sys.argv
    time.time = Timeline(Path(file)).now
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
