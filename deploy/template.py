"""The Worker's source files, exactly as they are published and uploaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

MAIN_MODULE = "worker.js"
VERSION_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Module:
    """One ES module; its file name is its name inside the Worker, too."""

    name: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest to compare with what is deployed."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Template:
    """All modules of the Worker, the main one first."""

    modules: tuple[Module, ...]

    @property
    def version(self) -> str:
        """A short digest over every name and byte: two templates share it only if they are the same."""
        whole = hashlib.sha256()
        for module in sorted(self.modules, key=lambda module: module.name):
            whole.update(f"{module.name}\n{module.sha256}\n".encode())
        return whole.hexdigest()[:VERSION_DIGITS]


def read_template(folder: Traversable | None = None) -> Template:
    """Read `folder`, by default the `worker_template` that came with this program.

    Raises FileNotFoundError when its main module is not there, which means that the installation is broken.
    """
    place = folder if folder is not None else files("worker_template")
    found = [Module(file.name, file.read_bytes()) for file in place.iterdir() if file.name.endswith(".js")]
    if not any(module.name == MAIN_MODULE for module in found):
        raise FileNotFoundError(f"{MAIN_MODULE} is not in the Worker's template folder")
    return Template(tuple(sorted(found, key=lambda module: (module.name != MAIN_MODULE, module.name))))
