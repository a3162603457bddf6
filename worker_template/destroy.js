// The end: pause, cancel the orders this deployment has open, answer, and only then delete the Worker it runs in.

import { deleteScript } from "./cloudflare.js";

/**
 * @param {import("./commands.js").Call} call
 * @returns {Promise<import("./commands.js").Reply>}
 */
export async function destroy({ env, state, defer }) {
  const { cancelled, warning } = await state.standDown();
  if (!env.CLOUDFLARE_API_TOKEN) {
    const message = "Trading is paused, but the bot holds no Cloudflare token and cannot delete itself.";
    return { status: 409, body: { error: "no_token", message, cancelled, warning } };
  }
  defer(remove(env, state));
  return { status: 202, body: { destroying: true, cancelled, warning } };
}

/**
 * @param {Bindings} env
 * @param {import("./commands.js").Call["state"]} state
 */
async function remove(env, state) {
  const reply = await deleteScript(env);
  if (reply.ok) return;
  console.log(JSON.stringify({ at: "destroy", cloudflare_code: reply.code }));
  const hint = "It is paused. Please delete it in your Cloudflare account.";
  await state.note("not_destroyed", `The bot could not delete itself. ${reply.message} ${hint}`);
}

/**
 * Cancels this deployment's own open orders and no others.
 * @param {import("./alpaca.js").Alpaca} alpaca
 * @param {string} prefix
 * @returns {Promise<{cancelled: number, warning: string | null}>}
 */
export async function cancelOwn(alpaca, prefix) {
  const unsure = "Alpaca did not confirm that no order of the bot is open. Look there; such orders end with the day.";
  const open = await alpaca.openOrders();
  if (open.kind !== "ok") return { cancelled: 0, warning: unsure };
  let cancelled = 0;
  let warning = null;
  for (const order of open.body) {
    if (!String(order.client_order_id ?? "").startsWith(prefix)) continue;
    const answer = await alpaca.cancel(String(order.id));
    if (answer.kind === "ok") cancelled += 1;
    else if (!(answer.kind === "refused" && [404, 422].includes(answer.status))) warning = unsure;
  }
  return { cancelled, warning };
}
