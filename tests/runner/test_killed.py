from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.runner.port import Outcome
from tests.runner import child


def run_until_it_hangs_and_kill(folder: Path, step: str) -> None:
    command = [sys.executable, "-m", "tests.runner.child", str(folder), step]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root) as process:  # noqa: S603
        deadline = time.monotonic() + 30
        try:
            while not (folder / "hanging").exists():
                assert process.poll() is None, "the child ended by itself"
                assert time.monotonic() < deadline, "the child did not get to its step"
                time.sleep(0.01)
        finally:
            process.kill()
    assert process.returncode == -9
    (folder / "hanging").unlink()


@pytest.mark.asyncio
@pytest.mark.parametrize("kills", [("script",), ("account", "schedule")])
async def test_a_killed_operation_is_finished_by_the_next_process(
    tmp_path: Path, url: str, kills: tuple[str, ...]
) -> None:
    assert url.endswith("soar.db")
    for step in kills:
        run_until_it_hangs_and_kill(tmp_path, step)
        assert (tmp_path / step).read_text() == "half"
    runner = child.deployment(tmp_path, hang_at=None)
    try:
        assert await runner.recover() == 1
        assert await runner.wait("o1") == Outcome("done", data={"steps": 3})
        assert [(tmp_path / step).read_text() for step in child.STEPS] == ["whole"] * 3
        assert (tmp_path / "starts").read_text().split() == [str(number + 1) for number in range(len(kills) + 1)]
        assert await runner.recover() == 0
    finally:
        await runner.close(1)
