"""What a person does on Cloudflare's and Alpaca's own pages, for headless runs: make tokens and keys, look."""

from __future__ import annotations

from typing import Any

import httpx

from sandbox.stand_ins import StandIns


class Sites:
    """The stand-ins' own pages, driven through their control API."""

    def __init__(self, world: StandIns, client: httpx.AsyncClient) -> None:
        """Use `client`, whose owner closes it."""
        self._world = world
        self._client = client

    async def cloudflare_account(self, name: str, **more: Any) -> str:  # noqa: ANN401
        """Sign up at Cloudflare; returns the account's id."""
        return str((await self._post(self._world.cloudflare.url, "accounts", {"name": name, **more}))["id"])

    async def token(self, **choices: Any) -> str:  # noqa: ANN401
        """Make a Cloudflare token."""
        return str((await self._post(self._world.cloudflare.url, "tokens", choices))["token"])

    async def keys(self, mode: str = "paper", **choices: Any) -> tuple[str, str]:  # noqa: ANN401
        """Generate a pair at Alpaca: Key ID and Secret."""
        made = await self._post(self._alpaca(mode), "keys", choices)
        return str(made["key_id"]), str(made["secret"])

    async def market(self, mode: str = "paper", **change: Any) -> None:  # noqa: ANN401
        """Open or close the market, or move its clock."""
        await self._post(self._alpaca(mode), "clock", change)

    async def cron(self, script: str) -> Any:  # noqa: ANN401
        """Fire a Worker's schedule now."""
        return await self._post(self._world.cloudflare.url, "cron", {"script": script})

    async def travels(self, to: str) -> dict[str, Any]:
        """Move the sandbox's time on, to one of `hour`, `day`, `opening`; says what time it is and who ran."""
        return dict(await self._post(self._world.telegram.url, "time", {"to": to}))

    async def cloudflare(self) -> Any:  # noqa: ANN401
        """Look at all Cloudflare accounts."""
        return await self._get(self._world.cloudflare.url, "overview")

    async def alpaca(self, mode: str = "paper") -> Any:  # noqa: ANN401
        """Look at all Alpaca accounts of one mode."""
        return await self._get(self._alpaca(mode), "overview")

    async def scripts(self) -> list[dict[str, Any]]:
        """List the Workers in all accounts."""
        return [script for account in (await self.cloudflare())["accounts"] for script in account["scripts"]]

    async def module(self, script: str, name: str) -> bytes:
        """Read an uploaded module."""
        answer = await self._client.get(f"{self._world.cloudflare.url}/_sandbox/scripts/{script}/modules/{name}")
        return answer.raise_for_status().content

    async def secrets(self, script: str) -> dict[str, str]:
        """Read a Worker's secrets, which only a sandbox can."""
        found = await self._get(self._world.cloudflare.url, f"scripts/{script}/secrets")
        return dict(found)

    def _alpaca(self, mode: str) -> str:
        return self._world.alpaca.paper_url if mode == "paper" else self._world.alpaca.live_url

    async def _post(self, base: str, what: str, body: dict[str, Any]) -> Any:  # noqa: ANN401
        return (await self._client.post(f"{base}/_sandbox/{what}", json=body)).raise_for_status().json()

    async def _get(self, base: str, what: str) -> Any:  # noqa: ANN401
        return (await self._client.get(f"{base}/_sandbox/{what}")).raise_for_status().json()
