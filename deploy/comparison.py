"""Is what runs in an account what is published? Compares a Worker with its template and with how it was deployed.

Which code is Soar's own is told by digests: today's template is at hand byte for byte, and of what was uploaded before
the digest was kept outside the account, where nobody who changes the Worker can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.accounts import OUR_TAG
from deploy.deployment import COMPATIBILITY_DATE, CRON, OWN_TOKEN, Deployment, variables
from deploy.inspection import Binding, Found
from deploy.sealing import FORM, PAIR, SEAL, STAMP
from deploy.template import VERSION_DIGITS, Template, digest_of

# published: today's template. earlier: what Soar put there once. changed: by somebody else.
Code = Literal["published", "earlier", "changed"]
Kind = Literal[
    "module_changed", "module_added", "module_missing",
    "variable_changed", "variable_missing", "binding_added", "secret_missing", "form_changed",
    "schedule_missing", "schedule_added", "address_off", "previews_on", "domain_added", "versions_split",
    "date_changed", "flag_added", "mark_missing",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was put there; `name` is a module's, a variable's or whatever is meant."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the code is, and everything that differs: in the code from today's template, else from the deploy."""

    code: Code
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """Whether what runs is exactly what is published, with nothing added or changed."""
        return self.code == "published" and not self.differences

    @property
    def update(self) -> bool:
        """Whether there is newer code than the deployed one."""
        return self.code != "published"


@dataclass(frozen=True, slots=True)
class Expected:
    """How a Worker was deployed; `digest` of its code as it was kept then, empty when it is not known.

    `is_account` judges the broker account's number, which is not kept. `schedule` is what wakes the Worker.
    """

    deployment: Deployment
    template: Template
    digest: str
    is_account: Callable[[str], bool]
    schedule: str = "cron"


def compare(found: Found, expected: Expected) -> Comparison:
    """Compare; nothing the Worker or its variables say about themselves is believed."""
    deployed = digest_of(found.modules)
    code: Code = "published" if deployed == expected.template.digest else "changed"
    if code == "changed" and _known(deployed, expected.digest):
        code = "earlier"
    differences = [
        *(_modules(found, expected.template) if code == "changed" else ()),
        *_bindings(found, expected, deployed),
        *_surroundings(found, expected.schedule),
        *(() if {OUR_TAG, expected.deployment.own_tag} <= set(found.tags) else (Difference("mark_missing"),)),
    ]
    return Comparison(code, tuple(differences))


def _known(deployed: str, kept: str) -> bool:
    """A whole digest only; what was kept shortened proves nothing."""
    return len(kept) == len(deployed) and kept == deployed


def _modules(found: Found, template: Template) -> Iterator[Difference]:
    published = {module.name: module.content for module in template.modules}
    deployed = {module.name: module.content for module in found.modules}
    for name in sorted(published.keys() | deployed.keys()):
        if name not in deployed:
            yield Difference("module_missing", name)
        elif name not in published:
            yield Difference("module_added", name)
        elif published[name] != deployed[name]:
            yield Difference("module_changed", name)


def _bindings(found: Found, expected: Expected, deployed: str) -> Iterator[Difference]:
    made = {str(binding["name"]): binding for binding in variables(expected.deployment, expected.template)}
    present = {binding.name: binding for binding in found.bindings}
    if FORM not in present and deployed != expected.template.digest:
        del made[FORM]  # code from before there was a private form
    for name, binding in made.items():
        held = present.get(name)
        if held is None:
            yield Difference("variable_missing", name)
        elif not _as_made(held, binding, expected, deployed):
            yield Difference("form_changed" if name == FORM else "variable_changed", name)
    if FORM in made and (STAMP not in present or present[STAMP].kind != "plain_text"):
        yield Difference("variable_missing", STAMP)
    secrets = _secrets(present, expected)
    for name in sorted(secrets):
        if name not in present or present[name].kind != "secret_text":
            yield Difference("secret_missing", name)
    for name in sorted(present.keys() - made.keys() - secrets - {STAMP}):
        yield Difference("binding_added", name)


def _secrets(present: Mapping[str, Binding], expected: Expected) -> set[str]:
    """Name the secrets that must be there; with a private form the pair may be in its memory, or not given yet."""
    own = {OWN_TOKEN} if expected.deployment.keep_token else set()
    if SEAL not in present and FORM not in present:
        return {*PAIR, *own}
    return {SEAL, *own, *(PAIR if PAIR & present.keys() else ())}


def _as_made(held: Binding, made: Mapping[str, object], expected: Expected, deployed: str) -> bool:
    if held.kind != made["type"]:
        return False
    match held.name:
        case "TEMPLATE":
            return held.value == deployed[:VERSION_DIGITS]
        case "ACCOUNT_ID":
            return isinstance(held.value, str) and expected.is_account(held.value)
        case "COMMAND_KEY" if not made["text"]:
            return True  # ours is lost, so there is nothing to compare with
        case _:
            return held.value == next(made[field] for field in ("text", "json", "class_name") if field in made)


def _surroundings(found: Found, schedule: str) -> Iterator[Difference]:
    if CRON not in found.schedules and schedule == "cron":
        yield Difference("schedule_missing", CRON)
    for cron in found.schedules:
        if cron != CRON:
            yield Difference("schedule_added", cron)
    if not found.address:
        yield Difference("address_off")
    if found.previews:
        yield Difference("previews_on")
    for domain in found.domains:
        yield Difference("domain_added", domain)
    if found.releases and found.releases[0].versions > 1:
        yield Difference("versions_split", str(found.releases[0].versions))
    if found.compatibility_date != COMPATIBILITY_DATE:
        yield Difference("date_changed", found.compatibility_date)
    for flag in found.compatibility_flags:
        yield Difference("flag_added", flag)
