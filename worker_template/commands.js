// What a signed command can ask for. None of them can raise a limit, change what is bought, or carry a free-form call.

import { destroy } from "./destroy.js";
import { rotate } from "./rotate.js";

/**
 * @typedef {object} Call
 * @property {Bindings} env
 * @property {DurableObjectStub<import("./state.js").SoarState>} state
 * @property {Record<string, unknown>} body
 * @property {(work: Promise<unknown>) => void} defer work to finish after the answer was sent
 *
 * @typedef {{status: number, body: Record<string, unknown>}} Reply
 */

const PAUSE_REASON = /^[a-z]{1,16}$/;
const LATCHES = ["keys", "account", "loss", "suspended"]; // set by runs only
const MOST_EVENTS = 200;

/** @type {Record<string, (call: Call) => Promise<Reply>>} */
const COMMANDS = {
  status: async ({ state }) => ok(await state.status()),

  tick: async ({ state, body }) => ok({ run: await state.tick("command", body.dry === true) }),

  async pause({ state, body }) {
    const { reason = "user" } = body;
    if (typeof reason !== "string" || !PAUSE_REASON.test(reason) || LATCHES.includes(reason)) {
      return bad("The reason for a pause is one short word.");
    }
    return ok({ paused: await state.pause(reason) });
  },

  resume: async ({ state }) => ok({ paused: await state.resume() }),

  async events({ state, body }) {
    const { after = 0, limit = 50 } = body;
    if (!isCount(after) || !isCount(limit)) return bad("after and limit are whole numbers.");
    const { events, next, pulse } = await state.events(after, Math.min(Math.max(limit, 1), MOST_EVENTS));
    return ok({ events, next, pulse });
  },

  rotate,
  destroy,
};

/**
 * Carries out a command; the request has been checked and is new.
 * @param {string} name
 * @param {string} text the request's body
 * @param {Omit<Call, "body">} call
 * @returns {Promise<Reply>}
 */
export async function carryOut(name, text, call) {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return { status: 404, body: { error: "unknown command", message: "There is no such command." } };
  const body = parseObject(text);
  return body ? command({ ...call, body }) : bad("The body is not a JSON object.");
}

/**
 * @param {string} text
 * @returns {Record<string, unknown> | null}
 */
function parseObject(text) {
  try {
    const body = text === "" ? {} : JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : null;
  } catch {
    return null;
  }
}

/** @param {Record<string, unknown>} body @returns {Reply} */
function ok(body) {
  return { status: 200, body };
}

/** @param {string} message @returns {Reply} */
function bad(message) {
  return { status: 400, body: { error: "bad_request", message } };
}

/** @param {unknown} value @returns {value is number} */
function isCount(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
