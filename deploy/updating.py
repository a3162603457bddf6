"""Newer code for a Worker that runs: its secrets, variables, stored state and pause stay as they are."""

from __future__ import annotations

from collections.abc import Collection

from deploy.answering import Schedule
from deploy.deployment import standard_names, update_body
from deploy.errors import CloudflareRefused, DeployError, ForeignScript, ScriptAbsent
from deploy.steps import Site, ensure_schedule, own_script, write
from deploy.template import Template


async def update(site: Site, template: Template, *, present: Collection[str] = ()) -> Schedule:
    """Replace the code: two requests. `present` names the bindings to keep, by default those every Worker of ours has.

    Nothing is looked at before. A Worker that is not there is not made, and one that is not ours is not overwritten,
    because it has nothing of that name to inherit: Cloudflare refuses the upload as a whole then, and this raises
    ScriptAbsent or ForeignScript. Whoever may meet changes of the user's own has to compare first.
    """
    await upload_code(site, template, present)
    return await ensure_schedule(site)


async def upload_code(site: Site, template: Template, present: Collection[str] = ()) -> None:
    """Replace the code alone; one request when all is well."""
    kept = present or standard_names(site.deployment, template)
    must = {"COMMAND_KEY", "DEPLOYMENT", "STATE"} - set(kept)
    if must:
        raise ForeignScript(site.deployment.script)
    try:
        body = update_body(site.deployment, template, kept)
        await write(site, "PUT", body=body, params={"excludeScript": "true", "bindings_inherit": "strict"})
    except CloudflareRefused as error:
        refusal: DeployError = error
    else:
        return
    if refusal.code == "nothing_to_inherit" and await own_script(site) is None:
        raise ScriptAbsent("script_absent", refusal.detail, cloudflare_code=refusal.cloudflare_code)
    raise refusal
