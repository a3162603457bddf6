"""Everything that can go wrong while deploying, as one tree. Adapters translate into it; no httpx object crosses.

    DeployError                code, detail, retryable; all of it safe to log and to show
    ├── TokenRefused           token_invalid · token_expired · token_disabled · token_not_yet_valid
    │                          token_ip_restricted · token_is_global_key
    ├── PermissionMissing      permission_missing; `permission` says which
    ├── AccountRefused         account_id_needed · account_id_wrong · email_unverified · script_limit · cron_limit
    ├── NameRefused            name_taken · name_invalid · name_missing · name_present; `suggestions` to offer instead
    ├── ScriptAbsent           script_absent: there is no such Worker (any more)
    ├── ForeignScript          foreign_script: a Worker of that name exists and is not this deployment's
    ├── KeysNeeded             keys_needed: the broker keys are neither at hand nor in the script
    ├── Throttled              throttled; `retry_after` in seconds if it was told
    ├── Busy                   busy: another change to the same account is under way
    ├── Unreachable            unreachable: no definite answer; the change may or may not have been made
    ├── CloudflareRefused      nothing_to_inherit · version_waiting · unknown; `cloudflare_code`, its own words
    └── WorkerError
        ├── WorkerUnreachable  worker_unreachable: nothing usable came back from the Worker's address
        ├── WorkerAbsent       worker_absent: the address answers, but there is no Worker behind it
        ├── NotAnswering       not_answering: deployed, but its address did not come up in time
        ├── StillThere         still_there: it was told to delete itself, and Cloudflare did not let it
        └── WorkerRefused      worker_refused; `reason` is the Worker's own code, such as `unauthorized`

Two of them that look alike differ in who has to act: Throttled, Busy and the unreachables pass by waiting.
"""
# ruff: noqa: N818  (each name says what happened; a suffix would say it twice)

from __future__ import annotations

from typing import Literal

Permission = Literal["workers_scripts:edit", "account_settings:read"]


class DeployError(Exception):
    """Superclass of all that this package raises on purpose; never raised itself."""

    retryable = False

    def __init__(self, code: str, detail: str = "", *, cloudflare_code: int | None = None) -> None:
        """Keep a stable machine `code` and a `detail` for logs; neither may hold a secret."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.cloudflare_code = cloudflare_code


class TokenRefused(DeployError):
    """Cloudflare does not accept the token at all."""


class PermissionMissing(DeployError):
    """The token is good but lacks one permission."""

    def __init__(self, permission: Permission, detail: str = "", *, cloudflare_code: int | None = None) -> None:
        """Name the missing `permission`."""
        super().__init__("permission_missing", detail or permission, cloudflare_code=cloudflare_code)
        self.permission: Permission = permission


class AccountRefused(DeployError):
    """Something about the account stands in the way and only its owner can change it."""


class NameRefused(DeployError):
    """The workers.dev name is missing, taken or malformed."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        suggestions: tuple[str, ...] = (),
        cloudflare_code: int | None = None,
    ) -> None:
        """Carry `suggestions` the user may pick from instead."""
        super().__init__(code, detail, cloudflare_code=cloudflare_code)
        self.suggestions = suggestions


class ScriptAbsent(DeployError):
    """Cloudflare knows no Worker (or no workers.dev name) there."""


class ForeignScript(DeployError):
    """A Worker of that name exists and is not the one to be changed; it was left alone."""

    def __init__(self, script: str) -> None:
        """Name the `script` that is in the way."""
        super().__init__("foreign_script", script)


class KeysNeeded(DeployError):
    """The broker keys have to be asked for again."""

    def __init__(self) -> None:
        super().__init__("keys_needed", "the script does not carry the keys and none were given")


class Throttled(DeployError):
    """Too many requests, by Cloudflare's count or our own."""

    retryable = True

    def __init__(
        self, detail: str = "", *, retry_after: float | None = None, cloudflare_code: int | None = None
    ) -> None:
        """Keep `retry_after` in seconds when it is known."""
        super().__init__("throttled", detail, cloudflare_code=cloudflare_code)
        self.retry_after = retry_after


class Busy(DeployError):
    """Cloudflare is still working on another change to the same account."""

    retryable = True


class Unreachable(DeployError):
    """No definite answer came back, so whether the change was made is unknown."""

    retryable = True

    def __init__(self, detail: str, *, cloudflare_code: int | None = None) -> None:
        """Say in `detail` what came instead of an answer."""
        super().__init__("unreachable", detail, cloudflare_code=cloudflare_code)


class CloudflareRefused(DeployError):
    """A refusal that has no name of its own here; it is shown with Cloudflare's code and words."""


class WorkerError(DeployError):
    """Superclass of what goes wrong between Soar and a deployed Worker."""


class WorkerUnreachable(WorkerError):
    """The Worker's address gave no usable answer."""

    retryable = True

    def __init__(self, detail: str) -> None:
        """Say in `detail` what came instead."""
        super().__init__("worker_unreachable", detail)


class WorkerAbsent(WorkerError):
    """The address answers, but without a Worker behind it: not up yet, or gone."""

    retryable = True

    def __init__(self, detail: str = "") -> None:
        super().__init__("worker_absent", detail)


class NotAnswering(WorkerError):
    """The Worker is deployed, but its address did not come up within the time given."""

    retryable = True

    def __init__(self, detail: str) -> None:
        """Keep what the last look found."""
        super().__init__("not_answering", detail)


class StillThere(WorkerError):
    """The Worker says that it could not delete itself; it is paused."""

    def __init__(self, detail: str) -> None:
        """Keep what it says."""
        super().__init__("still_there", detail)


class WorkerRefused(WorkerError):
    """The Worker understood and said no."""

    def __init__(
        self, reason: str, message: str, *, status: int, cloudflare_code: int | None = None, warning: bool = False
    ) -> None:
        """Keep the Worker's machine-readable `reason` and plain `message`, and whether it warned of open orders."""
        super().__init__("worker_refused", f"{reason} ({status}): {message}", cloudflare_code=cloudflare_code)
        self.reason = reason
        self.message = message
        self.status = status
        self.warning = warning
