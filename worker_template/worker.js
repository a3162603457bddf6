// Soar's Worker: a small trading bot that runs in its owner's own Cloudflare account with its owner's own keys.
// Every quarter of an hour it looks whether the plan wants something (scheduled), and it obeys signed commands (fetch).
// Read on in tick.js for what it does with money, in signature.js for whom it obeys.

import { carryOut } from "./commands.js";
import { readSigned } from "./signature.js";
import { SoarState } from "./state.js";

export { SoarState };

/** @satisfies {ExportedHandler<Bindings>} */
export default {
  async fetch(request, env, ctx) {
    try {
      const signed = await readSigned(request, String(env.COMMAND_KEY ?? ""), Date.now());
      if (!signed) return unauthorized();
      const state = theState(env);
      if (!(await state.claimNonce(signed.nonce, signed.until))) return unauthorized();
      const call = { env, state, defer: ctx.waitUntil.bind(ctx) };
      const { status, body } = await carryOut(signed.command, signed.body, call);
      return json(status, body);
    } catch (error) {
      // The kind of error only: a message might quote what it was about.
      console.log(JSON.stringify({ at: "fetch", error: error instanceof Error ? error.name : "unknown" }));
      return json(500, { error: "internal", message: "Something went wrong inside the bot." });
    }
  },

  async scheduled(_event, env) {
    await theState(env).tick("cron", false);
  },
};

/** @param {Bindings} env */
function theState(env) {
  return env.STATE.get(env.STATE.idFromName("soar"));
}

function unauthorized() {
  return json(401, { error: "unauthorized" });
}

/** @param {number} status @param {Record<string, unknown>} body */
function json(status, body) {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store" } });
}
