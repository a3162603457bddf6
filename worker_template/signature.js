// Every command is signed by the one who may control this Worker. A request that is not signed, too old, for another
// path or changed on the way gets no further than this file, and the answer never says which of these it was.

const WINDOW = 120_000;
const LARGEST_BODY = 16_384;
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const TIME = /^\d{13}$/;
const encoder = new TextEncoder();

/**
 * A request whose signature and time hold; its nonce must still be shown to be new.
 * @typedef {object} Signed
 * @property {string} command what is asked for: "status" of "/v1/status"
 * @property {string} nonce
 * @property {number} until Unix milliseconds after which the same request would be too old anyway
 * @property {string} body
 */

/**
 * The signed command in a request, or null. Does the same work whatever is wrong.
 * @param {Request} request
 * @param {string} commandKey base64url of the raw Ed25519 public key
 * @param {number} now Unix milliseconds
 * @returns {Promise<Signed | null>}
 */
export async function readSigned(request, commandKey, now) {
  const time = request.headers.get("Soar-Time") ?? "";
  const nonce = request.headers.get("Soar-Nonce") ?? "";
  const path = commandPath(new URL(request.url).pathname);
  const body = await readBody(request);
  const key = bytes(commandKey, 32);
  const signature = bytes(request.headers.get("Soar-Signature") ?? "", 64);

  const digest = hex(await crypto.subtle.digest("SHA-256", body ?? new Uint8Array()));
  const message = encoder.encode(["soar1", request.method, path ?? "", time, nonce, digest].join("\n"));
  const genuine = await verify(key ?? new Uint8Array(32), signature ?? new Uint8Array(64), message);

  const fresh = TIME.test(time) && Math.abs(now - Number(time)) <= WINDOW;
  if (!genuine || !fresh || !NONCE.test(nonce) || !path || !body || !key || !signature) return null;
  // Twice the window: the nonce is checked elsewhere, by a clock that may differ a little from this one.
  const until = Number(time) + 2 * WINDOW;
  return { command: path.slice("/v1/".length), nonce, until, body: new TextDecoder().decode(body) };
}

/**
 * The part of a path that is signed; whatever stands before it is only how the request found its way here.
 * @param {string} pathname
 * @returns {string | null}
 */
function commandPath(pathname) {
  const start = pathname.lastIndexOf("/v1/");
  return start < 0 ? null : pathname.slice(start);
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} signature
 * @param {Uint8Array} message
 * @returns {Promise<boolean>}
 */
async function verify(key, signature, message) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    return false;
  }
}

/**
 * The body, or null if it is larger than any command's; no more than that is ever read.
 * @param {Request} request
 * @returns {Promise<Uint8Array | null>}
 */
async function readBody(request) {
  const all = new Uint8Array(LARGEST_BODY);
  let length = 0;
  for await (const chunk of request.body ?? []) {
    if (length + chunk.length > LARGEST_BODY) return null;
    all.set(chunk, length);
    length += chunk.length;
  }
  return all.slice(0, length);
}

/**
 * Bytes of an unpadded base64url text that must have exactly this length; null if it has not.
 * @param {string} text
 * @param {number} length
 * @returns {Uint8Array | null}
 */
function bytes(text, length) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return raw.length === length ? Uint8Array.from(raw, (character) => character.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {string}
 */
export function hex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
