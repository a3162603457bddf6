"""Newer code for a Worker that runs: its secrets, variables, stored state and pause stay as they are."""

from __future__ import annotations

from collections.abc import Collection

from deploy.answering import Schedule
from deploy.deployment import update_body
from deploy.errors import CloudflareRefused, DeployError, ForeignScript, ScriptAbsent
from deploy.inspection import own_bindings
from deploy.steps import Site, ensure_schedule, own_script, write
from deploy.template import Template


async def update(site: Site, template: Template, *, present: Collection[str] = (), sealed: bool = False) -> Schedule:
    """Replace the code. `present` names the bindings to keep, by default all that it has; `sealed` as in `upload_code`.

    A Worker that is not there is not made, and one that is not ours is not overwritten, because it has nothing of that
    name to inherit: Cloudflare refuses the upload as a whole then, and this raises ScriptAbsent or ForeignScript.
    Whoever may meet changes of the user's own has to compare first.
    """
    await upload_code(site, template, present, sealed=sealed)
    return await ensure_schedule(site)


async def upload_code(site: Site, template: Template, present: Collection[str] = (), *, sealed: bool = False) -> None:
    """Replace the code alone; one request when `present` is given and all is well.

    With `sealed` the keys in force are in the Worker's memory, and none among its secrets are kept.
    """
    kept = present or [binding.name for binding in await own_bindings(site)]
    must = {"COMMAND_KEY", "DEPLOYMENT", "STATE"} - set(kept)
    if must:
        raise ForeignScript(site.deployment.script)
    try:
        body = update_body(site.deployment, template, kept, sealed=sealed)
        await write(site, "PUT", body=body, params={"excludeScript": "true", "bindings_inherit": "strict"})
    except CloudflareRefused as error:
        refusal: DeployError = error
    else:
        return
    if refusal.code == "nothing_to_inherit" and await own_script(site) is None:
        raise ScriptAbsent("script_absent", refusal.detail, cloudflare_code=refusal.cloudflare_code)
    raise refusal
