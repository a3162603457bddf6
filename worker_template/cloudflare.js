// The two calls this Worker can make to Cloudflare with the token it was left, both about itself: change its own
// secrets and delete itself.

const TRIES = 3;
const TIMEOUT = 10_000;
const PASSING = [971, 10002, 10013, 10014, 10035]; // throttled, internal errors, someone else changed it just now

/**
 * @typedef {{ok: boolean, code: number | null, message: string}} Reply
 */

/**
 * Replaces the key pair, both at once, in one new version of this Worker.
 * @param {Bindings} env
 * @param {string} keyId
 * @param {string} secret
 * @returns {Promise<Reply>}
 */
export function changeKeys(env, keyId, secret) {
  const secrets = {
    APCA_API_KEY_ID: { name: "APCA_API_KEY_ID", type: "secret_text", text: keyId },
    APCA_API_SECRET_KEY: { name: "APCA_API_SECRET_KEY", type: "secret_text", text: secret },
  };
  return call(env, "PATCH", "/secrets-bulk", { secrets });
}

/**
 * Deletes this Worker with its database and its schedule. That it is gone already is success.
 * @param {Bindings} env
 * @returns {Promise<Reply>}
 */
export async function deleteScript(env) {
  const reply = await call(env, "DELETE", "?force=true");
  return reply.code === 10007 ? { ...reply, ok: true } : reply;
}

/**
 * Both calls may safely be repeated, so what may pass is tried again.
 * @param {Bindings} env
 * @param {string} method
 * @param {string} suffix
 * @param {object} [body]
 * @returns {Promise<Reply>}
 */
async function call(env, method, suffix, body) {
  const base = env.CLOUDFLARE_API_URL.replace(/\/+$/, "");
  const url = `${base}/accounts/${env.CLOUDFLARE_ACCOUNT}/workers/scripts/${env.SCRIPT}${suffix}`;
  /** @type {Reply} */
  let reply = { ok: false, code: null, message: "Cloudflare could not be reached." };
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const { passing, ...current } = await once(env, method, url, body);
    reply = current;
    if (reply.ok || !passing || attempt === TRIES) break;
    await new Promise((resolve) => setTimeout(resolve, 300 * 4 ** (attempt - 1)));
  }
  return reply;
}

/**
 * @param {Bindings} env
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<Reply & {passing: boolean}>}
 */
async function once(env, method, url, body) {
  const unreachable = { ok: false, code: null, message: "Cloudflare could not be reached.", passing: true };
  try {
    const response = await fetch(url, {
      method,
      headers: { Authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}`, "Content-Type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    /** @type {any} */
    const envelope = await response.json();
    if (response.ok && envelope?.success === true) return { ok: true, code: null, message: "", passing: false };
    const code = Number(envelope?.errors?.[0]?.code) || null;
    if (code === null) return { ...unreachable, message: "Cloudflare has a problem of its own at the moment." };
    const passing = response.status >= 500 || response.status === 429 || PASSING.includes(code);
    return { ok: false, code, message: "Cloudflare did not allow it.", passing };
  } catch {
    return unreachable;
  }
}
