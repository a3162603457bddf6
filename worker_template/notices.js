// What the owner is told after a run. Whatever pauses the Worker was told when it did.

import { sumOf, wasPlaced } from "./result.js";

/**
 * Tells of each order, of each trouble once a day, and when it is over.
 * @param {import("./ledger.js").Ledger} ledger
 * @param {Result} result
 * @param {string} at
 */
export function inform(ledger, { outcome, code, reason, orders }, at) {
  for (const order of orders.filter(wasPlaced)) {
    ledger.tell("trade", `Order placed: ${order.side} ${sumOf(order)}.`, at);
  }
  if (ledger.paused()) return;
  const before = ledger.recall("trouble");
  if (outcome === "refused" || outcome === "failed") {
    const trouble = `${outcome} ${code} ${at.slice(0, 10)}`;
    if (trouble === before) return;
    ledger.remember("trouble", trouble);
    ledger.tell(outcome, reason, at);
  } else if (before !== null && outcome !== "closed") {
    ledger.remember("trouble", null);
    if (before.startsWith("failed")) ledger.tell("recovered", "Everything works again.", at);
  }
}
