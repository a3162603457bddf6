// Recurring buy: the same amount of each symbol, once a day or once a week, at the first open run of that day or week.

import { isoWeek } from "./exchange-time.js";
import { dollars } from "./money.js";
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
    if (cents < SMALLEST) throw new BadSettings("PLAN.amount is below Alpaca's minimum of 1.00 USD.");
    if (raw.every !== "day" && raw.every !== "week") throw new BadSettings("PLAN.every is neither day nor week.");
    return { symbols: list, cents, every: raw.every };
  },

  slot: (plan, time) => (plan.every === "day" ? time.date.replaceAll("-", "") : isoWeek(time.date)),

  decide(plan, { time, slotOrders }) {
    const period = plan.every === "day" ? "today" : "this week";
    const intents = [];
    const settled = [];
    for (const symbol of plan.symbols) {
      const order = slotOrders.find((each) => each.symbol === symbol);
      if (!order || maySendAgain(order, time.date)) {
        const reason = `Buys ${dollars(plan.cents)} USD of ${symbol}, due ${period}.`;
        intents.push({ symbol, side: /** @type {const} */ ("buy"), cents: plan.cents, reason });
      } else {
        settled.push(inWords(order, period));
      }
    }
    const reason = intents.length > 0 ? `Due ${period}: ${list(intents)}.` : settled.join(" ");
    return { intents, reason };
  },
};

/**
 * An order that never reached Alpaca may be sent again at once, one that was refused on the next trading day.
 * @param {import("./order-book.js").OwnOrder} order
 * @param {string} today
 * @returns {boolean}
 */
function maySendAgain(order, today) {
  return order.status === "absent" || (order.status === "refused" && order.day < today);
}

/**
 * @param {import("./order-book.js").OwnOrder} order
 * @param {string} period
 * @returns {string}
 */
function inWords(order, period) {
  const what = `${dollars(order.cents)} USD of ${order.symbol}`;
  switch (order.status) {
    case "filled":
      return `Nothing to do: ${what} were bought ${period} already.`;
    case "refused":
      return `The order for ${what} was refused today; the next try is on the next trading day. ${order.reason}`;
    case "sending":
      return `It is not known yet whether the order for ${what} arrived; nothing is sent again before that is clear.`;
    case "canceled":
    case "expired":
    case "rejected":
    case "lost":
      return `The order for ${what} was sent ${period} and ended as "${order.status}"; it is not repeated ${period}.`;
    default:
      return `Nothing to do: the order for ${what} was sent ${period} and is "${order.status}".`;
  }
}

/**
 * @param {import("./plans.js").Intent[]} intents
 * @returns {string}
 */
function list(intents) {
  return intents.map((each) => `${dollars(each.cents)} USD of ${each.symbol}`).join(", ");
}

export default recurring;
