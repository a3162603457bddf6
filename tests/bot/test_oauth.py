"""What Cloudflare's OAuth answers, good and bad, and the numbers of the standard."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from bot.oauth.client import Grant, NotGranted, Registration, challenge, redeem, revoke, site_of
from bot.oauth.pages import carried
from deploy.cloudflare import API_URL
from deploy.secret import Secret
from deploy.wire import open_http
from tests.deploy.scripted import Got, Raw, Scripted

CODE, VERIFIER = Secret("the-code"), Secret("v" * 64)


def ours(site: str) -> Registration:
    return Registration("client", "https://soar.example/cloudflare", site)


async def redeemed(status: int, body: bytes) -> tuple[Grant, Got]:
    async with Scripted() as server, open_http() as http:
        server.on("POST /oauth2/token", Raw(status, body, "application/json"))
        grant = await redeem(http, ours(server.url), CODE, VERIFIER)
        return grant, server.got[0]


async def revoked(status: int) -> bool:
    async with Scripted() as server, open_http() as http:
        server.on("POST /oauth2/revoke", Raw(status, b"", "application/json"))
        return await revoke(http, ours(server.url), Secret("t" * 40))


def test_the_challenge_is_the_one_of_the_standards_appendix() -> None:
    assert challenge(Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")) == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_people_agree_on_the_dashboard_or_at_the_stand_in() -> None:
    assert site_of(API_URL) == "https://dash.cloudflare.com"
    assert site_of("http://127.0.0.1:8081/client/v4") == "http://127.0.0.1:8081"


@pytest.mark.asyncio
async def test_a_code_becomes_a_token_with_the_verifier_alone() -> None:
    body = json.dumps({"access_token": "t" * 900, "token_type": "Bearer", "expires_in": 3600}).encode()
    grant, got = await redeemed(200, body)
    assert (grant.token.reveal(), grant.seconds) == ("t" * 900, 3600.0)
    assert "ttt" not in repr(grant)
    told = {name: values[0] for name, values in parse_qs(got.body.decode()).items()}
    assert told == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": "https://soar.example/cloudflare",
        "client_id": "client",
        "code_verifier": "v" * 64,
    }
    assert got.line == "POST /oauth2/token"
    assert "authorization" not in got.headers


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, b'{"error": "invalid_grant"}', "invalid_grant"),
        (400, b'{"error": "<b>secret</b>"}', "http_400"),
        (200, b'{"access_token": ""}', "http_200"),
        (200, b'{"access_token": "x", "token_type": "mac"}', "http_200"),
        (200, b"[]", "http_200"),
        (502, b"<html>", "http_502"),
    ],
)
async def test_any_other_answer_is_no_token(status: int, body: bytes, reason: str) -> None:
    with pytest.raises(NotGranted) as refusal:
        await redeemed(status, body)
    assert refusal.value.reason == reason


@pytest.mark.asyncio
async def test_a_token_that_is_not_taken_back_is_told() -> None:
    assert await revoked(200)
    assert not await revoked(500)


def test_only_a_pages_word_is_read_as_one() -> None:
    word = "A_-9" * 8
    assert carried(f"/start connect_{word}") == word
    assert carried(f" /start@soar_bot connect_{word}\n") == word
    for other in ("/start", "/start connect_", f"/start connect_{word}x", f"connect_{word}", f"/status connect_{word}"):
        assert carried(other) is None
