"""What holds of the modules themselves: the pure ones by themselves, their types, their size."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.worker.runtime import ROOT, TEMPLATE

NODE = Path(sys.executable).with_name("node")


def run(*command: Path | str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pure_modules_by_themselves() -> None:
    run(NODE, "--test", "tests/worker/modules.test.mjs")


def test_long_stretches_of_time() -> None:
    run(NODE, "--test", "tests/worker/replay.test.mjs")


def test_the_types_hold() -> None:
    run(NODE, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json")


def test_each_module_reads_in_one_sitting() -> None:
    modules = {path.name: path.read_text() for path in TEMPLATE.iterdir() if path.suffix == ".js"}
    assert max(text.count("\n") for text in modules.values()) < 200
    assert modules["worker.js"].count("\n") < 60
    imported = {name for text in modules.values() for name in re.findall(r'(?: from |import\()"(.+?)"', text)}
    assert imported <= {f"./{name}" for name in modules} | {"cloudflare:workers", "./form.html"}


def test_a_look_loads_no_more_than_it_needs() -> None:
    """Every part has its own limit: what a look loads, the form's modules, its page, what else is loaded on demand."""
    sizes = {file.name: file.stat().st_size for file in TEMPLATE.iterdir() if file.suffix in {".js", ".html"}}
    look = loaded_by("worker.js")
    form = {name for name in sizes if re.fullmatch(r"form.*\.js", name)}
    rest = sizes.keys() - look - form - {"form.html"}
    assert "tick.js" in look
    assert not look & (form | {"form.html"})
    assert rest == {"rotate.js", "token.js", "cloudflare.js", "close.js"}
    assert sum(sizes[name] for name in look) < 100 * 1024
    assert sum(sizes[name] for name in form) < 16 * 1024
    assert sum(sizes[name] for name in rest) < 10 * 1024
    assert sizes["form.html"] < 30_000


def loaded_by(name: str) -> set[str]:
    """A module and all that it imports when it is loaded, not what it imports later."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += re.findall(r'^import .*"\./(.+)"$', (TEMPLATE / name).read_text(), re.MULTILINE)
    return seen


def test_nothing_loads_tables_of_languages() -> None:
    """Comparing or writing by a language's rules costs a fresh isolate 7 of its 10 ms."""
    sources = {file.name: file.read_text() for file in TEMPLATE.glob("*.js")}
    assert sources
    assert not [name for name, text in sources.items() if re.search(r"localeCompare|toLocale|\bIntl\b", text)]
