// Watch only: reads the account and reports. It never wants an order.

import { usd } from "./money.js";

/** @type {PlanKind<null>} */
const watch = {
	read: () => null,
	symbols: () => [],
	slot: (_, time) => time.date.replaceAll("-", ""),

	decide: (_, { account, positions }) => {
		const held = positions.length === 1 ? "1 holding" : `${positions.length} holdings`;
		return { intents: [], reason: `Watching only. The account is worth ${usd(account.equity)}, with ${held}.` };
	},
};

export default watch;
