// Watch only: reads the account and reports. It never wants an order.

import { dollars } from "./money.js";

/** @type {import("./plans.js").PlanKind<null>} */
const watch = {
  read: () => null,

  slot: (_, time) => time.date.replaceAll("-", ""),

  decide: (_, { account, positions }) => {
    const held = positions.length === 1 ? "1 position" : `${positions.length} positions`;
    const equity = account.equity === null ? "unknown" : `${dollars(account.equity)} USD`;
    return { intents: [], reason: `Watching only. Equity is ${equity}, with ${held}.` };
  },
};

export default watch;
