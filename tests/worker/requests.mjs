// Prints every kind of request the Worker makes to Alpaca, a line of JSON each; test_contract.py holds them against
// Alpaca's own document.

import { Deployment } from "./runs.mjs";

const symbols = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "III", "JJJ"];
const weights = Object.fromEntries(symbols.map((symbol) => [symbol, 10]));
const plan = { kind: "trend", weights, band: 5, months: 2 };
const ceilings = { per_order: "100.00", per_day: "900.00", budget: "600.00", symbols };
const deployment = new Deployment({ plan, ceilings });
const { exchange } = deployment;
for (const symbol of symbols) exchange.months[symbol] = [["2026-09", 4000], ["2026-10", 4000]];
const { fetch } = exchange;
exchange.fetch = (url, init) => {
  const { pathname: path, searchParams } = new URL(url);
  const { method, body } = init;
  const query = Object.fromEntries(searchParams);
  console.log(JSON.stringify({ method, path, query, body: body ? JSON.parse(body) : null }));
  return fetch(url, init);
};
exchange.faults.push({ at: "post", kind: "lost" });
await deployment.tick();
exchange.nextDay(1, 600);
exchange.move("AAA", 0.5);
exchange.move("BBB", 1.19);
for (let look = 0; look < 3; look += 1) {
  await deployment.tick();
  exchange.now += 900_000;
}
