"""`make showcase`: plays the road in every language and writes docs/transcripts and docs/pictures anew.

python -m tests.showcase [--check] [CODE …]; with --check it changes nothing, and ends with 1 where a page is not true.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from flows.languages import Language
from tests.showcase.pictures import drawn
from tests.showcase.road import Walker, spoken, walked
from tests.showcase.transcripts import page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def pages(walkers: Mapping[Language, Walker]) -> dict[Path, str]:
    """Give all files that come of these walks."""
    transcripts = {DOCS / "transcripts" / f"{each}.md": page(walker, each) for each, walker in walkers.items()}
    return transcripts | {DOCS / "pictures" / name: text for name, text in drawn(walkers).items()}


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """Name the files that are not what happens."""
    return [file for file, text in wanted.items() if not file.exists() or file.read_text(encoding="utf-8") != text]


def main() -> None:
    """Write them, or say which are not true any more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("codes", nargs="*", type=Language, metavar="CODE", help="languages, for example de pt_BR")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 where a page is not true")
    asked = parser.parse_args()
    wanted = pages(asyncio.run(walked(asked.codes or spoken())))
    changed = stale(wanted)
    for file in [] if asked.check else changed:
        file.parent.mkdir(exist_ok=True)
        file.write_text(wanted[file], encoding="utf-8")
    for file in changed:
        print("not what happens:" if asked.check else "written:", file.relative_to(DOCS.parent))  # noqa: T201
    sys.exit(1 if changed and asked.check else 0)


if __name__ == "__main__":
    main()
