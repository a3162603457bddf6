"""A process with Cloudflare's and Alpaca's stand-ins, and an account with papers at both for everybody."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.request import Request, urlopen

from sandbox.alpaca.accounts import Mode
from sandbox.alpaca.server import ServedAlpaca
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served


def ask(url: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  (whatever the stand-in says)
    """Send one request to a stand-in's control API."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"content-type": "application/json"})  # noqa: S310  (loopback)
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def papers(cloudflare: str, alpaca: ServedAlpaca, number: int) -> dict[str, str]:
    """Sign a person up at both."""
    facts = {"name": f"Account {number}", "subdomain": f"person-{number}"}
    account = ask(f"{cloudflare}/_sandbox/accounts", facts)["id"]
    token = ask(f"{cloudflare}/_sandbox/tokens", {"account": account})["token"]
    _, pair = alpaca.open_account(Mode.PAPER)
    return {"token": token, "key_id": pair.key_id, "secret": pair.secret}


def main() -> None:
    """Serve until standard input ends; the first line of output says where, and hands out the papers.

    Each further line of input asks for papers for so many more people.
    """
    people = int(sys.argv[1])
    with ServedAlpaca() as alpaca, Served(create_app(public_url="", execution=False)) as cloudflare:
        made = [papers(cloudflare.url, alpaca, number) for number in range(people)]
        alpaca_urls = {"paper": alpaca.paper_url, "live": alpaca.live_url, "data": alpaca.data_url}
        print(json.dumps({"cloudflare": cloudflare.url, "alpaca": alpaca_urls, "papers": made}), flush=True)
        for line in sys.stdin:
            more = range(len(made), len(made) + int(line))
            made += [papers(cloudflare.url, alpaca, number) for number in more]
            print(json.dumps(made[more.start :]), flush=True)


if __name__ == "__main__":
    main()
