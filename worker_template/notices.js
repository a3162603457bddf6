// What the owner is told after a run. Whatever pauses the Worker was told when it did.

import { sumOf, wasPlaced } from "./result.js";

/** Each order, each trouble once a day, and when it is over. @param {Ledger} ledger @param {Result} result @param {string} day */
export function inform(ledger, { outcome, code, reason, orders }, day) {
	for (const order of orders.filter(wasPlaced)) ledger.tell("trade", `Order placed: ${order.side} ${sumOf(order)}.`);
	if (ledger.paused()) return;
	const before = ledger.recall("trouble");
	const news = `${outcome} ${code} ${day}`;
	if (outcome === "refused" || outcome === "failed" || code === "unarmed") {
		if (news === before) return;
		ledger.remember("trouble", news);
		ledger.tell(code === "unarmed" ? "other" : "refusal", reason);
	} else if (before !== null && outcome !== "closed") {
		ledger.remember("trouble", null);
		if (before.startsWith("failed")) ledger.tell("recovery", "Everything works again.");
	}
}
