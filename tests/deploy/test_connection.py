"""A pasted token: what it opens, and exactly what is wrong with it if it opens nothing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.accounts import Account, ScriptInfo, connect, look
from deploy.cloudflare import Cloudflare
from deploy.errors import DeployError, NameRefused, PermissionMissing
from deploy.names import claim_name, ensure_name, suggest_names, tidy_name
from deploy.secret import Secret
from deploy.tokens import token_link
from tests.deploy.scripted import Raw, Scripted, bad, good

USER = Secret("cfut_" + "u" * 48)
OWNED = Secret("cfat_" + "a" * 48)
OLD = Secret("o" * 40)
A = "0" * 32
VERIFY, OWN_VERIFY = "GET /user/tokens/verify", f"GET /accounts/{A}/tokens/verify"
WORKERS = f"/accounts/{A}/workers"
DENIED = bad(403, 10000, "Authentication error")


def accounts(first: int, count: int) -> list[dict[str, str]]:
    return [{"id": f"{n:032}", "name": f"Account {n}"} for n in range(first, first + count)]


@pytest.mark.asyncio
@pytest.mark.parametrize("token", [USER, OWNED, OLD])
async def test_a_good_token_takes_one_request(token: Secret, server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /accounts", good([{"id": A, "name": "Ann's", "extra": 1}], page=1, total_pages=1))
    assert await connect(cloudflare, token) == (Account(A, "Ann's"),)
    assert server.lines == ["GET /accounts"]
    assert server.got[0].query == {"per_page": "50"}
    assert server.got[0].headers["authorization"] == f"Bearer {token.reveal()}"


@pytest.mark.asyncio
@pytest.mark.parametrize("info", [{"total_pages": 3}, {"total_count": 120}])
async def test_many_accounts_come_in_pages(info: dict[str, int], server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(
        "GET /accounts", good(accounts(1, 50), **info), good(accounts(51, 50), **info), good(accounts(101, 20), **info)
    )
    assert len(await connect(cloudflare, USER)) == 120
    assert [got.query.get("page") for got in server.got] == [None, "2", "3"]


@pytest.mark.asyncio
async def test_success_without_accounts_means_a_missing_permission(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /accounts", good([]))
    with pytest.raises(PermissionMissing) as caught:
        await connect(cloudflare, USER)
    assert caught.value.permission == "account_settings:read"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cfk_" + "k" * 48, "token_is_global_key"),
        ("0123456789abcdef0123456789abcdef01234", "token_is_global_key"),
        ("short", "token_invalid"),
        ("line\nbreak" + "x" * 40, "token_invalid"),
        ("ключ" * 12, "token_invalid"),
        ("two words" + "x" * 40, "token_invalid"),
    ],
)
async def test_what_is_no_token_is_sent_nowhere(text: str, code: str, server: Scripted, cloudflare: Cloudflare) -> None:
    with pytest.raises(DeployError) as caught:
        await connect(cloudflare, Secret(text))
    assert caught.value.code == code
    assert text not in str(caught.value)
    assert server.got == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "denial",
    [bad(401, 1000, "Invalid API Token"), bad(403, 9109, "Invalid access token"), DENIED, bad(400, 6003, "Headers")],
)
@pytest.mark.parametrize(
    ("verify", "code"),
    [
        (bad(401, 1000, "Invalid API Token"), "token_invalid"),
        (good({"id": "x", "status": "disabled"}), "token_disabled"),
        (good({"id": "x", "status": "expired"}), "token_expired"),
        (good({"id": "x", "status": "active", "expires_on": "2020-01-01T00:00:00Z"}), "token_expired"),
        (good({"id": "x", "status": "active", "not_before": "2100-01-01T00:00:00Z"}), "token_not_yet_valid"),
        (good({"id": "x", "status": "active", "expires_on": "2100-01-01T00:00:00Z"}), "permission_missing"),
        (good({"id": "x", "status": "active", "expires_on": "soon"}), "permission_missing"),
        (good({"id": "x", "status": "active"}), "permission_missing"),
        (bad(403, 9109, "Cannot use the access token from location: 192.0.2.7"), "token_ip_restricted"),
        (Raw(502, b"<html>"), "unreachable"),
    ],
)
async def test_a_refused_token_is_asked_about_itself(
    denial: Raw, verify: Raw, code: str, server: Scripted, cloudflare: Cloudflare
) -> None:
    server.on("GET /accounts", denial)
    server.on(VERIFY, verify)
    with pytest.raises(DeployError) as caught:
        await connect(cloudflare, USER)
    assert caught.value.code == code
    assert caught.value.__context__ is None


@pytest.mark.asyncio
async def test_an_account_token_that_may_not_list_accounts(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on("GET /accounts", bad(403, 9109, "Unauthorized to access requested resource"))
    with pytest.raises(DeployError) as caught:
        await connect(cloudflare, OWNED)
    assert caught.value.code == "account_id_needed"

    server.on("GET /accounts", bad(400, 1001, "not for account tokens"))
    with pytest.raises(DeployError) as caught:
        await connect(cloudflare, OLD)
    assert caught.value.code == "account_id_needed"

    server.on(f"GET /accounts/{A}", good({"id": A, "name": "Firm"}))
    assert await connect(cloudflare, OWNED, account_id=A) == (Account(A, "Firm"),)


@pytest.mark.asyncio
async def test_an_account_token_is_verified_by_its_account(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET /accounts/{A}", DENIED)
    server.on(OWN_VERIFY, good({"id": "x", "status": "expired"}))
    with pytest.raises(DeployError) as caught:
        await connect(cloudflare, OWNED, account_id=A)
    assert caught.value.code == "token_expired"
    assert VERIFY not in server.lines


@pytest.mark.asyncio
async def test_look_reads_name_and_workers_at_once(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", good({"subdomain": "ann"}))
    ours = {"id": "soar-paper-ab12cd34", "tags": ["soar", "soar-mode-paper", "soar-deployment-ab12cd34"]}
    server.on(f"GET {WORKERS}/scripts", good([ours, {"id": "blog", "tags": None}, {"id": "x"}, "odd"]))
    found = await look(cloudflare, USER, A)
    assert found.subdomain == "ann"
    assert [(s.name, s.ours, s.mode, s.deployment_id) for s in found.scripts] == [
        ("soar-paper-ab12cd34", True, "paper", "ab12cd34"), ("blog", False, None, None), ("x", False, None, None),
    ]  # fmt: skip
    assert found.script("blog") == ScriptInfo("blog")
    assert found.script("none") is None
    assert len(server.got) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("none", [bad(404, 10007, "no subdomain"), good({"subdomain": ""}), good(None)])
async def test_an_account_without_a_name(none: Raw, server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", none)
    server.on(f"GET {WORKERS}/scripts", good([]))
    assert (await look(cloudflare, USER, A)).subdomain is None


@pytest.mark.asyncio
@pytest.mark.parametrize("which", ["subdomain", "scripts"])
async def test_missing_workers_permission_is_named(which: str, server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", good({"subdomain": "ann"}))
    server.on(f"GET {WORKERS}/scripts", good([]))
    server.on(f"GET {WORKERS}/{which}", DENIED)
    server.on(VERIFY, good({"id": "x", "status": "active"}))
    with pytest.raises(PermissionMissing) as caught:
        await look(cloudflare, USER, A)
    assert caught.value.permission == "workers_scripts:edit"


@pytest.mark.asyncio
async def test_a_name_is_claimed_once(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", bad(404, 10007, "none"), good({"subdomain": "ann"}))
    server.on(f"PUT {WORKERS}/subdomain", good({"subdomain": "ann"}))
    assert await ensure_name(cloudflare, USER, A, "ann") == "ann"
    assert await ensure_name(cloudflare, USER, A, "other") == "ann"
    assert server.lines.count(f"PUT {WORKERS}/subdomain") == 1


@pytest.mark.asyncio
async def test_a_taken_name_comes_with_suggestions(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"PUT {WORKERS}/subdomain", bad(409, 10031, "taken"))
    with pytest.raises(NameRefused) as caught:
        await claim_name(cloudflare, USER, A, "ann", ending=lambda: "7f3a")
    assert caught.value.code == "name_taken"
    assert caught.value.suggestions == ("ann-7f3a", "ann-bot-7f3a", "soar-7f3a7f3a")


@pytest.mark.asyncio
async def test_a_name_that_is_really_taken_stays_taken(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", bad(404, 10007, "none"))
    server.on(f"PUT {WORKERS}/subdomain", bad(409, 10031, "taken"))
    with pytest.raises(NameRefused) as caught:
        await ensure_name(cloudflare, USER, A, "ann")
    assert len(caught.value.suggestions) == 3


@pytest.mark.asyncio
async def test_a_claim_whose_answer_was_lost_is_not_taken(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {WORKERS}/subdomain", bad(404, 10007, "none"), good({"subdomain": "ann"}))
    server.on(f"PUT {WORKERS}/subdomain", Raw(502, b""), bad(409, 10031, "taken"))
    assert await ensure_name(cloudflare, USER, A, "ann") == "ann"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["", "-a", "a-", "Ann", "a b", "ü", "a" * 64, "a/b"])
async def test_a_malformed_name_is_not_sent(name: str, server: Scripted, cloudflare: Cloudflare) -> None:
    with pytest.raises(NameRefused) as caught:
        await claim_name(cloudflare, USER, A, name)
    assert caught.value.code == "name_invalid"
    assert len(caught.value.suggestions) == 3
    assert server.got == []


def test_names_people_type() -> None:
    assert tidy_name("  Ann's Trading!! ") == "ann-s-trading"
    assert tidy_name("!!!") == ""
    assert suggest_names("Ünï", lambda: "00")[0] == "n-00"


def test_the_link_asks_for_two_rights_and_nothing_else() -> None:
    link = urlsplit(token_link())
    assert link.netloc + link.path == "dash.cloudflare.com/profile/api-tokens"
    assert parse_qs(link.query) == {
        "permissionGroupKeys": [
            '[{"key":"workers_scripts","type":"edit"},{"key":"account_settings","type":"read"}]'
        ],
        "accountId": ["*"],
        "zoneId": ["all"],
        "name": ["Soar"],
    }  # fmt: skip
    assert "%5B%7B%22key%22%3A%22workers_scripts%22" in link.query
    assert "accountId=%2A" in link.query


def test_the_account_link() -> None:
    link = token_link("account", name="Soar bot")
    assert link.startswith("https://dash.cloudflare.com/?to=/:account/api-tokens&permissionGroupKeys=%5B%7B")
    assert link.endswith("&name=Soar%20bot")
