"""Marked secrets go through everything that can go wrong; afterwards they are in no log record and in no exception."""

from __future__ import annotations

import dataclasses
import logging
import pprint
import traceback
from collections.abc import Awaitable, Callable

import httpx
import pytest

from deploy.accounts import connect, look
from deploy.adopting import adopt, clear
from deploy.cloudflare import Cloudflare
from deploy.commands import WorkerClient
from deploy.deployment import Keys, pair_body, secrets_body, token_body
from deploy.errors import DeployError
from deploy.inspection import inspect
from deploy.keeping import give_token, take_token
from deploy.names import claim_name
from deploy.rekeying import change_keys
from deploy.secret import Secret
from deploy.steps import Site, deploy, remove, write
from deploy.template import Template
from deploy.updating import update
from tests.deploy.cloud import silent
from tests.deploy.scripted import Act, Cut, Got, Hang, Raw, Scripted, bad, good, said
from tests.deploy.site import ACCOUNT, COMMAND_KEY, DEPLOYMENT, KEYS, TOKEN

MARKED = (TOKEN, KEYS.key_id, KEYS.secret, COMMAND_KEY.private)
# What a confused or hostile server might answer, given the secrets that it was just sent.
TROUBLES: dict[str, Callable[[str], Act]] = {
    "unknown": lambda echo: bad(400, 12345, echo),
    "denied": lambda echo: bad(403, 10000, echo),
    "place": lambda echo: bad(403, 9109, f"Cannot use the access token from location: {echo}"),
    "chain": lambda echo: bad(400, 6003, "x", chain=(6111, echo)),
    "internal": lambda echo: bad(500, 10013, echo),
    "worker": lambda echo: said(400, {"error": echo, "message": echo}),
    "page": lambda echo: Raw(502, f"<html>{echo}</html>".encode()),
    "redirect": lambda _: Raw(302, b"", headers={"Location": "http://127.0.0.1:9/"}),
    "throttled": lambda _: Raw(429, b"", headers={"Retry-After": "900"}),
    "cut": lambda _: Cut(),
    "hang": lambda _: Hang(),
}


def echo_of(got: Got) -> str:
    sent = got.headers.get("authorization", "") + got.body.decode("utf-8", "replace")
    return " ".join(secret.reveal() for secret in MARKED if secret.reveal() in sent)


def leaks(text: str) -> list[str]:
    return [secret.ending for secret in MARKED if secret.reveal() in text]


def told(error: BaseException) -> str:
    """All that a careless logger could print of an exception: its chain, its frames and their variables."""
    seen: traceback.TracebackException | None
    seen = traceback.TracebackException.from_exception(error, capture_locals=True)
    parts = [str(error), repr(error), f"{error}", pprint.pformat(vars(error))]
    while seen is not None:
        frames = [frame for frame in seen.stack if frame.filename != __file__]
        parts += [str(seen), repr([(frame.line, frame.locals) for frame in frames])]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


@pytest.mark.asyncio
@pytest.mark.parametrize("trouble", TROUBLES)
async def test_no_secret_in_errors_or_logs(
    trouble: str, server: Scripted, cloudflare: Cloudflare, template: Template, caplog: pytest.LogCaptureFixture
) -> None:
    server.otherwise = lambda got: TROUBLES[trouble](echo_of(got))
    server.on("GET /user/tokens/verify", good({"id": "x", "status": "active"}))
    seconds = 0.05 if trouble == "hang" else 10.0
    cloudflare = dataclasses.replace(cloudflare, attempt_seconds=seconds)
    site = Site(cloudflare, TOKEN, DEPLOYMENT)
    worker = WorkerClient(cloudflare.http, server.url, COMMAND_KEY, cloudflare.clock, seconds=seconds)
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: connect(cloudflare, TOKEN),
        lambda: look(cloudflare, TOKEN, ACCOUNT),
        lambda: claim_name(cloudflare, TOKEN, ACCOUNT, "ann"),
        lambda: deploy(site, keys=KEYS, template=template, command_key=COMMAND_KEY, progress=silent, first=True),
        lambda: write(site, "PATCH", "settings", body=pair_body(KEYS, ["MODE"])),
        lambda: write(site, "PATCH", "secrets-bulk", body=secrets_body(KEYS)),
        lambda: write(site, "PATCH", "settings", body=token_body(TOKEN, ["MODE"])),
        lambda: give_token(site),
        lambda: take_token(site),
        lambda: remove(site),
        lambda: inspect(site),
        lambda: update(site, template),
        lambda: adopt(site, COMMAND_KEY, ()),
        lambda: clear(site, COMMAND_KEY),
        worker.status,
        lambda: worker.rotate(KEYS),
        worker.clear_token,
        worker.destroy,
    ]
    with caplog.at_level(logging.DEBUG):
        for attempt in attempts:
            with pytest.raises(DeployError) as caught:
                await attempt()
            assert leaks(told(caught.value)) == []
    assert any(record.name.startswith("http") for record in caplog.records)
    assert leaks(caplog.text + repr([vars(record) for record in caplog.records])) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("paste", ["line\nbreak", "nul\x00", "emoji🙂", "é"])
async def test_a_paste_that_no_header_can_carry_is_not_quoted(
    paste: str, cloudflare: Cloudflare, caplog: pytest.LogCaptureFixture
) -> None:
    token = Secret(paste + "CANARYPASTE" * 4)
    with caplog.at_level(logging.DEBUG), pytest.raises(DeployError) as caught:
        await change_keys(Site(cloudflare, token, DEPLOYMENT), KEYS)
    assert "CANARYPASTE" not in told(caught.value) + caplog.text


@pytest.mark.asyncio
async def test_keys_of_any_text_are_sent_as_they_are(server: Scripted, cloudflare: Cloudflare) -> None:
    server.otherwise = lambda _: good({"tags": list(DEPLOYMENT.tags)})
    keys = Keys(Secret("PK🙂\n\x00\"'"), Secret("é\u2028"))
    await change_keys(Site(cloudflare, TOKEN, DEPLOYMENT), keys)
    assert server.got[1].json()["secrets"]["APCA_API_KEY_ID"]["text"] == keys.key_id.reveal()


@pytest.mark.asyncio
async def test_this_test_would_notice(server: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    server.otherwise = lambda _: Cut()
    with caplog.at_level(logging.DEBUG):
        async with httpx.AsyncClient() as http:
            headers = {"Authorization": f"Bearer {TOKEN.reveal()}"}
            with pytest.raises(httpx.HTTPError) as caught:
                await http.get(server.url, headers=headers)
    assert leaks(told(caught.value)) == [TOKEN.ending]
