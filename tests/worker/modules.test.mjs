// The pure modules, by themselves. Run by test_modules.py.

import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(`../../worker_template/${name}.js`);
const { toCents, amount, costCents, dollars, quantity, share, toNano, usd, worth } = await load("money");
const { exchangeTime, inWords, isoWeek } = await load("exchange-time");
const { Alpaca } = await load("alpaca");
const { applyCeilings } = await load("ceilings");
const { readAccount } = await load("account");
const { judge } = await load("refusals");
const { readPlan } = await load("plans");
const { BadSettings } = await load("checks");
const { objectionTo, readSettings } = await load("settings");

test("amounts are exact and rounding goes the careful way", () => {
  assert.equal(toCents("1000.105", "down"), 100010);
  assert.equal(toCents("1000.105", "up"), 100011);
  assert.equal(toCents("-0.001", "down"), -1);
  assert.equal(toCents("-0.001", "up"), 0);
  assert.equal(toCents(9.99, "down"), 999);
  for (const odd of ["", "1e3", "NaN", "1,000", " 1", "0x10", null, undefined, {}, Number.NaN, "9".repeat(13)]) {
    assert.equal(toCents(odd, "down"), null, String(odd));
  }
  assert.equal(amount("10"), 1000);
  for (const odd of ["10.001", "-1", "1.", 10, "", "Infinity"]) assert.equal(amount(odd), null, String(odd));
  assert.equal(costCents("0.0346", "289.0173"), 1000);
  assert.equal(costCents("0.0346001", "289.0173"), 1001);
  assert.equal(costCents("3", "0.10"), 30);
  assert.equal(costCents("1", null), null);
  assert.equal(worth(["0.0346", "289.0173"], ["3", "0.10"]), 1030);
  assert.equal(worth(["1", "0.005"]), 1);
  assert.equal(worth(), 0);
  for (const odd of [null, "", "-1"]) assert.equal(worth(["1", "1"], ["1", odd]), null);
  assert.equal(toNano("0.0346000019"), 34600001);
  for (const odd of [null, "", "-1", "9007200"]) assert.equal(toNano(odd), null);
  for (const [nano, text] of [[34600001, "0.034600001"], [1e10, "10"], [0, "0"], [1, "0.000000001"], [12e8, "1.2"]]) {
    assert.equal(quantity(nano), text);
    assert.equal(toNano(text), nano);
  }
  assert.equal(share(2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1), 2 ** 53 - 1);
  assert.equal(dollars(5), "0.05");
  assert.equal(dollars(-1234), "-12.34");
  const read = { 5: "$0.05", 99999: "$999.99", 100000: "$1,000.00", 123456789: "$1,234,567.89", [-100050]: "-$1,000.50" };
  for (const [cents, words] of Object.entries(read)) assert.equal(usd(Number(cents)), words);
  for (const odd of [null, undefined, Number.NaN]) assert.equal(usd(odd), "an unknown amount");
});

test("New York's time agrees with the time zone database", () => {
  const options = { timeZone: "America/New_York", hourCycle: "h23", dateStyle: "short", timeStyle: "short" };
  const format = new Intl.DateTimeFormat("en-CA", options);
  for (let ms = Date.UTC(2024, 0, 1); ms < Date.UTC(2031, 0, 1); ms += 41 * 60_000 * 7) {
    const { date, dayStart } = exchangeTime(ms);
    assert.equal(format.format(ms).slice(0, 10), date);
    assert.equal(format.format(dayStart), `${date}, 00:00`);
  }
  for (let hour = 0; hour < 8; hour += 0.5) {
    for (const edge of ["2026-03-08", "2026-11-01", "2026-03-09", "2026-11-02"]) {
      const { date, dayStart } = exchangeTime(Date.parse(`${edge}T00:00:00Z`) + hour * 3_600_000);
      assert.equal(format.format(dayStart), `${date}, 00:00`);
    }
  }
});

test("a moment is named as one would name it now", () => {
  const now = Date.parse("2026-11-20T23:30:00-05:00"); // a Friday, already Saturday in UTC
  const named = {
    "2026-11-20T09:30:00-05:00": "today at 9:30",
    "2026-11-21T00:05:00-05:00": "tomorrow at 0:05",
    "2026-11-19T16:00:00-05:00": "yesterday at 16:00",
    "2026-11-23T09:30:00-05:00": "on Monday at 9:30",
    "2026-11-26T09:30:00-05:00": "on Thursday at 9:30",
    "2026-11-14T09:30:00-05:00": "on Saturday at 9:30",
    "2026-11-27T09:30:00-05:00": "on November 27 at 9:30",
    "2026-10-31T23:59:59-04:00": "on October 31 at 23:59",
  };
  for (const [moment, words] of Object.entries(named)) {
    assert.equal(inWords(Date.parse(moment), now), `${words} in New York`);
  }
  const beforeChange = Date.parse("2026-03-07T12:00:00-05:00");
  assert.equal(inWords(Date.parse("2026-03-08T09:30:00-04:00"), beforeChange), "tomorrow at 9:30 in New York");
  assert.equal(inWords(Date.parse("2026-03-09T09:30:00-04:00"), beforeChange), "on Monday at 9:30 in New York");
});

test("weeks are numbered as ISO 8601 does", () => {
  const weeks = { "2026-11-23": "2026w48", "2026-12-31": "2026w53", "2027-01-03": "2026w53", "2027-01-04": "2027w01" };
  for (const [date, week] of Object.entries(weeks)) assert.equal(isoWeek(date), week);
  assert.equal(isoWeek("2024-12-30"), "2025w01");
});

test("a client that gets no answer in time gives up, and keeps the keys to itself", async () => {
  const hang = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const keys = { url: "http://alpaca", keyId: "PKKEYKEYKEYKEYKEY", secret: "secret\nsecret" };
  const slow = new Alpaca({ ...keys, fetcher: hang, timeout: 20 });
  const waiting = setTimeout(() => {}, 1000); // a timeout signal alone does not keep Node running
  assert.deepEqual(await slow.clock(), { kind: "unreachable", why: "late", status: null });
  clearTimeout(waiting);
  assert.deepEqual(await new Alpaca(keys).account(), { kind: "unreachable", why: "connection", status: null });
  const telling = async () => Response.json({ code: 1, message: `no ${keys.keyId} ${keys.secret}` }, { status: 422 });
  const refused = await new Alpaca({ ...keys, fetcher: telling }).account();
  assert.equal(refused.message, "no … …");
  assert.ok(!JSON.stringify(refused.message).includes("KEYKEY"));
});

test("a client stops before Cloudflare's limit on requests, and never follows a redirect", async () => {
  const seen = [];
  const fetcher = async (_, init) => (seen.push(init.redirect), new Response("", { status: 302 }));
  const alpaca = new Alpaca({ url: "http://alpaca", keyId: "k", secret: "s", fetcher });
  for (let call = 0; call < 45; call += 1) assert.equal((await alpaca.clock()).kind, "unreachable");
  assert.equal(seen.length, 40);
  assert.deepEqual(new Set(seen), new Set(["manual"]));
});

test("limits fail closed on anything that is not a number", () => {
  const intent = { symbol: "VTI", side: "buy", cents: 1000, reason: "" };
  const ceilings = {
    perOrder: 1000, perDay: 3000, budget: 3000, perSymbol: Infinity, cashKept: 0, dailyLoss: Infinity, symbols: ["VTI"],
  };
  const spent = { today: 0, budget: 0, bySymbol: { VTI: 0 }, spendable: 100_000, sellable: { VTI: 500 } };
  const code = (i, c, s) =>
    applyCeilings([{ ...intent, ...i }], { ...ceilings, ...c }, { ...spent, ...s }).held[0]?.code;
  assert.equal(code(), undefined);
  for (const odd of [Number.NaN, undefined, null, -1, 0.5, Infinity]) {
    assert.equal(code({}, { perOrder: odd }), "per_order");
    assert.equal(code({}, { perDay: odd }), "per_day");
    assert.equal(code({}, { budget: odd }), "budget");
    assert.equal(code({}, {}, { spendable: odd }), "cash");
    assert.equal(code({ cents: odd }), "amount");
  }
  for (const odd of [Number.NaN, null]) assert.equal(code({}, {}, { today: odd }), "per_day");
  assert.equal(code({}, { perSymbol: 999 }), "per_symbol");
  assert.equal(code({}, { cashKept: 99_001 }), "cash");
  assert.equal(code({}, { cashKept: Number.NaN }), "cash");
  const sale = { side: "sell", nano: 500 };
  assert.equal(code(sale, { perOrder: 0, perDay: 0, budget: 0, cashKept: Infinity }, { spendable: null }), undefined);
  assert.equal(code({ ...sale, symbol: "SPY" }), "symbol");
  for (const odd of [501, 0, -1, 0.5, Number.NaN, undefined]) assert.equal(code({ ...sale, nano: odd }), "shares");
  assert.equal(code(sale, {}, { sellable: {} }), "shares");
  assert.equal(code({ ...sale, side: "short" }), "shares");
  const many = applyCeilings(Array(5).fill(intent), ceilings, spent);
  assert.deepEqual([many.allowed.length, many.held.length], [3, 2]);
});

test("an account is read with care", () => {
  const account = (fields) => readAccount({ id: "x", status: "ACTIVE", ...fields });
  assert.equal(account({ cash: "50", non_marginable_buying_power: "20.55" }).spendable, 2055);
  assert.equal(account({ cash: "50", non_marginable_buying_power: "?" }).spendable, null);
  assert.equal(account({ trading_blocked: "no idea" }).obstacle, "Alpaca has blocked trading in this account.");
});

test("a taken id is a reason to look, with either status", () => {
  for (const status of [422, 409]) {
    const message = "client_order_id must be unique";
    assert.equal(judge({ kind: "refused", status, code: 40010001, message, fields: {} }).act, "adopt");
  }
  assert.equal(judge({ kind: "refused", status: 418, code: null, message: "teapot", fields: {} }).act, "stop");
});

test("a refused weekly order is tried again on the next trading day, a cancelled one is not", () => {
  const plan = readPlan({ kind: "recurring", symbols: ["VTI"], amount: "10", every: "week" });
  const order = { symbol: "VTI", day: "2026-11-23", cents: 1000, status: "refused", reason: "No." };
  const decide = (date, status) => plan.decide({ time: { date }, slotOrders: [{ ...order, status }] });
  assert.equal(decide("2026-11-23", "refused").intents.length, 0);
  assert.equal(decide("2026-11-24", "refused").intents.length, 1);
  assert.equal(decide("2026-11-23", "absent").intents.length, 1);
  for (const status of ["canceled", "filled", "sending", "lost", "accepted", "something_new"]) {
    const { intents, reason } = decide("2026-11-24", status);
    assert.equal(intents.length, 0);
    assert.match(reason, /\$10\.00 of VTI/);
  }
});

test("settings that are not exactly right are refused by name, without their value", () => {
  const ceilings = { per_order: "10.00", per_day: "10.00", budget: "520.00", symbols: ["VTI"] };
  const plan = { kind: "recurring", symbols: ["VTI"], amount: "10.00", every: "day" };
  const env = {
    APCA_API_KEY_ID: "PK1", APCA_API_SECRET_KEY: "s", MODE: "paper", ACCOUNT_ID: "a", DEPLOYMENT: "ab12cd34",
    ALPACA_URL: "https://paper-api.alpaca.markets", ALPACA_DATA_URL: "https://data.alpaca.markets", PLAN: plan,
    CEILINGS: ceilings,
  };
  assert.equal(readSettings(env).ceilings.budget, 52000);
  const damage = [
    ...["NaN", "-1", 520, undefined, null, "1.001"].map((odd) => ({ CEILINGS: { ...ceilings, budget: odd } })),
    { CEILINGS: undefined }, { CEILINGS: [] }, { CEILINGS: "{}" }, { CEILINGS: { ...ceilings, per_order: "" } },
    { CEILINGS: { ...ceilings, daily_loss: "" } }, { CEILINGS: { ...ceilings, symbols: "VTI" } },
    { CEILINGS: { ...ceilings, symbols: ["VTI", "VTI"] } }, { CEILINGS: { ...ceilings, symbols: ["vti"] } },
    { PLAN: undefined }, { PLAN: { kind: "constructor" } }, { PLAN: { ...plan, every: "hour" } },
    { PLAN: { ...plan, amount: "0.99" } }, { PLAN: { ...plan, symbols: [] } }, { PLAN: { ...plan, symbols: [1] } },
    { DEPLOYMENT: "AB12CD34" }, { DEPLOYMENT: undefined }, { MODE: "demo" }, { ALPACA_URL: "" }, { ALPACA_DATA_URL: "" }, { ACCOUNT_ID: undefined },
    { ALPACA_URL: "https://api.alpaca.markets/" },
  ];
  for (const odd of damage) assert.throws(() => readSettings({ ...env, ...odd }), BadSettings, JSON.stringify(odd));

  const limits = (chosen) => readSettings(env, { limits: chosen }).ceilings;
  assert.equal(limits({ budget: "100.00" }).budget, 10000);
  for (const looser of [{ budget: "520.01" }, { per_order: "20.00" }]) assert.throws(() => limits(looser), BadSettings);
  assert.deepEqual(limits({ cash_kept: "5", daily_loss: "7" }), { ...readSettings(env).ceilings, cashKept: 500, dailyLoss: 700 });
  assert.equal(readSettings(env, { plan: { kind: "watch" } }).plan.symbols.length, 0);
  const error = (chosen) => objectionTo(env, chosen)?.error;
  assert.equal(error({}), undefined);
  assert.equal(error({ plan: { ...plan, amount: "5" }, limits: { per_day: "10.00", per_symbol: "7", cash_kept: "1" } }), undefined);
  assert.equal(error({ plan: { ...plan, symbols: ["SPY"] } }), "beyond_ceiling");
  for (const odd of [{ kind: "x" }, "x", null, { ...plan, amount: "0.5" }]) assert.equal(error({ plan: odd }), "bad_plan");
  for (const name of ["per_order", "per_day", "budget"]) assert.equal(error({ limits: { [name]: "520.01" } }), "beyond_ceiling");
  for (const odd of [[], "x", { budget: 5 }, { daily_loss: "-1" }]) assert.equal(error({ limits: odd }), "bad_limits");
});
