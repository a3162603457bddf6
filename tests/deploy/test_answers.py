"""Every answer Cloudflare is known to give, and what it becomes."""

from __future__ import annotations

import dataclasses

import httpx
import pytest

from deploy.cloudflare import Cloudflare, json_body
from deploy.errors import DeployError, Throttled
from deploy.secret import Secret
from tests.deploy.scripted import Act, Cut, FakeClock, Hang, Raw, Scripted, bad, good

TOKEN = Secret("cfut_" + "t" * 48)
HTML = Raw(502, b"<html><h1>502 Bad Gateway</h1></html>")

# answer → code, retryable, how often it was asked
ANSWERS: list[tuple[str, Act, str, bool, int]] = [
    ("971 throttled", bad(429, 971, "Please wait and consider throttling your request speed"), "throttled", True, 4),
    ("971 without 429", bad(400, 971, "Please wait"), "throttled", True, 4),
    ("1000 invalid", bad(401, 1000, "Invalid API Token"), "token_invalid", False, 1),
    ("1001 account token", bad(400, 1001, "Method not allowed for account tokens"), "account_id_needed", False, 1),
    ("6003 header", bad(400, 6003, "Invalid request headers"), "token_invalid", False, 1),
    (
        "6003 chain 6111",
        bad(400, 6003, "Invalid request headers", chain=(6111, "Invalid format for Authorization header")),
        "token_invalid", False, 1,
    ),
    ("6103 key", bad(400, 6103, "Invalid format for X-Auth-Key header"), "token_invalid", False, 1),
    ("7003 no route", bad(400, 7003, "Could not route to /x"), "unknown", False, 1),
    ("9106 wrong kind", bad(400, 9106, "Authentication failed (status: 400)"), "token_invalid", False, 1),
    ("9109 invalid", bad(403, 9109, "Invalid access token"), "token_invalid", False, 1),
    ("9109 place", bad(403, 9109, "Cannot use the token from location: 192.0.2.7"), "token_ip_restricted", False, 1),
    ("1000 expired", bad(401, 1000, "This API Token has expired"), "token_expired", False, 1),
    ("1000 disabled", bad(401, 1000, "This API Token is disabled"), "token_disabled", False, 1),
    ("1000 early", bad(401, 1000, "This API Token is not yet valid"), "token_not_yet_valid", False, 1),
    ("10000 denied", bad(403, 10000, "Authentication error"), "token_invalid", False, 1),
    ("10001 type", bad(415, 10001, "Unsupported Content-Type"), "unknown", False, 1),
    ("10002 internal", bad(500, 10002, "Unknown internal error"), "unreachable", True, 4),
    ("10003 url", bad(400, 10003, "Bad parameter"), "unknown", False, 1),
    ("10006 body", bad(400, 10006, "Could not parse your script"), "unknown", False, 1),
    ("10007 absent", bad(404, 10007, "This Worker does not exist on your account."), "script_absent", False, 1),
    ("10013 internal", bad(500, 10013, "An unknown error has occurred"), "unreachable", True, 4),
    ("10014 internal", bad(500, 10014, "Internal"), "unreachable", True, 4),
    ("10015 feature", bad(403, 10015, "No access to this feature"), "unknown", False, 1),
    ("10016 name", bad(400, 10016, "Invalid Worker name"), "unknown", False, 1),
    ("10021 syntax", bad(400, 10021, "Uncaught SyntaxError"), "unknown", False, 1),
    ("10027 size", bad(413, 10027, "Script too large"), "unknown", False, 1),
    ("10031 taken", bad(409, 10031, "Subdomain is unavailable"), "name_taken", False, 1),
    ("10033 malformed", bad(400, 10033, "Invalid subdomain"), "name_invalid", False, 1),
    ("10034 e-mail", bad(403, 10034, "You must verify your email"), "email_unverified", False, 1),
    ("10035 busy", bad(409, 10035, "A change is in progress"), "busy", True, 4),
    ("10037 scripts", bad(403, 10037, "You have reached the limit of Workers"), "script_limit", False, 1),
    ("10040 exists", bad(409, 10040, "Name exists"), "unknown", False, 1),
    ("10052 binding", bad(400, 10052, "Bad binding name"), "unknown", False, 1),
    ("10036 has a name", bad(409, 10036, "Account already has a subdomain"), "name_present", False, 1),
    ("10057 inherit", bad(400, 10057, "Invalid inherit binding"), "nothing_to_inherit", False, 1),
    ("10063 nameless", bad(403, 10063, "You need a workers.dev subdomain"), "name_missing", False, 1),
    ("10068 handlers", bad(400, 10068, "No event handlers"), "unknown", False, 1),
    ("10072 crons", bad(400, 10072, "You have exceeded the limit of 5 cron triggers"), "cron_limit", False, 1),
    ("10074 migration", bad(400, 10074, "Migration error"), "unknown", False, 1),
    ("10090 service", bad(404, 10090, "Service not found"), "script_absent", False, 1),
    ("10097 sqlite", bad(400, 10097, "Use SQLite on the free plan"), "unknown", False, 1),
    ("10215 version", bad(409, 10215, "Latest version is not deployed"), "version_waiting", False, 1),
    ("100103 tags", bad(400, 100103, "Too many tags"), "unknown", False, 1),
    ("100328 cpu", bad(400, 100328, "CPU limits are not supported for the Free plan"), "unknown", False, 1),
    ("100402 exports", bad(400, 100402, "exports conflict"), "unknown", False, 1),
    ("429 bare", Raw(429, b"slow down", headers={"Retry-After": "2"}), "throttled", True, 4),
    ("HTML 502", HTML, "unreachable", True, 4),
    ("HTML 403", Raw(403, b"<html>blocked</html>"), "unreachable", True, 4),
    ("504 gateway", Raw(504, b"gateway timeout"), "unreachable", True, 4),
    ("unknown code at 503", bad(503, 7500, "try later"), "unreachable", True, 4),
    ("200 but HTML", Raw(200, b"<html>hello</html>"), "unreachable", True, 4),
    ("200 but a list", Raw(200, b"[]", "application/json"), "unreachable", True, 4),
    ("200 but nothing", Raw(200, b"", "application/json"), "unreachable", True, 4),
    ("endless nesting", Raw(200, b"[" * 100_000, "application/json"), "unreachable", True, 4),
    ("no errors told", Raw(400, b'{"success":false,"errors":null}', "application/json"), "unknown", False, 1),
    ("odd errors", Raw(400, b'{"success":false,"errors":["x",{"code":"y"}]}', "application/json"), "unknown", False, 1),
    ("connection cut", Cut(), "unreachable", True, 4),
]  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize("row", ANSWERS, ids=[row[0] for row in ANSWERS])
async def test_answer(row: tuple[str, Act, str, bool, int], server: Scripted, cloudflare: Cloudflare) -> None:
    _, act, code, retryable, asked = row
    server.on("GET /x", act)
    with pytest.raises(DeployError) as caught:
        await cloudflare.read(TOKEN, "/x")
    assert (caught.value.code, caught.value.retryable, len(server.got)) == (code, retryable, asked)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.asyncio
async def test_an_unknown_code_is_shown_with_cloudflares_own_words(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", bad(400, 12345, "Something new"))
    with pytest.raises(DeployError) as caught:
        await cloudflare.read(TOKEN, "/x")
    assert caught.value.cloudflare_code == 12345
    assert "Something new" in caught.value.detail


@pytest.mark.asyncio
async def test_a_known_code_is_found_behind_an_unknown_one(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", bad(400, 12345, "Outer", chain=(10072, "crons")))
    with pytest.raises(DeployError) as caught:
        await cloudflare.read(TOKEN, "/x")
    assert caught.value.code == "cron_limit"


@pytest.mark.asyncio
async def test_a_hang_ends(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", Hang())
    with pytest.raises(DeployError) as caught:
        await dataclasses.replace(cloudflare, attempt_seconds=0.1).read(TOKEN, "/x")
    assert caught.value.code == "unreachable"
    assert "timeout" in caught.value.detail


@pytest.mark.asyncio
async def test_nobody_listening(http: httpx.AsyncClient) -> None:
    async with Scripted() as server:
        url = server.url
    with pytest.raises(DeployError) as caught:
        await Cloudflare(http, url, FakeClock()).read(TOKEN, "/x")
    assert (caught.value.code, caught.value.detail) == ("unreachable", "no answer (connect)")


@pytest.mark.asyncio
@pytest.mark.parametrize("trouble", [HTML, Cut(), bad(409, 10035, "busy"), bad(500, 10013, "oops")])
async def test_what_passes_is_waited_out(trouble: Act, server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("PUT /accounts/a/workers/x", trouble, trouble, good({"ok": 1}))
    reply = await cloudflare.write(TOKEN, "PUT", "/accounts/a/workers/x", json_body([]), account_id="a")
    assert reply.result == {"ok": 1}
    assert len(server.got) == 3
    assert isinstance(cloudflare.clock, FakeClock)
    assert cloudflare.clock.slept == [0.5, 2.0]


@pytest.mark.asyncio
async def test_an_empty_success(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("DELETE /x", Raw(204, b""))
    assert (await cloudflare.write(TOKEN, "DELETE", "/x", account_id="a")).result is None


@pytest.mark.asyncio
async def test_retry_after_is_kept(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", Raw(429, b"", headers={"Retry-After": "7"}), good(None))
    await cloudflare.read(TOKEN, "/x")
    assert isinstance(cloudflare.clock, FakeClock)
    assert cloudflare.clock.slept == [7.0]


@pytest.mark.asyncio
async def test_a_long_retry_after_is_told_instead_of_waited(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", Raw(429, b"", headers={"Retry-After": "300"}))
    with pytest.raises(Throttled) as caught:
        await cloudflare.read(TOKEN, "/x")
    assert caught.value.retry_after == 300
    assert len(server.got) == 1


@pytest.mark.asyncio
async def test_one_user_is_not_handed_anothers_cookie(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", Raw(200, good(None).body, "application/json", {"Set-Cookie": "__cf_bm=abc; path=/"}))
    await cloudflare.read(TOKEN, "/x")
    await cloudflare.read(Secret("cfut_" + "u" * 48), "/x")
    assert "cookie" not in server.got[1].headers


@pytest.mark.asyncio
async def test_redirects_do_not_carry_the_token_away(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /x", Raw(302, b"", headers={"Location": f"{server.url}/elsewhere"}))
    with pytest.raises(DeployError):
        await cloudflare.read(TOKEN, "/x")
    assert set(server.lines) == {"GET /x"}
