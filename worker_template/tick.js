// One run: look at everything that could forbid trading, ask the plan, apply the ceilings, place the orders.
// Each step either goes on or ends the run with a Halt that says why.

import { readPosition } from "./account.js";
import { applyCeilings } from "./ceilings.js";
import { exchangeTime, inWords } from "./exchange-time.js";
import { Halt, haltFor } from "./halt.js";
import { countSpent, place, settle } from "./orders.js";
import { checkAccount, checkBreak, checkLoss, checkPause, checkSession, readClock } from "./preconditions.js";
import { clientOrderId, conclude, line } from "./result.js";

/** @typedef {import("./result.js").Result} Result */

const MOST_POSITIONS_SHOWN = 50;

/**
 * All that a run works with.
 * @typedef {object} Desk
 * @property {import("./settings.js").Settings} settings
 * @property {import("./alpaca.js").Alpaca} alpaca
 * @property {import("./ledger.js").Ledger} ledger
 * @property {import("./order-book.js").OrderBook} book
 * @property {() => number} now Unix milliseconds
 * @property {string} mark stands for the key pair in use, without telling it
 * @property {boolean} dry say what would be ordered and place nothing
 */

/**
 * Runs once.
 * @param {Desk} desk
 * @returns {Promise<Result>}
 */
export async function tick(desk) {
  const slot = desk.settings.plan.slot(exchangeTime(desk.now()));
  /** @type {Result} */
  const result = { slot, outcome: "idle", code: "idle", detail: "", reason: "", orders: [], marketOpen: null };
  try {
    await run(desk, result);
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    const at = new Date(desk.now()).toISOString();
    const mark = error.code === "keys" ? desk.mark : null;
    if (error.pause) desk.ledger.pause(error.code, error.reason, at, "latched", mark);
    if (error.until > 0) desk.ledger.remember("wait_until", error.until);
    result.detail = error.detail;
    conclude(result, error.outcome, error.code, error.reason);
  }
  return result;
}

/**
 * @param {Desk} desk
 * @param {Result} result
 */
async function run(desk, result) {
  checkPause(desk);
  checkBreak(desk);
  const clock = await readClock(desk);
  const { time } = clock;
  result.slot = desk.settings.plan.slot(time);
  result.marketOpen = clock.isOpen;
  if (!clock.isOpen) {
    if (desk.ledger.recall("next_open") !== clock.opens) desk.ledger.remember("next_open", clock.opens);
    // The first run of all looks at the account even now, so that the owner sees at once that the keys work.
    if (desk.ledger.recall("account") === null) await checkAccount(desk);
    throw new Halt("closed", "closed", `The market is closed. It opens ${inWords(clock.opens, time.ms)}.`);
  }
  checkSession(desk, clock);
  const account = await checkAccount(desk);
  if (account.obstacle) throw new Halt("refused", "account_state", account.obstacle);
  checkLoss(desk, account);

  const [positions, openOrders] = await Promise.all([desk.alpaca.positions(), desk.alpaca.openOrders()]);
  if (positions.kind !== "ok") throw haltFor(positions);
  if (openOrders.kind !== "ok") throw haltFor(openOrders);
  const held = positions.body.map(readPosition);
  desk.ledger.remember("positions", held.slice(0, MOST_POSITIONS_SHOWN));
  await settle(desk, openOrders.body);

  const view = { time, account, positions: held, slotOrders: desk.book.inSlot(result.slot) };
  const decision = desk.settings.plan.decide(view);
  if (decision.intents.length === 0) throw new Halt("idle", "idle", decision.reason);
  const spent = await countAll(desk, time, account);
  const { allowed, refused } = allow(desk, decision.intents, openOrders.body, spent);
  result.orders.push(...refused.map(({ intent, say }) => line(desk, result.slot, intent, "refused", say)));
  await placeAll(desk, result, allowed, time);
  const first = refused[0];
  if (first) throw new Halt("refused", first.code, refused.map(({ say }) => say).join(" "));
  const declined = result.orders.find((order) => order.status === "refused");
  if (declined) throw new Halt("refused", "order", declined.reason);
  conclude(result, "traded", "traded", "");
}

/**
 * What has been spent, counted twice: from Alpaca's list of today's orders and from the own book; the larger holds.
 * @param {Desk} desk
 * @param {import("./exchange-time.js").ExchangeTime} time
 * @param {import("./account.js").Account} account
 * @returns {Promise<import("./ceilings.js").Spent>}
 */
async function countAll({ alpaca, book, settings }, time, { spendable }) {
  const answer = await alpaca.ordersSince(time.dayStart, settings.ceilings.symbols);
  if (answer.kind !== "ok") throw haltFor(answer);
  const complete = answer.body.length < 500;
  const seen = complete ? countSpent(answer.body, settings.prefix) : null;
  const today = seen === null ? null : Math.max(seen, book.spentOn(time.date));
  return { today, ever: book.spentEver(), spendable };
}

/**
 * @param {Desk} desk
 * @param {import("./plans.js").Intent[]} intents
 * @param {import("./account.js").Fields[]} openOrders
 * @param {import("./ceilings.js").Spent} spent
 */
function allow({ settings }, intents, openOrders, spent) {
  const busy = new Set(openOrders.map((order) => order.symbol));
  const waiting = intents.filter(({ symbol }) => busy.has(symbol)).map((intent) => ({
    intent,
    code: "open_order",
    say: `Not bought: ${intent.symbol} has an open order already.`,
  }));
  const free = intents.filter(({ symbol }) => !busy.has(symbol));
  const { allowed, held } = applyCeilings(free, settings.ceilings, spent);
  return { allowed, refused: [...waiting, ...held] };
}

/**
 * @param {Desk} desk
 * @param {Result} result
 * @param {import("./plans.js").Intent[]} intents
 * @param {import("./exchange-time.js").ExchangeTime} time
 */
async function placeAll(desk, result, intents, time) {
  const { slot } = result;
  if (desk.dry) {
    result.orders.push(...intents.map((intent) => line(desk, slot, intent, "dry", intent.reason)));
    throw new Halt("dry", "dry", `A trial: nothing was ordered. ${intents.map(({ reason }) => reason).join(" ")}`);
  }
  for (const intent of intents) {
    checkPause(desk);
    const id = clientOrderId(desk, slot, intent);
    try {
      await place(desk, { ...intent, client_order_id: id, slot, day: time.date });
    } finally {
      const own = desk.book.byId(id);
      if (own) result.orders.push(line(desk, slot, intent, own.status, own.reason));
    }
  }
}
