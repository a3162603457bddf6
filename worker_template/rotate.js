// Replacing the key pair. The new pair is checked before anything changes: same mode, same account, able to trade.
// The old pair is probably dead by then, because Alpaca kills it when a new one is made.

import { readAccount } from "./account.js";
import { Alpaca } from "./alpaca.js";
import { changeKeys } from "./cloudflare.js";

const KEY_ID = /^[A-Z0-9]{16,40}$/;
const SECRET = /^[A-Za-z0-9+/=_-]{30,80}$/;

/**
 * @param {import("./commands.js").Call} call
 * @returns {Promise<import("./commands.js").Reply>}
 */
export async function rotate({ env, body, state }) {
  const { key_id: keyId, secret } = body;
  if (typeof keyId !== "string" || typeof secret !== "string" || !KEY_ID.test(keyId) || !SECRET.test(secret)) {
    return refuse(400, "bad_pair", "That is not a Key ID and a Secret.");
  }
  if (!env.CLOUDFLARE_API_TOKEN) {
    return refuse(409, "no_token", "The bot holds no Cloudflare token, so it cannot change its own keys.");
  }
  const objection = await checkPair(env, keyId, secret);
  if (objection) return objection;
  const reply = await changeKeys(env, keyId, secret);
  if (!reply.ok) return refuse(502, "cloudflare_refused", reply.message, { cloudflare_code: reply.code });
  await state.noteRotation().catch(() => null); // the new version may already have replaced it
  return { status: 200, body: { rotated: true, key_ending: keyId.slice(-4) } };
}

/**
 * @param {Bindings} env
 * @param {string} keyId
 * @param {string} secret
 * @returns {Promise<import("./commands.js").Reply | null>}
 */
async function checkPair(env, keyId, secret) {
  const answer = await new Alpaca({ url: env.ALPACA_URL, keyId, secret }).account();
  if (answer.kind === "keys" || (answer.kind === "refused" && answer.status === 403)) {
    return refuse(409, "wrong_pair", `Alpaca does not accept this pair for ${env.MODE} trading.`);
  }
  if (answer.kind !== "ok") return refuse(502, "alpaca_unreachable", "Alpaca did not answer; nothing was changed.");
  const account = readAccount(answer.body);
  if (!env.ACCOUNT_ID || account.id !== env.ACCOUNT_ID) {
    return refuse(409, "other_account", "This pair belongs to another Alpaca account; nothing was changed.");
  }
  return account.obstacle ? refuse(409, "account_not_active", account.obstacle) : null;
}

/**
 * @param {number} status
 * @param {string} error
 * @param {string} message
 * @param {Record<string, unknown>} [more]
 * @returns {import("./commands.js").Reply}
 */
function refuse(status, error, message, more = {}) {
  return { status, body: { error, message, ...more } };
}
