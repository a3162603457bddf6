// Long stretches of time, on generated prices: every day the Worker's balance is the brokerage's to the cent, and what it
// keeps stays of a bounded size. Run by test_modules.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dice } from "./amounts.mjs";
import { Deployment } from "./runs.mjs";

const SYMBOLS = ["AAA", "BBB", "CCC"];
const WEIGHTS = { AAA: 50, BBB: 30, CCC: 20 };
const CEILINGS = { per_order: "200.00", per_day: "500.00", budget: "2000.00", symbols: SYMBOLS };
const PLANS = {
  recurring: { kind: "recurring", symbols: SYMBOLS, amount: "2.50", every: "day" },
  mix: { kind: "mix", weights: WEIGHTS, band: 3 },
  trend: { kind: "trend", weights: WEIGHTS, band: 3, months: 6 },
};
const YEAR = 252;

/** Compares the day's row with the brokerage's own account, where nothing but the Worker trades. */
function compare(deployment) {
  const { exchange } = deployment;
  const [row] = deployment.lastDays(1);
  const { date, value, profit, cash, equity, invested } = row;
  const cost = Object.values(exchange.own).reduce((sum, { cents }) => sum + cents, 0);
  const truth = {
    date: exchange.date, value: exchange.value(), cash: exchange.cash, equity: exchange.equity(),
    profit: exchange.equity() - exchange.started, invested: cost + Math.max(0, -exchange.gained),
  };
  assert.deepEqual({ date, value, cash, equity, profit, invested }, truth);
  return row;
}

function prepared(plan, seed) {
  const cash = 500_000;
  const deployment = new Deployment({ plan, ceilings: CEILINGS, cash, prices: [25_013, 7_377, 4_111] });
  const { exchange } = deployment;
  exchange.started = cash;
  const random = dice(seed);
  for (const symbol of SYMBOLS) {
    const months = ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];
    exchange.months[symbol] = months.map((month) => [month, Math.round(exchange.prices[symbol] * (0.85 + 0.2 * random()))]);
  }
  const walk = (size) => SYMBOLS.forEach((symbol) => exchange.move(symbol, 1 + size * (random() + random() - 0.99)));
  return { deployment, exchange, walk };
}

const bytes = ({ sql }) => {
  const [{ size }] = sql.exec("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size").toArray();
  return size;
};

for (const [kind, plan] of Object.entries(PLANS)) {
  test(`a year of daily runs: ${kind}`, async () => {
    const { deployment, exchange, walk } = prepared(plan, 11);
    const seen = new Set();
    let sold = 0;
    for (let day = 0; day < YEAR; day += 1) {
      const { outcome, orders } = await deployment.tick();
      seen.add(outcome);
      sold += orders.filter(({ side }) => side === "sell").length;
      await deployment.tick(true); // a second look: what the orders became
      compare(deployment);
      assert.deepEqual(exchange.wrong, []);
      exchange.fills = { kind: day % 5 === 3 ? "half" : "whole" };
      if (day % 7 === 0) deployment.restart();
      exchange.nextDay(1, 585 + (day % 20) * 15);
      walk(0.03);
      if (day === 100) exchange.split("BBB", 2, 1);
      if (day === 170) exchange.split("AAA", 1, 4);
    }
    assert.ok(seen.has("traded"));
    assert.equal(sold > 0, kind !== "recurring");
    assert.equal(deployment.lastDays(1000).length, YEAR);
    assert.ok(bytes(deployment) < 2_000_000, String(bytes(deployment)));
  });

  test(`a month of quarter hours: ${kind}`, async () => {
    const { deployment, exchange, walk } = prepared(plan, 5);
    for (let day = 0; day < 21; day += 1) {
      for (let minute = 570; minute < 960; minute += 15) {
        exchange.now += (minute - exchange.minute) * 60_000;
        const { requests, outcome } = await deployment.tick();
        if (outcome === "idle") assert.ok(requests <= 7, `${requests} requests to do nothing`);
        await deployment.tick(true);
        if (minute > 570 && minute < 945) compare(deployment);
        assert.deepEqual(exchange.wrong, []);
        if (minute % 45 === 0) exchange.goOn("all");
        exchange.fills = { kind: ["whole", "half", "hold"][(day + minute) % 3] };
        walk(0.004);
      }
      exchange.nextDay(1, 570);
    }
    assert.equal(deployment.lastDays(100).length, 21);
    assert.ok(bytes(deployment) < 2_000_000, String(bytes(deployment)));
  });
}

test("three years of quarter hours fill no table beyond its size", async () => {
  const { deployment, exchange } = prepared(PLANS.mix, 3);
  const { ledger, book } = deployment;
  const at = new Date(exchange.now).toISOString();
  for (let n = 0; n < 9000; n += 1) {
    const id = `soar1-ab12cd34-m${n}-AAA-b`;
    const order = { client_order_id: id, slot: String(n), day: at.slice(0, 10), symbol: "AAA", side: "buy", cents: 100 };
    book.intend({ ...order, at, reason: "" });
    book.update(id, { status: "filled", cost: 100, open: 0, filled_qty: "0.01", filled_price: "100" });
    ledger.addRun({ at });
    ledger.tell("trade", "Order placed.");
    if (n % 10 === 0) book.trim();
    book.days.record({ date: `day ${String(n).padStart(5, "0")}`, value: 0, invested: 0, profit: 0, cash: 0, equity: 0 });
  }
  book.trim();
  const count = (table) => deployment.sql.exec(`SELECT count(*) AS n FROM ${table}`).toArray()[0].n;
  assert.ok(count("orders") <= 4000 && count("runs") <= 2000 && count("events") <= 1000 && count("days") <= 2600);
  assert.equal(book.spentEver(), 900_000);
  assert.deepEqual(book.shares.holdings().map(({ nano, cents }) => [nano, cents]), [[9000e7, 900_000]]);
});
