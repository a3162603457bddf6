// The Worker's modules on a brokerage in memory, with Node's SQLite for the Durable Object's. Reads one scenario a line
// from standard input and writes what was wrong with it, a list of sentences; test_markets.py draws the scenarios.

import { createInterface } from "node:readline";
import { dice } from "./amounts.mjs";
import { Exchange } from "./exchange.mjs";
import { memory } from "../../bench/memory.mjs";
import { Alpaca } from "../../worker_template/alpaca.js";
import { close } from "../../worker_template/close.js";
import { Halt } from "../../worker_template/halt.js";
import { Ledger } from "../../worker_template/ledger.js";
import { inform } from "../../worker_template/result.js";
import { OrderBook } from "../../worker_template/order-book.js";
import { No } from "../../worker_template/reply.js";
import { readSettings } from "../../worker_template/settings.js";
import { tick } from "../../worker_template/tick.js";

AbortSignal.timeout = () => new AbortController().signal; // nothing here takes time

// Cloudflare's runtime has it; this Node not yet.
Uint8Array.prototype.toHex ??= function toHex() {
  return Buffer.from(this).toString("hex");
};

/** A deployment on such a brokerage. */
export class Deployment {
  constructor({ plan, ceilings, cash = 100_000, start = Date.parse("2026-11-09T15:00:00Z"), prices }) {
    this.env = {
      APCA_API_KEY_ID: "PKXXXXXXXXXXXXXXXXXX", APCA_API_SECRET_KEY: "x".repeat(40), MODE: "paper", ACCOUNT_ID: "acct",
      DEPLOYMENT: "ab12cd34", ALPACA_URL: "https://paper-api.alpaca.markets", ALPACA_DATA_URL: "https://data.alpaca.markets",
      PLAN: plan, CEILINGS: ceilings,
    };
    const { ceilings: limits } = readSettings(this.env);
    this.exchange = new Exchange({ cash, symbols: limits.symbols, ceilings: limits, prefix: "soar1-ab12cd34-", start, prices, plan });
    this.sql = memory();
    this.mark = "first";
    this.restart();
  }

  restart() {
    this.ledger = new Ledger(this.sql);
    this.book = new OrderBook(this.sql);
    const { days } = this.book;
    const record = days.record.bind(days);
    days.record = (day) => {
      this.recorded = day;
      record(day);
    };
  }

  async tick(dry = false) {
    const { exchange, ledger, book, mark } = this;
    const before = exchange.requests;
    Date.now = () => exchange.now;
    ledger.newKeys(mark);
    if (ledger.paused()) exchange.frozen ??= "it was paused";
    const settings = readSettings(this.env);
    const { alpacaUrl: url, dataUrl } = settings;
    const alpaca = new Alpaca({ url, dataUrl, keyId: this.env.APCA_API_KEY_ID, secret: this.env.APCA_API_SECRET_KEY, fetcher: exchange.fetch });
    const result = await tick({ settings, alpaca, ledger, book, now: () => exchange.now, mark, dry });
    ledger.addRun({ ...result, request_ids: alpaca.requestIds });
    book.trim();
    inform(ledger, result, exchange.date);
    result.requests = exchange.requests - before;
    return result;
  }

  /** Sells everything, as the owner's command does. */
  async close(dry) {
    const { env: bindings, exchange, ledger, book } = this;
    Date.now = () => exchange.now;
    const [before, later] = [globalThis.fetch, globalThis.setTimeout];
    Object.assign(globalThis, { fetch: exchange.fetch, setTimeout: (then) => queueMicrotask(then) });
    const { frozen } = exchange; // only a run's rejections stop it for good
    exchange.closing = true;
    try {
      return await close({ bindings, ledger, book }, dry);
    } catch (error) {
      if (error instanceof Halt || error instanceof No) return null;
      throw error;
    } finally {
      Object.assign(exchange, { closing: false, frozen });
      Object.assign(globalThis, { fetch: before, setTimeout: later });
      if (ledger.paused()) exchange.frozen ??= "it was paused";
    }
  }

  /** The balance of so many days, the last one first. */
  lastDays(count) {
    return this.sql.exec("SELECT * FROM days ORDER BY date DESC LIMIT ?", count).toArray();
  }

  resume() {
    this.ledger.resume();
    this.exchange.frozen = null;
  }
}

/** What one scenario's steps do to a deployment. */
class Play {
  constructor(scenario) {
    this.deployment = new Deployment(scenario);
    this.exchange = this.deployment.exchange;
    this.symbols = scenario.ceilings.symbols;
    this.since = {}; // since the last look: whether a share was split, the owner traded it, how its price moved
    this.profits = []; // at the last look of each day
    const random = dice(scenario.seed ?? 1);
    for (const symbol of this.symbols) {
      this.exchange.months[symbol] = Array.from({ length: 14 }, (_, i) => {
        const month = new Date(Date.UTC(2025, 9 + i - 1, 1)).toISOString().slice(0, 7);
        return [month, Math.round(this.exchange.prices[symbol] * (0.8 + 0.4 * random()))];
      });
    }
  }

  note(number, change) {
    const symbol = this.symbol(number);
    const before = (this.since[symbol] ??= { moved: 1 });
    this.since[symbol] = { ...before, ...change, moved: before.moved * (change.moved ?? 1) };
    const { moved, split, traded } = this.since[symbol];
    const { vague, inexact, positions, own } = this.exchange;
    // Nobody can tell apart two splits, or one and a fall and a trade of the owner's, between two looks.
    if (split > 1 || (split && traded && moved < 0.92)) vague.add(symbol);
    if (!own[symbol]?.nano) return;
    if (split && (traded || moved < 0.8 || moved > 1.25 || positions[symbol]?.nano < 10n ** 7n)) inexact.add(symbol);
    if (traded && moved > 1.38) inexact.add(symbol); // it may have been a split, so the Worker counts too few
  }

  symbol(number) {
    return this.symbols[number % this.symbols.length];
  }

  async tick() {
    const { exchange } = this;
    if (exchange.minute + 15 < 945) exchange.now += 15 * 60_000;
    else exchange.nextDay(1, 585);
    await this.again();
  }

  async again(dry = false) {
    const { exchange, deployment } = this;
    const posts = exchange.orders.length;
    exchange.disturbed = false;
    deployment.recorded = null;
    const result = await deployment.tick(dry);
    if (deployment.recorded) {
      this.since = {};
      this.judgeLoss(posts);
    }
    if (dry && exchange.orders.length > posts) exchange.wrong.push("a dry run placed an order");
    if (result.requests > (exchange.disturbed ? 40 : 18)) exchange.wrong.push(`${result.requests} requests: ${result.reason}`);
    for (const { nano } of deployment.book.shares.holdings()) {
      if (!Number.isSafeInteger(nano) || nano < 0) exchange.wrong.push(`a ledger of ${nano}`);
    }
    if (!/^[A-Z].*[.]$/s.test(result.reason) || /undefined|NaN|null|object/.test(result.reason)) {
      exchange.wrong.push(`odd words: ${result.reason}`);
    }
  }

  /** After a look at the shares: a loss beyond the limit stops all until the owner resumes, whatever happens. */
  judgeLoss(posts) {
    const { exchange, deployment, profits } = this;
    const { date, profit } = deployment.recorded;
    const won = exchange.inexact.size + exchange.vague.size > 0 ? profit : exchange.profitShown;
    if (Math.abs(won - profit) > this.slack()) exchange.wrong.push(`${date}: a profit of ${won}, not ${profit}`);
    const loss = (profits.findLast((day) => day.date < date)?.won ?? 0) - won;
    profits.push({ date, won });
    if (loss <= exchange.ceilings.dailyLoss + 2 * this.slack()) return;
    if (!deployment.ledger.paused()) exchange.wrong.push(`${date}: a loss of ${loss} did not pause it`);
    if (exchange.orders.length > posts) exchange.wrong.push(`${date}: an order in spite of a loss of ${loss}`);
    exchange.frozen ??= "a loss had paused it";
  }

  /** Cents by which books may differ. */
  slack() {
    const { own, roundings } = this.exchange;
    return roundings + (Object.values(own).some(({ slack }) => slack > 0n) ? 3 : 0);
  }

  dry() {
    return this.again(true);
  }
  day(days, minute) {
    this.exchange.nextDay(days, minute);
  }
  move(number, percent) {
    this.exchange.move(this.symbol(number), percent / 100);
    this.note(number, { moved: percent / 100 });
  }
  split(number, numerator, denominator) {
    this.exchange.nextDay(1, 585);
    this.exchange.split(this.symbol(number), numerator, denominator);
    // A price of so few whole cents is no longer the one before divided.
    if (this.exchange.prices[this.symbol(number)] < 1000) this.exchange.inexact.add(this.symbol(number));
    this.note(number, { split: (this.since[this.symbol(number)]?.split ?? 0) + 1 });
  }
  buy(number, cents) {
    this.exchange.ownerBuys(this.symbol(number), cents);
    this.note(number, { traded: true });
  }
  sell(number, part) {
    this.exchange.ownerSells(this.symbol(number), part);
    this.note(number, { traded: true });
    if (this.exchange.own[this.symbol(number)]?.taken) this.exchange.inexact.add(this.symbol(number));
  }
  offer(number, part) {
    this.exchange.ownerOffers(this.symbol(number), part);
  }
  bid(number, cents) {
    this.exchange.ownerBids(this.symbol(number), cents);
  }
  withdraw(number) {
    this.exchange.ownerWithdraws(this.symbol(number));
  }
  withhold(number, percent) {
    this.exchange.withheld[this.symbol(number)] = percent;
  }
  close(dry) {
    return this.deployment.close(dry);
  }
  deposit(cents) {
    this.exchange.cash = Math.max(0, this.exchange.cash + cents);
  }
  fills(kind) {
    this.exchange.fills = { kind };
  }
  goOn(how) {
    this.exchange.goOn(how);
  }
  fault(at, kind, status, message) {
    this.exchange.faults.push({ at, kind, status, message });
  }
  restart() {
    this.deployment.restart();
  }

  /** The machine stops in the middle of a run, before or after Alpaca got the request. */
  async crash(at, kind) {
    this.exchange.faults.push({ at, kind });
    const crashed = new Promise((resolve) => (this.exchange.crashed = resolve));
    await Promise.race([this.tick(), crashed]);
    this.exchange.faults = [];
    this.deployment.restart();
  }

  pause() {
    this.deployment.ledger.pause("user", "You asked for it.", "pause");
  }
  resume() {
    this.deployment.resume();
  }
  keys(dead) {
    this.exchange.dead = dead;
    if (dead) return;
    this.deployment.mark += "+";
    if (this.exchange.frozen === "the keys were rejected") this.exchange.frozen = null;
  }
  suspend(on) {
    this.exchange.suspended = on;
  }

  /** When all is quiet again, the Worker's books and the brokerage's agree. */
  async settle() {
    const { exchange, deployment, symbols } = this;
    Object.assign(exchange, { faults: [], dead: false, suspended: false });
    const exact = exchange.inexact.size + exchange.vague.size === 0;
    exchange.goOn("all");
    exchange.nextDay(1, 600);
    for (let look = 0; look < 4; look += 1) {
      deployment.resume();
      exchange.now += 15 * 60_000 + 600_000;
      await this.again(true);
    }
    const { book } = deployment;
    if (book.promised() !== 0 || book.open().length > 0) exchange.wrong.push("orders are still open in the book");
    for (const symbol of symbols) {
      const own = exchange.own[symbol] ?? { nano: 0n, cents: 0, bought: 0n, sold: 0n, slack: 0n, taken: 0n };
      const { nano, cents } = book.shares.holdings().find((row) => row.symbol === symbol) ?? { nano: 0, cents: 0 };
      if (exchange.vague.has(symbol)) continue;
      if (own.sold > own.bought + own.slack) exchange.wrong.push(`sold ${own.sold} of ${own.bought} ${symbol}`);
      if (BigInt(nano) > own.nano + own.slack) exchange.wrong.push(`counts ${nano} of ${own.nano} ${symbol}`);
      if (exchange.inexact.has(symbol)) continue;
      if (BigInt(nano) < own.nano - own.slack) exchange.wrong.push(`forgot shares: ${nano} of ${own.nano} ${symbol}`);
      if (Math.abs(cents - own.cents) > this.slack()) exchange.wrong.push(`${symbol} cost ${own.cents}, not ${cents}`);
    }
    if (exact && Math.abs(book.shares.gained() - exchange.gained) > this.slack()) exchange.wrong.push("another profit");
  }
}

/** Everything wrong with a scenario. */
export async function play(scenario) {
  const game = new Play(scenario);
  for (const [name, ...how] of scenario.steps) {
    const bad = game.exchange.wrong.length;
    await game[name](...how);
    if (game.exchange.wrong.length > bad) return game.exchange.wrong;
  }
  await game.settle();
  return game.exchange.wrong;
}

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    let wrong;
    try {
      wrong = await play(JSON.parse(line));
    } catch (error) {
      wrong = [String(error.stack)];
    }
    process.stdout.write(`${JSON.stringify(wrong)}\n`);
  }
}
