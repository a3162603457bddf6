from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
import pprint
from collections.abc import Callable
from functools import partial

import pytest

from deploy.secret import Secret, blot

CANARY = "PKCANARY0123456789CN"


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    key_id: Secret
    secret: Secret


def test_nothing_that_prints_shows_it() -> None:
    secret = Secret(CANARY)
    pair = Pair(secret, secret)
    shown = [
        str(secret), repr(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>30}", format(secret, "s"),
        "%s %r" % (secret, secret), repr([secret]), repr({"k": secret}), repr(pair), pprint.pformat(pair),  # noqa: UP031
        repr(ValueError(secret)), str(ValueError(secret)), repr([getattr(secret, name) for name in secret.__slots__]),
    ]  # fmt: skip
    assert all(CANARY not in text and CANARY[:8] not in text for text in shown)
    assert not hasattr(secret, "__dict__")


def test_it_cannot_be_pickled_copied_hashed_or_put_into_json() -> None:
    secret = Secret(CANARY)
    refused: tuple[Callable[[], object], ...] = (
        *(partial(pickle.dumps, secret, protocol) for protocol in range(6)),
        lambda: copy.copy(secret),
        lambda: copy.deepcopy(secret),
        lambda: dataclasses.asdict(Pair(secret, secret)),
        lambda: json.dumps(secret),
        lambda: hash(secret),
        lambda: "-".join(["a", secret]),  # type: ignore[list-item]  # noqa: FLY002
        secret.__getstate__,
        secret.__reduce__,
    )
    for attempt in refused:
        with pytest.raises(TypeError) as caught:
            attempt()
        assert CANARY not in str(caught.value)


def test_a_log_record_does_not_hold_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").warning("got %s and %r", Secret(CANARY), {"a": Secret(CANARY)})
    assert "Secret(…)" in caplog.text
    assert CANARY not in caplog.text


def test_it_is_equal_by_value_and_only_to_its_own_kind() -> None:
    assert Secret(CANARY) == Secret(CANARY)
    assert Secret(CANARY) != Secret(CANARY + "x")
    assert Secret(CANARY) != CANARY


def test_reveal_and_ending() -> None:
    assert Secret(CANARY).reveal() == CANARY
    assert Secret(CANARY).ending == "89CN"
    assert Secret("short").ending == ""


def test_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Secret("")


def test_blot_takes_every_secret_out_of_a_message() -> None:
    assert blot(f"a {CANARY} b {CANARY}", (Secret(CANARY),)) == "a … b …"
