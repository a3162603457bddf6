// Recurring buy: the same amount of each symbol, once a day or once a week, at the first open run of that day or week.

import { isoWeek } from "./exchange-time.js";
import { usd } from "./money.js";
import { ENDINGS } from "./order-book.js";
import { BadSettings, money, symbols } from "./checks.js";

const SMALLEST = 100;

/**
 * @typedef {object} Recurring
 * @property {string[]} symbols one to ten
 * @property {number} cents for each symbol
 * @property {"day" | "week"} every
 */

/** @type {import("./plans.js").PlanKind<Recurring>} */
const recurring = {
  read(raw) {
    const list = symbols(raw.symbols, "PLAN.symbols");
    if (list.length < 1 || list.length > 10) throw new BadSettings("PLAN.symbols is not one to ten symbols.");
    const cents = money(raw.amount, "PLAN.amount");
    if (cents < SMALLEST) throw new BadSettings("PLAN.amount is below Alpaca's minimum of one dollar.");
    if (raw.every !== "day" && raw.every !== "week") throw new BadSettings("PLAN.every is neither day nor week.");
    return { symbols: list, cents, every: raw.every };
  },

  slot: (plan, time) => (plan.every === "day" ? time.date.replaceAll("-", "") : isoWeek(time.date)),

  decide(plan, { time, slotOrders }) {
    const period = plan.every === "day" ? "today" : "this week";
    const find = (/** @type {string} */ symbol) => slotOrders.find((order) => order.symbol === symbol);
    const due = plan.symbols.filter((symbol) => maySendAgain(find(symbol), time.date));
    const intents = due.map((symbol) => {
      const reason = `Due ${period}: ${usd(plan.cents)} of ${symbol}.`;
      return { symbol, side: /** @type {const} */ ("buy"), cents: plan.cents, reason };
    });
    const orders = plan.symbols.map(find).filter((order) => order !== undefined);
    return { intents, reason: `Nothing to do. ${inWords(orders, period)}` };
  },
};

/**
 * An order that never reached Alpaca may be sent again at once, one that was refused on the next trading day.
 * @param {import("./order-book.js").OwnOrder | undefined} order
 * @param {string} today
 * @returns {boolean}
 */
function maySendAgain(order, today) {
  return !order || order.status === "absent" || (order.status === "refused" && order.day < today);
}

/**
 * What became of the orders of this day or week.
 * @param {import("./order-book.js").OwnOrder[]} orders
 * @param {string} period
 * @returns {string}
 */
function inWords(orders, period) {
  const statuses = [...new Set(orders.map(({ status }) => status))];
  const all = (/** @type {string} */ status) => orders.filter((order) => order.status === status);
  return statuses.map((status) => sentence(status, all(status), period)).join(" ");
}

/**
 * @param {string} status
 * @param {import("./order-book.js").OwnOrder[]} orders all of that status
 * @param {string} period
 * @returns {string}
 */
function sentence(status, orders, period) {
  const sums = orders.map(({ cents, symbol }) => `${usd(cents)} of ${symbol}`).join(", ");
  const reasons = [...new Set(orders.map(({ reason }) => reason))].join(" ");
  switch (status) {
    case "filled":
      return `Bought ${period} already: ${sums}.`;
    case "refused":
      return `Refused today: ${sums}. ${reasons} The next try is on the next trading day.`;
    case "sending":
      return `It is not known yet whether this order arrived: ${sums}. Nothing is sent again before that is clear.`;
    default:
      return ENDINGS[status]
        ? `Not repeated ${period}: ${sums}. The order ${ENDINGS[status]}.`
        : `Sent ${period} and not carried out yet: ${sums}.`;
  }
}

export default recurring;
