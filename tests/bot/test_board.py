"""What takes more than a moment says how long it has taken, on the screen that waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.app import SHOWN
from bot.board import Board
from bot.conversation import Shown
from bot.runner.port import Operation, Progress
from bot.telegram.anchors import Anchors
from bot.texts.render import body
from flows.codec import Dialog
from flows.events import Context, Worker
from flows.jobs import NewWorker, OwnToken
from flows.languages import Language
from flows.machine import view
from flows.plans import Mode, Watch
from flows.states import Connecting, Destroying, Held, Home, State
from flows.tended import Tuning
from flows.twin import Another

WORKER = Worker("a" * 16, Mode.PAPER, "soar-paper-aaaaaaaa", "acc", holds_token=True)
WORK = "b" * 16
JOB = NewWorker(Mode.PAPER, Watch(), "0" * 16)


@dataclass
class Chat:
    """What a chat shows, and the texts it has been drawn with."""

    state: State
    now: float = 0.0
    drawn: list[str] = field(default_factory=list)

    async def look(self, chat_id: int) -> Shown:
        return Shown(chat_id, Dialog(self.state), 1, 1, (WORKER,))

    def show(self, shown: Shown, *, progress: Any = None) -> None:
        screen = view(shown.dialog, Context(0, "", shown.workers, progress))
        self.drawn.append(body(screen, Language.ENGLISH))


def board_of(chat: Chat) -> Board:
    return Board(cast("Anchors", chat), chat.look, SHOWN, clock=lambda: chat.now)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("connect", Connecting(JOB, Held("t", 9), WORK)),
        ("destroy", Destroying(WORKER.id, Mode.PAPER, WORK, OwnToken())),
        ("chart", Home(WORKER.id, None, WORK)),
        ("export", Home(WORKER.id, None, WORK)),
        ("status", Tuning(WORKER.id, None, WORK)),
        ("close", Home(WORKER.id, None, WORK)),
        ("describe", Another(WORKER.id, Home(WORKER.id), WORK)),
    ],
)
async def test_what_has_no_steps_shows_its_time_once_it_has_taken_some(kind: str, state: State) -> None:
    chat = Chat(state)
    board = board_of(chat)
    await board.reached(Operation(WORK, 7, kind, {}), Progress(WORK, 7, kind, {}, 0.0))
    await board.refresh()
    assert chat.drawn == [], "a quick answer is not drawn twice"
    chat.now = 4.0
    await board.refresh()
    assert chat.drawn[-1].rstrip().endswith("4 s")
    board.ended(WORK)
    await board.refresh()
    assert len(chat.drawn) == 1


@pytest.mark.asyncio
async def test_an_answer_that_is_no_longer_waited_for_changes_no_screen() -> None:
    chat = Chat(Home(WORKER.id))
    board = board_of(chat)
    await board.reached(Operation(WORK, 7, "status", {}), Progress(WORK, 7, "status", {}, 0.0))
    chat.now = 4.0
    await board.refresh()
    assert chat.drawn == []


def test_all_that_is_waited_for_is_followed() -> None:
    long = {"deploy", "rotate", "verify", "update", "destroy", "export", "chart", "connect", "widen", "prepare", "form"}
    assert long <= SHOWN.keys()
