// What was fixed when this Worker was deployed. All of it is read again at each run, and anything missing or odd stops
// the run: a limit that cannot be read is not "no limit".

import { BadSettings, money, record, symbols, text } from "./checks.js";
import { readPlan } from "./plans.js";

/**
 * The variables and secrets Cloudflare hands to this Worker.
 * @typedef {object} Bindings
 * @property {string} [APCA_API_KEY_ID]
 * @property {string} [APCA_API_SECRET_KEY]
 * @property {string} [CLOUDFLARE_API_TOKEN]
 * @property {string} MODE
 * @property {string} ACCOUNT_ID
 * @property {string} ALPACA_URL
 * @property {string} ALPACA_DATA_URL
 * @property {string} COMMAND_KEY
 * @property {string} DEPLOYMENT
 * @property {string} SCRIPT
 * @property {string} CLOUDFLARE_ACCOUNT
 * @property {string} CLOUDFLARE_API_URL
 * @property {string} TEMPLATE
 * @property {unknown} PLAN
 * @property {unknown} CEILINGS
 * @property {DurableObjectNamespace<import("./state.js").SoarState>} STATE
 */

/**
 * The most that may ever be spent, in cents; no plan and no command can go beyond.
 * @typedef {object} Ceilings
 * @property {number} perOrder
 * @property {number} perDay
 * @property {number} budget
 * @property {number | null} dailyLoss loss of the account in a day that pauses trading; null: not watched
 * @property {string[]} symbols the only symbols that may be bought
 */

/**
 * @typedef {object} Settings
 * @property {"paper" | "live"} mode
 * @property {string} accountId
 * @property {string} alpacaUrl
 * @property {string} keyId
 * @property {string} secret
 * @property {string} prefix what every client order id of this deployment starts with
 * @property {import("./plans.js").Plan} plan
 * @property {Ceilings} ceilings
 */

const HOSTS = { paper: "https://paper-api.alpaca.markets", live: "https://api.alpaca.markets" };

/**
 * The settings of this deployment; throws BadSettings.
 * @param {Bindings} env
 * @returns {Settings}
 */
export function readSettings(env) {
  const mode = env.MODE;
  if (mode !== "paper" && mode !== "live") throw new BadSettings("MODE is neither paper nor live.");
  const alpacaUrl = text(env.ALPACA_URL, "ALPACA_URL");
  const other = mode === "paper" ? HOSTS.live : HOSTS.paper;
  if (alpacaUrl.startsWith(other)) throw new BadSettings("ALPACA_URL belongs to the other mode.");
  if (!/^[0-9a-f]{8}$/.test(env.DEPLOYMENT)) throw new BadSettings("DEPLOYMENT is not 8 hexadecimal digits.");
  if (!env.APCA_API_KEY_ID || !env.APCA_API_SECRET_KEY) throw new BadSettings("There are no Alpaca keys.");
  return {
    mode,
    alpacaUrl,
    accountId: text(env.ACCOUNT_ID, "ACCOUNT_ID"),
    keyId: env.APCA_API_KEY_ID,
    secret: env.APCA_API_SECRET_KEY,
    prefix: `soar1-${env.DEPLOYMENT}-`,
    plan: readPlan(env.PLAN),
    ceilings: readCeilings(env.CEILINGS),
  };
}

/**
 * @param {unknown} raw
 * @returns {Ceilings}
 */
function readCeilings(raw) {
  const fields = record(raw, "CEILINGS");
  return {
    perOrder: money(fields.per_order, "CEILINGS.per_order"),
    perDay: money(fields.per_day, "CEILINGS.per_day"),
    budget: money(fields.budget, "CEILINGS.budget"),
    dailyLoss: fields.daily_loss === undefined ? null : money(fields.daily_loss, "CEILINGS.daily_loss"),
    symbols: symbols(fields.symbols, "CEILINGS.symbols"),
  };
}
