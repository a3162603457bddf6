// What a run of the Worker costs: CPU in V8, cold and warm, requests to Alpaca, bytes uploaded.
//   .venv/bin/node bench/worker_cpu.mjs          (with "sizes": only the bytes)
// The Worker's own modules run on answers that are ready at once, with SQLite in memory. Nothing waits, so the time a
// run takes is an upper bound of its CPU; the CPU counters of many machines are too coarse for it. Cold: the first run
// in a new process, the modules loaded and the platform's own classes used once, as Cloudflare has them ready. Warm:
// the median of many. Cold runs in which the system gave the processor to someone else are left out. Neighbours still
// cost cache and clock rate: on a busy machine the best of the cold ones is nearer to the truth than their median.
// "trading" places an order for each symbol, "idle" finds nothing left to do; "paused" and "closed" are the same for
// every plan. A mix at rest asks for prices, a trend once a day for months as well.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { memory } from "./memory.mjs";

const TEMPLATE = new URL("../worker_template/", import.meta.url);
const SYMBOLS = ["VTI", "VOO", "SPY", "QQQ", "BND", "VXUS", "IWM", "GLD", "AGG", "VEA"];
const KINDS = ["paused", "closed", "idle", "trading"];
const PLANS = ["watch", "recurring", "mix", "trend"];
const COLD_SAMPLES = 9;
const COLD_TRIES = 18;
const WARM_SAMPLES = 300;
const DAY = 86_400_000;
const START = Date.parse("2026-11-23T15:00:00Z");

/** Alpaca as far as a run needs it, with answers of the usual size. */
class CannedAlpaca {
  constructor(symbols) {
    this.now = START;
    this.open = true;
    this.requests = 0;
    this.spent = 0; // milliseconds that went into making the answers, which is not the Worker's work
    this.orders = [];
    this.positions = symbols.map((symbol) => ({
      asset_id: crypto.randomUUID(), symbol, exchange: "ARCA", asset_class: "us_equity", asset_marginable: true,
      qty: "3141.592653", avg_entry_price: "250.1234", side: "long", market_value: "812446.22", cost_basis: "785790.11",
      unrealized_pl: "26.65", unrealized_plpc: "0.0339", unrealized_intraday_pl: "1.2",
      unrealized_intraday_plpc: "0.001",
      current_price: "258.61", lastday_price: "258.2", change_today: "0.0015", qty_available: "3141.592653",
    }));
  }

  fetch = async (url, { method, body }) => {
    const started = performance.now();
    this.requests += 1;
    const text = JSON.stringify(this.#answer(method, new URL(url), body));
    this.spent += performance.now() - started;
    return { status: 200, headers: HEADERS, text: async () => text };
  };

  #answer(method, { pathname, searchParams }, body) {
    if (method === "POST") return this.#take(JSON.parse(body));
    if (pathname === "/v2/clock") return this.#clock();
    if (pathname === "/v2/account") return ACCOUNT;
    if (pathname === "/v2/positions") return this.positions;
    if (pathname === "/v2/stocks/snapshots") return this.#snapshots(searchParams.get("symbols").split(","));
    if (pathname === "/v2/stocks/bars") return this.#months(searchParams);
    if (searchParams.get("status") === "open") return [];
    const after = Date.parse(searchParams.get("after"));
    return this.orders.filter((order) => Date.parse(order.submitted_at) > after);
  }

  #snapshots(symbols) {
    const t = new Date(this.now - 2000).toISOString();
    const bar = { t, o: 257.1, h: 259.2, l: 256.4, c: 258.2, v: 123456, n: 2345, vw: 257.987 };
    const quote = { t, ax: "V", ap: 258.62, as: 2, bx: "V", bp: 258.6, bs: 3, c: ["R"], z: "B" };
    const trade = { t, x: "V", p: 258.61, s: 100, c: ["@"], i: 52983525029461, z: "B" };
    const one = { latestTrade: trade, latestQuote: quote, minuteBar: bar, dailyBar: bar, prevDailyBar: bar };
    return Object.fromEntries(symbols.map((symbol) => [symbol, one]));
  }

  #months(query) {
    const months = Array.from({ length: 10 }, (_, i) => ({
      t: `2026-${String(i + 1).padStart(2, "0")}-01T05:00:00Z`, o: 240.1, h: 259.2, l: 236.4, c: 240.2, v: 123456, n: 2345, vw: 247.987,
    }));
    return { bars: Object.fromEntries(query.get("symbols").split(",").map((symbol) => [symbol, months])), next_page_token: null };
  }

  #clock() {
    return {
      timestamp: new Date(this.now).toISOString(),
      is_open: this.open,
      next_open: new Date(this.now + 23.5 * 3_600_000).toISOString(),
      next_close: new Date(this.now + 6 * 3_600_000).toISOString(),
    };
  }

  #take(order) {
    const moment = new Date(this.now).toISOString();
    const filled = {
      ...ORDER, ...order, id: crypto.randomUUID(), created_at: moment, submitted_at: moment, filled_at: moment,
      status: "filled", filled_qty: "0.038668264", filled_avg_price: "258.61",
    };
    this.orders = [...this.orders.slice(-9), filled];
    return filled;
  }
}

const HEADERS = new Headers({ "X-Request-ID": "0123456789abcdef0123456789abcdef" });
const ACCOUNT = {
  id: "904837e3-3b76-47ec-b432-046db621571b", account_number: "PA3ABCDEF123", status: "ACTIVE", crypto_status: "ACTIVE",
  currency: "USD", buying_power: "200000", regt_buying_power: "200000", non_marginable_buying_power: "99999.5",
  cash: "99999.5", equity: "100812.44", last_equity: "100700.1", portfolio_value: "100812.44", multiplier: "2",
  initial_margin: "406.22", maintenance_margin: "243.73", last_maintenance_margin: "0", long_market_value: "812.44",
  short_market_value: "0", sma: "0", accrued_fees: "0", intraday_adjustments: "0", created_at: "2026-01-02T00:00:00Z",
  trading_blocked: false, transfers_blocked: false, account_blocked: false, trade_suspended_by_user: false,
  shorting_enabled: true, balance_asof: "2026-11-20", options_approved_level: 3, options_trading_level: 3,
};
const ORDER = {
  updated_at: null, expired_at: null, canceled_at: null, failed_at: null, replaced_at: null, replaced_by: null,
  replaces: null, asset_id: "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", asset_class: "us_equity", qty: null,
  order_class: "", order_type: "market", limit_price: null, stop_price: null, extended_hours: false, legs: null,
  trail_percent: null, trail_price: null, hwm: null, subtag: null, source: null,
};

async function rig(plan, count) {
  const [{ tick }, { Alpaca }, { Ledger }, { OrderBook }, { readSettings }, { inform }] = await Promise.all(
    ["tick", "alpaca", "ledger", "order-book", "settings", "result"].map((name) => import(new URL(`${name}.js`, TEMPLATE))),
  );
  const symbols = SYMBOLS.slice(0, count);
  const broker = new CannedAlpaca(symbols);
  const env = {
    APCA_API_KEY_ID: "PKXXXXXXXXXXXXXXXXXX", APCA_API_SECRET_KEY: "x".repeat(40), MODE: "paper", DEPLOYMENT: "ab12cd34",
    ACCOUNT_ID: ACCOUNT.id, ALPACA_URL: "https://paper-api.alpaca.markets", ALPACA_DATA_URL: "https://data.alpaca.markets",
    PLAN: planOf(plan, symbols),
    CEILINGS: { per_order: "10.00", per_day: "100.00", budget: plan === "recurring" ? "99999999.00" : String(10 * count), symbols },
  };
  const sql = memory();
  const [ledger, book] = [new Ledger(sql), new OrderBook(sql)];
  const run = async () => {
    const settings = readSettings(env);
    const { alpacaUrl: url, dataUrl } = settings;
    const alpaca = new Alpaca({ url, dataUrl, keyId: env.APCA_API_KEY_ID, secret: env.APCA_API_SECRET_KEY, fetcher: broker.fetch });
    const result = await tick({ settings, alpaca, ledger, book, now: () => broker.now, mark: "", dry: false });
    ledger.addRun({ ...result, request_ids: alpaca.requestIds });
    book.trim();
    inform(ledger, result, new Date(broker.now).toISOString().slice(0, 10));
    return result;
  };
  const seed = () => {
    for (const symbol of symbols) {
      const id = `soar1-ab12cd34-20261123-${symbol}-b`;
      const at = new Date(START).toISOString();
      const asked = { client_order_id: id, slot: "20261123", day: "2026-11-23", at, symbol, side: "buy", cents: 1000 };
      book.intend({ ...asked, reason: "" });
      book.update(id, { status: "filled", cost: 1000, open: 0, filled_qty: "0.038668264", filled_price: "258.61" });
    }
  };
  // For a mix every day of trading is the first: it forgets the day's orders and what it owns.
  const forget = () => {
    if (plan === "recurring") return;
    for (const table of ["own", "orders"]) sql.exec(`DELETE FROM ${table}`);
    ledger.remember("agenda", null);
  };
  const pause = () => ledger.pause("user", "You asked for it.", "pause");
  return { broker, run, seed, forget, pause };
}

function planOf(kind, symbols) {
  const weights = Object.fromEntries(symbols.map((symbol) => [symbol, Math.floor(100 / symbols.length)]));
  return {
    watch: { kind },
    recurring: { kind, symbols, amount: "10.00", every: "day" },
    mix: { kind, weights, band: 5 },
    trend: { kind, weights, band: 5, months: 10 },
  }[kind];
}

/** A module and what it imports; what is imported on demand is not in it. */
function loadedBy(name, seen = []) {
  if (seen.includes(name)) return seen;
  seen.push(name);
  for (const [, next] of readFileSync(new URL(name, TEMPLATE), "utf8").matchAll(/^import .*"\.\/(.+)"$/gm)) loadedBy(next, seen);
  return seen;
}

function sizes() {
  const uploaded = readdirSync(TEMPLATE).filter((name) => /\.(js|html)$/.test(name));
  const bytes = (names) => names.reduce((sum, name) => sum + readFileSync(new URL(name, TEMPLATE)).length, 0);
  const forTicks = loadedBy("worker.js");
  console.log(`loaded by a tick: ${forTicks.length} modules, ${bytes(forTicks)} bytes`);
  for (const [what, pattern] of [["the form's modules", /^form.*\.js$/], ["the form's page", /^form\.html$/]]) {
    console.log(`${what}: ${bytes(uploaded.filter((name) => pattern.test(name)))} bytes`);
  }
  console.log(`uploaded: ${uploaded.length} modules, ${bytes(uploaded)} bytes`);
}

const EXPECTED = { paused: "paused", closed: "closed", idle: "idle", trading: "traded" };

/**
 * Node loads these only when they are first used, and has its timers in JavaScript; in Cloudflare's runtime they are
 * native and part of the process.
 */
function warmPlatform() {
  const never = new AbortController().signal;
  AbortSignal.timeout = () => never;
  HEADERS.get("X-Request-ID");
  new Date().toISOString();
  new URL("https://paper-api.alpaca.markets/?a=b").searchParams.get("a");
  const sql = memory();
  sql.exec("CREATE TABLE some (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX by_text ON some (text)");
  sql.exec("INSERT INTO some (text) VALUES (?) ON CONFLICT (id) DO UPDATE SET text = excluded.text RETURNING id", "a");
  sql.exec("UPDATE some SET text = coalesce(?, text) WHERE id = ?", "b", 1);
  sql.exec("SELECT *, (SELECT count(*) FROM some) AS n FROM some WHERE text = ? ORDER BY id LIMIT 1", "b").toArray();
  sql.exec("DELETE FROM some WHERE id <= ?", 1);
}

/** Milliseconds and requests of one run of that kind, and whether it had the processor to itself. */
async function measured({ broker, run, forget, pause }, kind) {
  broker.open = kind !== "closed";
  if (kind === "paused") pause();
  if (kind === "trading") {
    broker.now += DAY;
    forget();
  }
  broker.requests = broker.spent = 0;
  const switches = process.resourceUsage().involuntaryContextSwitches;
  const before = performance.now();
  const { outcome, reason } = await run();
  const ms = performance.now() - before - broker.spent;
  const quiet = process.resourceUsage().involuntaryContextSwitches === switches;
  if (outcome !== EXPECTED[kind]) throw new Error(`${kind} ended as ${outcome}: ${reason}`);
  return { ms, quiet, requests: broker.requests };
}

/** The first run in this process. For "idle" the day's orders are already in the book. */
async function cold(kind, plan, count) {
  warmPlatform();
  const made = await rig(plan, count);
  if (kind === "idle") made.seed();
  return measured(made, kind);
}

/** Every kind in turn, many times; the median CPU of each. */
async function warm(kind, plan, count) {
  warmPlatform();
  const made = await rig(plan, count);
  const samples = [];
  for (let sample = 0; sample < WARM_SAMPLES; sample += 1) {
    if (kind === "idle" && plan !== "watch" && sample % 20 === 0) {
      await measured(made, "trading");
      await made.run(); // looks up what became of the orders, once
    }
    samples.push((await measured(made, kind)).ms);
  }
  return median(samples);
}

/** Enough samples that had the processor to themselves; whatever there is if they do not come in so many tries. */
function undisturbed(sample) {
  const [quiet, all] = [[], []];
  while (quiet.length < COLD_SAMPLES && all.length < COLD_TRIES) {
    all.push(sample());
    if (all.at(-1).quiet) quiet.push(all.at(-1));
  }
  return quiet.length > 0 ? quiet : all;
}

/** What is the same for every plan is measured with one; watching never trades. */
const measuredOnce = ([plan, kind]) => (plan === "recurring" || kind === "idle" || kind === "trading") && !(plan === "watch" && kind === "trading");
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [mode, kind, plan, count] = process.argv.slice(2);

if (mode === "sizes") {
  sizes();
} else if (mode === "cold") {
  console.log(JSON.stringify(await cold(kind, plan, Number(count))));
} else if (mode === "warm") {
  console.log(JSON.stringify(await warm(kind, plan, Number(count))));
} else {
  const quiet = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
  const here = fileURLToPath(import.meta.url);
  const child = (...args) => JSON.parse(execFileSync(process.execPath, [here, ...args], quiet));
  console.log("plan       run      symbols  requests  cold ms, median (best)  warm ms");
  for (const [plan, kind] of PLANS.flatMap((each) => KINDS.map((state) => [each, state])).filter(measuredOnce)) {
    for (const count of [1, 5, 10]) {
      const colds = undisturbed(() => child("cold", kind, plan, String(count)));
      const [typical, best] = [median(colds.map(({ ms }) => ms)), Math.min(...colds.map(({ ms }) => ms))];
      const line = [plan.padEnd(10), kind.padEnd(8), String(count).padStart(7), String(colds[0].requests).padStart(9)];
      const cold = `${typical.toFixed(2)} (${best.toFixed(2)})`.padStart(23);
      console.log([...line, cold, child("warm", kind, plan, String(count)).toFixed(2).padStart(8)].join(" "));
    }
  }
  sizes();
}
