"""What one deployment consists of, and the single upload that makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from deploy.accounts import DEPLOYMENT_TAG, MODE_TAG, OUR_TAG
from deploy.cloudflare import Body
from deploy.sealing import FORM, KEY_ID, KEY_SECRET, PAIR, SEAL, STAMP, fresh_seal, stamp_binding
from deploy.secret import Secret
from deploy.template import MAIN_MODULE, Template
from deploy.wire import File

Mode = Literal["paper", "live"]
WORKER_URL_TEMPLATE = "https://{script}.{subdomain}.workers.dev"
COMPATIBILITY_DATE = "2026-06-01"
# One expression: a free account has five for all of its Workers together.
CRON = "*/15 * * * *"
SCRIPT_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
DEPLOYMENT_ID = re.compile(r"[0-9a-f]{8}")
OWN_TOKEN = "CLOUDFLARE_API_TOKEN"  # noqa: S105  (a name, not a value)


@dataclass(frozen=True, slots=True)
class Keys:
    """A broker key pair."""

    key_id: Secret
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One Worker in one account: all that an upload needs except secrets and code, so it may be stored.

    `alpaca_account_id` is the account the Worker will trade for and no other, empty where the first pair that its
    private form takes decides it; `form` says who may open that form. URLs end up inside the Worker.
    """

    account_id: str
    subdomain: str
    script: str
    deployment_id: str
    mode: Mode
    alpaca_account_id: str
    alpaca_url: str
    alpaca_data_url: str
    cloudflare_api_url: str
    command_key: str
    plan: Mapping[str, object]
    ceilings: Mapping[str, object]
    keep_token: bool
    form: Mapping[str, object] = field(default_factory=dict)
    worker_url_template: str = WORKER_URL_TEMPLATE

    def __post_init__(self) -> None:
        """Refuse, with ValueError, what Cloudflare or the Worker would refuse later and less clearly."""
        if not SCRIPT_NAME.fullmatch(self.script):
            raise ValueError(f"not a Worker's name: {self.script!r}")
        if not DEPLOYMENT_ID.fullmatch(self.deployment_id):
            raise ValueError(f"not a deployment id: {self.deployment_id!r}")
        if not self.account_id:
            raise ValueError("a deployment needs an account")

    @property
    def url(self) -> str:
        """Where the Worker answers."""
        return self.worker_url_template.format(script=self.script, subdomain=self.subdomain)

    @property
    def tags(self) -> tuple[str, ...]:
        """How the Worker is recognised later."""
        return (OUR_TAG, MODE_TAG + self.mode, self.own_tag)

    @property
    def own_tag(self) -> str:
        """The tag that no other deployment's Worker has."""
        return DEPLOYMENT_TAG + self.deployment_id


def metadata(deployment: Deployment) -> dict[str, object]:
    """The upload's metadata, apart from its bindings."""
    return {
        "main_module": MAIN_MODULE,
        "compatibility_date": COMPATIBILITY_DATE,
        # Declared this way an upload can be repeated when its answer was lost; `migrations` would fail then.
        "exports": {"SoarState": {"type": "durable-object", "storage": "sqlite"}},
        "observability": {
            "enabled": True,
            "head_sampling_rate": 1,
            "logs": {"enabled": True, "invocation_logs": True},
        },
        "tags": list(deployment.tags),
    }


def variables(deployment: Deployment, template: Template) -> list[dict[str, object]]:
    """The bindings that are no secrets."""
    texts = {
        "MODE": deployment.mode,
        "ACCOUNT_ID": deployment.alpaca_account_id,
        "ALPACA_URL": deployment.alpaca_url,
        "ALPACA_DATA_URL": deployment.alpaca_data_url,
        "COMMAND_KEY": deployment.command_key,
        "DEPLOYMENT": deployment.deployment_id,
        "SCRIPT": deployment.script,
        "CLOUDFLARE_ACCOUNT": deployment.account_id,
        "CLOUDFLARE_API_URL": deployment.cloudflare_api_url,
        "TEMPLATE": template.version,
    }
    made: list[dict[str, object]] = [{"type": "plain_text", "name": n, "text": value} for n, value in texts.items()]
    made += [
        {"type": "json", "name": "PLAN", "json": dict(deployment.plan)},
        {"type": "json", "name": "CEILINGS", "json": dict(deployment.ceilings)},
        {"type": "json", "name": FORM, "json": dict(deployment.form)},
        {"type": "durable_object_namespace", "name": "STATE", "class_name": "SoarState"},
    ]
    return made


def upload_body(
    deployment: Deployment, template: Template, *, keys: Keys | None, token: Secret, keyless: bool = False
) -> Body:
    """Code, variables, secrets, Durable Object, logs and tags in one multipart body.

    Without `keys` the secrets that the script has are kept, and what it sealed stays good; `keyless` leaves it none.
    `token` goes along when the deployment keeps it.
    """
    whole = metadata(deployment)
    bindings = variables(deployment, template)
    secrets = _secrets(keys, token if deployment.keep_token else None)
    if keys is None and not keyless:  # every binding that is neither sent nor kept is dropped
        whole["keep_bindings"] = ["secret_text", "secret_key", "plain_text"]
    else:
        bindings.append(stamp_binding())
        secrets[SEAL] = fresh_seal()
    code = _code(template)

    def compose() -> tuple[File, ...]:
        complete = whole | {"bindings": [*bindings, *(_secret_binding(*pair) for pair in secrets.items())]}
        return (_json_part("metadata", complete), *code)

    return Body(compose, tuple(secrets.values()))


def update_body(deployment: Deployment, template: Template, present: Collection[str], *, sealed: bool = False) -> Body:
    """Code alone: every binding in `present` is inherited, so that nobody has to know its value.

    What the new code needs besides is added. With `sealed` the keys in force are in the Worker's memory, and any others
    among its secrets are left out. Nothing is inherited from a Worker that is not there, so with
    `bindings_inherit=strict` this never makes one, and never overwrites one that lacks what marks ours.
    """
    made = {str(binding["name"]): binding for binding in variables(deployment, template)}
    fixed = {name: made[name] for name in ("TEMPLATE", "STATE", FORM)}
    left_out = fixed.keys() | (PAIR if sealed else frozenset())
    inherited = [{"type": "inherit", "name": name} for name in present if name not in left_out]
    missing = [binding for name, binding in made.items() if name not in present and name not in fixed]
    if STAMP not in present:
        missing.append(stamp_binding())
    seal = None if SEAL in present else fresh_seal()
    whole = metadata(deployment)
    if not sealed:
        whole["keep_bindings"] = ["secret_text", "secret_key"]
    code = _code(template)

    def compose() -> tuple[File, ...]:
        added = [_secret_binding(SEAL, seal)] if seal else []
        return (_json_part("metadata", whole | {"bindings": [*fixed.values(), *inherited, *missing, *added]}), *code)

    return Body(compose, (seal,) if seal else ())


def key_body(command_key: str, form: Mapping[str, object], present: Collection[str]) -> Body:
    """Another command key, and another owner of its form if it has one, in a Worker that stays as it is otherwise."""
    made: dict[str, dict[str, object]] = {
        "COMMAND_KEY": {"type": "plain_text", "name": "COMMAND_KEY", "text": command_key}
    }
    if FORM in present:
        made[FORM] = {"type": "json", "name": FORM, "json": dict(form)}
    kept = [{"type": "inherit", "name": name} for name in present if name not in made]
    settings = {"bindings": [*kept, *made.values()]}
    return Body(lambda: (_json_part("settings", settings),))


def plan_body(deployment: Deployment, present: Collection[str]) -> Body:
    """The deployment's plan and ceilings in a Worker that stays as it is otherwise: the rest is inherited."""
    made = {"PLAN": dict(deployment.plan), "CEILINGS": dict(deployment.ceilings)}
    kept = [{"type": "inherit", "name": name} for name in present if name not in made]
    bindings = [*kept, *({"type": "json", "name": name, "json": value} for name, value in made.items())]
    return Body(lambda: (_json_part("settings", {"bindings": bindings}),))


def _code(template: Template) -> tuple[File, ...]:
    return tuple((module.name, (module.name, module.content, module.content_type)) for module in template.modules)


def _json_part(name: str, value: object) -> File:
    return (name, (None, json.dumps(value).encode(), "application/json"))


def pair_body(keys: Keys, present: Collection[str]) -> Body:
    """Both broker keys and a new stamp in a Worker that stays as it is otherwise: never half a pair."""
    secrets, stamp = _secrets(keys, None), stamp_binding()
    kept = [{"type": "inherit", "name": name} for name in present if name not in {*secrets, STAMP}]

    def compose() -> tuple[File, ...]:
        bindings = [*kept, stamp, *(_secret_binding(*pair) for pair in secrets.items())]
        return (_json_part("settings", {"bindings": bindings}),)

    return Body(compose, tuple(secrets.values()))


def token_body(token: Secret | None, present: Collection[str]) -> Body:
    """A Cloudflare token of its own, or none, in a Worker that stays as it is otherwise."""
    secrets = _secrets(None, token)
    kept = [{"type": "inherit", "name": name} for name in present if name != OWN_TOKEN]

    def compose() -> tuple[File, ...]:
        bindings = [*kept, *(_secret_binding(*pair) for pair in secrets.items())]
        return (_json_part("settings", {"bindings": bindings}),)

    return Body(compose, tuple(secrets.values()))


def secrets_body(keys: Keys) -> Body:
    """Both broker keys at once, as Cloudflare's `secrets-bulk` takes them: one new version, never half a pair."""
    secrets = _secrets(keys, None)

    def compose() -> bytes:
        return json.dumps({"secrets": {name: _secret_binding(name, value) for name, value in secrets.items()}}).encode()

    return Body(compose, tuple(secrets.values()))


def _secrets(keys: Keys | None, token: Secret | None) -> dict[str, Secret]:
    found = {KEY_ID: keys.key_id, KEY_SECRET: keys.secret} if keys else {}
    return found | ({OWN_TOKEN: token} if token else {})


def _secret_binding(name: str, value: Secret) -> dict[str, str]:
    return {"name": name, "type": "secret_text", "text": value.reveal()}
