// Sending orders, and finding out what became of them. The rule: an order is noted before it is sent, its id is the
// same however often it is tried, and where an answer is lost, Alpaca's own books decide.

import { Halt, haltFor } from "./halt.js";
import { costCents, dollars, toCents, usd } from "./money.js";
import { ENDINGS } from "./order-book.js";
import { checkPause } from "./preconditions.js";
import { judge } from "./refusals.js";

const ENDED = ["filled", "canceled", "expired", "rejected", "replaced"];
const MOST_LOOKUPS = 5;
const ABSENT = { status: "absent", cost: 0, open: 0 };

/**
 * @typedef {import("./order-book.js").OwnOrder} OwnOrder
 * @typedef {import("./account.js").Fields} Fields
 * @typedef {import("./tick.js").Desk} Desk
 */

/**
 * Places an order; the book says afterwards what became of it. Throws Halt when the run must end.
 * @param {Desk} desk
 * @param {Pick<OwnOrder, "client_order_id" | "slot" | "day" | "symbol" | "side" | "cents" | "reason">} wanted
 */
export async function place(desk, wanted) {
  const { book } = desk;
  const id = wanted.client_order_id;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    if (attempt > 1) checkPause(desk);
    book.intend({ ...wanted, at: new Date(desk.now()).toISOString() });
    const answer = await desk.alpaca.submit(market(wanted));
    if (answer.kind === "ok") return book.update(id, standing(answer.body, wanted.cents));
    if (answer.kind === "keys" || answer.kind === "wait") {
      book.update(id, ABSENT);
      throw haltFor(answer);
    }
    if (answer.kind === "refused") {
      const { act, code, say } = judge(answer);
      if (act !== "adopt") book.update(id, { status: "refused", cost: 0, open: 0, reason: say });
      if (act === "skip") return undefined;
      if (act !== "adopt") throw new Halt("refused", code, say, { pause: act === "pause" });
    }
    // It exists, or it may: Alpaca knows. An id unknown to Alpaca is sent again; if that fails too, it stays "sending"
    // and counts as spent until the next run has asked once more.
    const found = await desk.alpaca.orderById(id);
    if (found.kind === "ok") return book.update(id, standing(found.body, wanted.cents));
    if (!isAbsent(found)) throw haltFor(found);
  }
  throw new Halt("failed", "undelivered", `The order for ${wanted.symbol} could not be delivered to Alpaca.`);
}

/**
 * @param {Pick<OwnOrder, "client_order_id" | "symbol" | "side" | "cents">} wanted
 */
function market({ symbol, side, cents, client_order_id }) {
  return { symbol, notional: dollars(cents), side, type: "market", time_in_force: "day", client_order_id };
}

/**
 * Brings the book up to date with what Alpaca says of orders whose end is not known yet. Throws Halt.
 * @param {Desk} desk
 * @param {Fields[]} openOrders
 */
export async function settle(desk, openOrders) {
  const unclear = desk.book.open().filter((own) => !note(desk.book, own, openOrders));
  if (unclear.length > 0) await clearUp(desk, unclear);
}

/**
 * Finds out what became of orders that are no longer open. Throws Halt.
 * @param {Desk} desk
 * @param {OwnOrder[]} unclear
 */
async function clearUp({ alpaca, book, ledger, now }, unclear) {
  const since = Math.min(...unclear.map((own) => Date.parse(own.at))) - 60_000;
  const recent = await alpaca.ordersSince(since, [...new Set(unclear.map((own) => own.symbol))]);
  if (recent.kind !== "ok") throw haltFor(recent);
  const at = new Date(now()).toISOString();
  for (const own of unclear.filter((each) => !note(book, each, recent.body)).slice(0, MOST_LOOKUPS)) {
    const found = await alpaca.orderById(own.client_order_id);
    if (found.kind === "ok") note(book, own, [found.body]);
    else if (!isAbsent(found)) throw haltFor(found);
    else if (own.status === "sending") book.update(own.client_order_id, ABSENT);
    else book.update(own.client_order_id, { status: "lost", cost: own.cents, open: 0 });
  }
  for (const own of unclear) report(book, ledger, own, at);
}

/**
 * Cents of this deployment's buys among Alpaca's orders; null if one of them cannot be counted.
 * @param {Fields[]} orders
 * @param {string} prefix
 * @returns {number | null}
 */
export function countSpent(orders, prefix) {
  let total = 0;
  for (const order of orders) {
    if (!String(order.client_order_id ?? "").startsWith(prefix) || order.side !== "buy") continue;
    const cents = toCents(order.notional, "up") ?? costCents(order.filled_qty, order.filled_avg_price);
    if (cents === null) return null;
    total += standing(order, cents).cost;
  }
  return total;
}

/**
 * Where an order stands: its status, what it costs or may still cost, and whether that may change.
 * @param {Fields} order as Alpaca tells it
 * @param {number} cents what was asked for
 * @returns {Pick<OwnOrder, "status" | "cost" | "open" | "filled_qty" | "filled_price">}
 */
function standing(order, cents) {
  const status = String(order.status ?? "unknown");
  const filled = costCents(order.filled_qty, order.filled_avg_price);
  const ended = ENDED.includes(status);
  const cost = ended ? (filled ?? (status === "filled" ? cents : 0)) : Math.max(cents, filled ?? 0);
  const filled_qty = filled === null ? null : String(order.filled_qty);
  const filled_price = filled === null ? null : String(order.filled_avg_price);
  return { status, cost, open: ended ? 0 : 1, filled_qty, filled_price };
}

/**
 * Notes the state of an own order if it is among these; false if it is not.
 * @param {import("./order-book.js").OrderBook} book
 * @param {OwnOrder} own
 * @param {Fields[]} orders
 */
function note(book, own, orders) {
  const order = orders.find((each) => each.client_order_id === own.client_order_id);
  if (order) book.update(own.client_order_id, standing(order, own.cents));
  return order !== undefined;
}

/**
 * Tells the owner how an order ended.
 * @param {import("./order-book.js").OrderBook} book
 * @param {import("./ledger.js").Ledger} ledger
 * @param {OwnOrder} before
 * @param {string} at
 */
function report(book, ledger, before, at) {
  const own = book.byId(before.client_order_id);
  if (!own || own.open === 1 || own.status === "absent") return;
  const { symbol, status, cents, cost, filled_qty: shares } = own;
  const price = usd(toCents(own.filled_price, "up"));
  if (status === "filled") {
    return ledger.tell("filled", `Bought ${usd(cents)} of ${symbol}: ${shares} shares at ${price} each.`, at);
  }
  const part = status !== "lost" && cost > 0 ? ` Before that, ${usd(cost)} of it was bought.` : "";
  return ledger.tell("ended", `The order for ${usd(cents)} of ${symbol} ${ENDINGS[status]}.${part}`, at);
}

/**
 * @param {import("./answers.js").Failure} failure
 */
function isAbsent(failure) {
  return failure.kind === "refused" && failure.status === 404;
}
