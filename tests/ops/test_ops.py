"""The files of ops/ say what they should, as far as that can be told without the machines they are for."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.cli import main
from bot.metrics import Metrics
from bot.settings import Settings
from tests.ops.plain_yaml import NotPlain, read

HOUSE = Path(__file__).parents[2]
OPS = HOUSE / "ops"
DOCKERFILE = (OPS / "Dockerfile").read_text()
COMPOSE = [OPS / "compose.yaml", OPS / "compose.scale.yaml"]
UNIT = OPS / "systemd" / "soar.service"
RUNBOOK = (OPS / "runbook.md").read_text()


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as instructions with their arguments, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def of(word: str) -> list[str]:
    return [rest for each, rest in instructions() if each == word]


def test_the_dockerfile_is_made_of_instructions_there_are() -> None:
    known = {
        "FROM",
        "WORKDIR",
        "RUN",
        "COPY",
        "ENV",
        "USER",
        "VOLUME",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert {word for word, _ in instructions()} == known
    assert instructions()[0][0] == "FROM"


def test_the_base_is_slim_and_pinned_and_the_same_in_both_stages() -> None:
    bases = [rest.split()[0] for rest in of("FROM")]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.1[1-9]\.\d+-slim-\w+", bases[0])


def test_what_it_copies_is_there() -> None:
    sources = [word for rest in of("COPY") if "--from" not in rest for word in rest.split()[:-1]]
    assert {"requirements.lock", "bot", "flows", "deploy", "worker_template"} <= set(sources)
    assert [name for name in sources if not (HOUSE / name).exists()] == []
    assert not {"sandbox", "tests", "."} & set(sources)


def test_it_installs_only_what_the_lock_file_names_and_runs_as_nobody() -> None:
    installing = [rest for rest in of("RUN") if "pip install" in rest]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installing)
    assert of("USER") == ["10001:10001"]
    assert [word for word, _ in instructions()].index("USER") > len(instructions()) // 2
    assert of("ENTRYPOINT") == ['["soar"]']
    assert not re.search(r"TOKEN|PASSWORD|MASTER_KEYS", DOCKERFILE)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_compose_files_can_be_read_and_their_parts_fit(path: Path) -> None:
    file = read(path.read_text())
    services, secrets, volumes = file["services"], file["secrets"], file["volumes"]
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= set(secrets), name
        named = {each.split(":")[0] for each in service.get("volumes", [])}
        assert {each for each in named if not each.startswith(".")} <= set(volumes), name
        assert [each for each in named if each.startswith(".") and not (OPS / each).exists()] == []
        assert set(service.get("networks", [])) <= set(file.get("networks", {})), name
        assert set(service.get("depends_on", [])) <= set(services), name
        assert "no-new-privileges:true" in service["security_opt"], name
        if "build" in service:
            assert (OPS / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        else:
            assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", service["image"]), name
    known = {f"SOAR_{name.upper()}" for name in Settings.model_fields}
    assert set(services["soar"].get("environment", {})) <= known
    assert {name.upper() for name in services["soar"]["secrets"]} <= known


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_soar_itself_is_kept_on_a_short_leash(path: Path) -> None:
    soar = read(path.read_text())["services"]["soar"]
    assert (soar["read_only"], soar["user"], soar["cap_drop"]) == (True, "10001:10001", ["ALL"])
    assert soar["ulimits"]["core"] == 0
    assert "ports" not in soar
    assert not [name for name in soar.get("environment", {}) if re.search("TOKEN|SECRET|KEYS|DATABASE", name)]


def test_the_replicas_share_telegrams_limit_and_one_address() -> None:
    soar = read(COMPOSE[1].read_text())["services"]["soar"]
    assert soar["deploy"]["replicas"] * int(soar["environment"]["SOAR_TELEGRAM_RATE"]) <= 30
    caddy = (OPS / "Caddyfile").read_text()
    path = soar["environment"]["SOAR_WEBHOOK_URL"].rpartition("/")[2]
    assert f"path /{path}\n" in caddy
    assert f"dynamic a soar {soar['environment']['SOAR_LISTEN'].rpartition(':')[2]} " in caddy
    assert caddy.count("{") == caddy.count("}")


@pytest.mark.parametrize(
    "text",
    ["a: b: c", "a:\n\tb: 1", "a: [1]", "a: 1\na: 2", "a:", "a:\n   b: 1", "- a\nb: 1", "a: &x 1", "a: 'x'", "a: b #c"],
)
def test_the_reader_refuses_what_is_not_plain(text: str) -> None:
    with pytest.raises(NotPlain):
        read(text)


def test_the_reader_reads_what_is() -> None:
    text = 'a:\n  b: "1"\n  c: 1\n  # no\n  d: true\ne:\n  - x y\n  - 80:80\nf: {}\n'
    assert read(text) == {"a": {"b": "1", "c": 1, "d": True}, "e": ["x y", "80:80"], "f": {}}


def directives() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_service_gets_its_token_as_a_credential_and_can_do_little() -> None:
    unit = directives()
    assert unit["LoadCredential"] == ["SOAR_TELEGRAM_TOKEN:/etc/soar/telegram_token"]
    assert not [value for value in unit["Environment"] if re.search("TOKEN|KEYS", value)]
    assert unit["ExecStart"] == ["/opt/soar/bin/soar run"]
    for name in (
        "NoNewPrivileges",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "MemoryDenyWriteExecute",
        "DynamicUser",
    ):
        assert unit[name] == ["yes"]
    assert (unit["ProtectSystem"], unit["LimitCORE"], unit["UMask"]) == (["strict"], ["0"], ["0077"])
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["RestartPreventExitStatus"] == ["2"], "what `soar run` ends with when settings are wrong"


def test_systemd_understands_it(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("there is no systemd-analyze on this machine")
    copy = tmp_path / "soar.service"
    copy.write_text(UNIT.read_text().replace("/opt/soar/bin/soar run", "/bin/true"))
    done = subprocess.run(  # noqa: S603  (a program of the system, and a file of ours)
        [tool, "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "soar.service" in line]) == (0, [])


def test_the_runbook_answers_every_symptom_it_names() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line).lower().replace(" ", "-")
        for line in re.findall(r"^## (.+)", RUNBOOK, re.MULTILINE)
    }
    linked = set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK))
    assert len(linked) >= 10
    assert linked <= headings


def test_the_runbook_names_commands_settings_and_metrics_there_are() -> None:
    commands = set(re.findall(r"`soar ([a-z]+)", RUNBOOK))
    assert commands <= set(main.commands)
    assert {"doctor", "backup", "restore", "vault"} <= commands
    settings = {f"SOAR_{name.upper()}" for name in Settings.model_fields} | {"SOAR_SECRETS_DIR"}
    assert set(re.findall(r"SOAR_[A-Z_]+[A-Z]", RUNBOOK)) <= settings
    measured = Metrics().text().decode()
    known = set(re.findall(r"^# TYPE (\w+)", measured, re.MULTILINE))
    named = set(re.findall(r"\b(soar_[a-z_]+|process_[a-z_]+)\b", RUNBOOK))
    assert {name for name in named if name not in known} == set()


def test_the_runbook_quotes_what_the_log_says() -> None:
    sources = "".join(path.read_text() for path in (HOUSE / "bot").rglob("*.py"))
    quoted = [
        words
        for row in re.findall(r"^\| log: (.+?) \|", RUNBOOK, re.MULTILINE)
        for words in re.findall(r"`([^`]+)`", row)
    ]
    assert len(quoted) >= 8
    assert [words for words in quoted if words not in sources and not words.startswith(("/", "soar_"))] == []


def test_no_registry_is_named() -> None:
    named = re.compile(r"docker\.io|ghcr\.io|quay\.io|gcr\.io|pypi\.org|npmjs|registry", re.IGNORECASE)
    assert [path.name for path in OPS.rglob("*") if path.is_file() and named.search(path.read_text())] == []
