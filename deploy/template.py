"""The Worker's source files, exactly as they are published and uploaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

MAIN_MODULE = "worker.js"
UPLOADED = ("*.js", "*.html")
VERSION_DIGITS = 12
# A sibling of this package, in a checkout as in an installation.
PUBLISHED = Path(__file__).resolve().parent.parent / "worker_template"


@dataclass(frozen=True, slots=True)
class Module:
    """One ES module, or the form's page; its file name is its name inside the Worker, too."""

    name: str
    content: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """What kind of part it is in the upload."""
        return "text/plain" if self.name.endswith(".html") else "application/javascript+module"

    @property
    def sha256(self) -> str:
        """The digest to compare with what is deployed."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Template:
    """All modules of the Worker, the main one first."""

    modules: tuple[Module, ...]

    @property
    def digest(self) -> str:
        """A digest over every name and byte: two templates share it only if they are the same."""
        return _known_digest(self.modules)

    @property
    def version(self) -> str:
        """The digest's beginning, to tell versions apart where nobody has a reason to forge one."""
        return self.digest[:VERSION_DIGITS]


@lru_cache(maxsize=4)
def _known_digest(modules: tuple[Module, ...]) -> str:
    return digest_of(modules)


def digest_of(modules: Iterable[Module]) -> str:
    """Digest names and bytes, whatever their order."""
    whole = hashlib.sha256()
    for module in sorted(modules, key=lambda module: module.name):
        whole.update(f"{module.name}\n{module.sha256}\n".encode())
    return whole.hexdigest()


def read_template(folder: Path = PUBLISHED) -> Template:
    """Read the modules in `folder`, by default those that came with this program.

    Raises FileNotFoundError when its main module is not there, which means that the installation is broken.
    """
    files = [file for pattern in UPLOADED for file in sorted(folder.glob(pattern))]
    found = [Module(file.name, file.read_bytes()) for file in files]
    if not any(module.name == MAIN_MODULE for module in found):
        raise FileNotFoundError(folder / MAIN_MODULE)
    return Template(tuple(sorted(found, key=lambda module: module.name != MAIN_MODULE)))
