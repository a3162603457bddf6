from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.texts.recognising import recognised
from sandbox.alpaca.server import ServedAlpaca
from tests.bot.unsaid import LISTED
from tests.worker.broker import Broker
from tests.worker.cloud import Cloud
from tests.worker.runtime import Owner, Workerd, good, wait_until, wait_until_midnight_is_far

TOKEN = "cfut_" + "t" * 40 + "00000000"
BUY = {"kind": "recurring", "symbols": ["VTI"], "amount": "10.00", "every": "day"}
CEILINGS = {"per_order": "10.00", "per_day": "10.00", "budget": "520.00", "symbols": ["VTI"]}


class Deployment:
    """A Worker as it stands after a deploy, its owner, its account and its cloud."""

    def __init__(self, workerd: Workerd, owner: Owner, broker: Broker, cloud: Cloud) -> None:
        self.workerd, self.owner, self.broker, self.cloud = workerd, owner, broker, cloud
        self._told = 0

    def arm(self) -> None:
        """Let the plan trade; what was told by then is not told again by `events` and `kinds`."""
        self.ask("arm")
        self._told = self.ask("events", {})["next"]

    def ask(self, command: str, body: object = None) -> Any:
        """The answer of a command that must work, and says what it says in plain words."""
        answer = good(self.owner.send(self.workerd.url, command, body))
        assert_plain(answer)
        return answer

    def tick(self, **body: object) -> Any:
        return self.ask("tick", body)["run"]

    @contextmanager
    def running(self) -> Iterator[None]:
        """While a run has looked at the account and no further; make Alpaca slow before."""
        with ThreadPoolExecutor(1) as thread:
            run = thread.submit(self.tick)
            wait_until(lambda: "GET /v2/account" in self.broker.calls())
            yield
            run.result()

    def events(self) -> list[str]:
        return [f"{event['kind']}: {event['text']}" for event in self._events()]

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self._events()]

    def _events(self) -> list[Any]:
        events: list[Any] = self.ask("events", {"after": self._told})["events"]
        return events


Deploy = Callable[..., Deployment]


def assert_plain(answer: object, name: str = "") -> None:
    """Fails if a text for people holds a time stamp, an amount without its sign, a code or a technical word.

    What Alpaca said itself stands in quotation marks and may say anything. A chat must know it in every language.
    """
    if isinstance(answer, dict):
        for each, value in answer.items():
            assert_plain(value, each)
    elif isinstance(answer, list):
        for value in answer:
            assert_plain(value, name)
    elif isinstance(answer, str) and name in {"reason", "note", "text", "message"} and " " in answer:
        own = re.sub(r'"[^"]*"', "", answer)
        assert not re.search(r"\d{4}-\d\d|\dT\d|USD|_|Worker|undefined|null|NaN|[a-z][A-Z]|[$]\d{4}", own), answer
        assert re.fullmatch(r"[A-Z].*[.]", answer), answer
        assert recognised(answer) or answer in LISTED, f"no words for it in bot/texts/sentences.py: {answer}"


@pytest.fixture(scope="session")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as http:
        yield http


@pytest.fixture
def broker(alpaca: ServedAlpaca, http: httpx.Client) -> Iterator[Broker]:
    wait_until_midnight_is_far()
    broker = Broker(alpaca.paper_url, http, cash="1000")
    yield broker
    broker.restore()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.close()


@pytest.fixture
def deploy(tmp_path: Path, broker: Broker, cloud: Cloud, alpaca: ServedAlpaca, http: httpx.Client) -> Iterator[Deploy]:
    """Deploys with a daily buy of 10 USD of VTI; keyword arguments replace bindings, None leaves one out.

    The plan is armed unless the test says `armed=False`.
    """
    running: list[Workerd] = []

    def started(*, armed: bool = True, **changed: object) -> Deployment:
        owner = Owner(http)
        bindings: dict[str, object] = {
            "APCA_API_KEY_ID": broker.keys["key_id"],
            "APCA_API_SECRET_KEY": broker.keys["secret"],
            "CLOUDFLARE_API_TOKEN": TOKEN,
            "MODE": "paper",
            "ACCOUNT_ID": broker.id,
            "ALPACA_URL": broker.url,
            "ALPACA_DATA_URL": alpaca.data_url,
            "COMMAND_KEY": owner.public,
            "DEPLOYMENT": "ab12cd34",
            "SCRIPT": "soar-paper-ab12cd34",
            "CLOUDFLARE_ACCOUNT": "c" * 32,
            "CLOUDFLARE_API_URL": cloud.url,
            "TEMPLATE": "test",
            "PLAN": BUY,
            "CEILINGS": CEILINGS,
        }
        bindings = {name: value for name, value in (bindings | changed).items() if value is not None}
        workerd = Workerd(tmp_path, bindings, http)
        running.append(workerd)
        workerd.start()
        deployment = Deployment(workerd, owner, broker, cloud)
        if armed:
            deployment.arm()
        return deployment

    yield started
    for workerd in running:
        workerd.stop()
        for secret in ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY", "CLOUDFLARE_API_TOKEN"):
            assert str(workerd.bindings.get(secret, "-no-secret-")) not in workerd.log()


@pytest.fixture
def deployed(deploy: Deploy) -> Deployment:
    return deploy()
