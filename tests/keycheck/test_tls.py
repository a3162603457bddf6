"""The shared TLS context really verifies: a stranger's certificate ends the check, a trusted one does not."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot import alpaca
from bot.alpaca import Answer, Reach, ask_account
from deploy.secret import Secret

Pair = tuple[Secret, Secret]


class Account(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"id": "1", "status": "ACTIVE"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


class QuietServer(HTTPServer):
    def handle_error(self, *_: Any) -> None:
        return  # a client that hangs up is what the test wants to see


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


@pytest.fixture(params=["127.0.0.1", "127.0.0.2"])
def served(tmp_path: Path, request: Any) -> Iterator[tuple[str, Path, bool]]:
    cert_file, key_file = certificate(tmp_path, request.param)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    with QuietServer(("127.0.0.1", 0), Account) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}", cert_file, request.param == "127.0.0.1"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def fresh_trust() -> Iterator[None]:
    alpaca._trust.cache_clear()
    yield
    alpaca._trust.cache_clear()


def test_a_certificate_nobody_vouches_for_is_refused(served: Any, pair: Pair) -> None:
    assert ask_account(served[0], *pair, (2, 2)) == Answer(Reach.UNREACHED)


def test_a_trusted_certificate_is_accepted_if_it_is_for_this_host(
    served: Any, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, cert_file, matches = served
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cert_file))
    answer = ask_account(url, *pair, (2, 2))
    assert answer.reach is (Reach.ANSWERED if matches else Reach.UNREACHED)
