"""Another pair of broker keys for a Worker that runs, with a token of the user's."""

from __future__ import annotations

from deploy.deployment import Keys, pair_body, secrets_body
from deploy.inspection import own_bindings
from deploy.sealing import STAMP
from deploy.steps import Site, write


async def change_keys(site: Site, keys: Keys) -> None:
    """Replace both broker keys in one new version, and end what the Worker may have sealed: one read, one change.

    Raises ScriptAbsent when there is no such Worker, ForeignScript when it is somebody else's.
    """
    present = [binding.name for binding in await own_bindings(site)]
    if STAMP in present:
        await write(site, "PATCH", "settings", body=pair_body(keys, present))
    else:  # a Worker from before there was a form
        await write(site, "PATCH", "secrets-bulk", body=secrets_body(keys))
