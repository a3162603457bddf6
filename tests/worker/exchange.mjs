// A brokerage in memory for the Worker's modules, quick enough for thousands of days: money in whole cents, shares in
// whole billionths. It keeps its own account of what the Worker bought and sold, and objects to whatever it must not do.

import { NANO, cost, decimal, dice, money, parsed } from "./amounts.mjs";
import { exchangeTime } from "../../worker_template/exchange-time.js"; // tested against the time zone database

const MINUTE = 60_000;
export const DAY = 86_400_000;
const HEADERS = new Headers({ "X-Request-ID": "0123456789abcdef0123456789abcdef" });

export class Exchange {
  constructor({ cash, symbols, ceilings, prefix, start, prices, plan }) {
    Object.assign(this, { cash, ceilings, prefix, plan, daily: plan.every !== "week" });
    this.now = start;
    this.prices = Object.fromEntries(symbols.map((symbol, i) => [symbol, prices?.[i] ?? 5000 + 1700 * i]));
    this.closes = { ...this.prices };
    this.months = {}; // monthly closes, filled as months end
    this.positions = {}; // symbol: { nano, cents }
    this.own = {}; // what the Worker has: symbol: { nano, cents, bought, sold }
    this.gained = 0;
    this.roundings = 0; // sales whose cost may be rounded to another cent, seen in other parts or after a split
    this.orders = [];
    this.fills = { kind: "whole" };
    this.faults = [];
    this.requests = 0;
    this.wrong = [];
    this.suspended = this.dead = this.odd = false;
    this.frozen = null; // why no order may arrive now
    this.closing = false; // the owner asked for everything to be sold
    this.withheld = {}; // percent of a position that cannot be sold now
    this.vague = new Set(); // symbols of which nobody can tell how many shares are the Worker's
    this.inexact = new Set(); // symbols of which the Worker may count fewer than are here
    this.basis = null; // what the day's first orders were planned on
    this.dice = dice(7);
  }

  /** Minutes since midnight in New York. */
  get minute() {
    return Math.floor((this.now - exchangeTime(this.now).dayStart) / MINUTE);
  }
  get date() {
    return exchangeTime(this.now).date;
  }
  get weekday() {
    return new Date(`${this.date}T00:00:00Z`).getUTCDay();
  }
  get open() {
    return this.weekday % 6 !== 0 && this.minute >= 570 && this.minute < 960;
  }

  /** Move to a minute of a later trading day. */
  nextDay(days, minute) {
    this.endDay();
    const month = this.date.slice(0, 7);
    for (let left = days; left > 0; ) {
      this.now += DAY;
      if (this.weekday % 6 !== 0) left -= 1;
    }
    this.now += (minute - this.minute) * MINUTE;
    if (this.date.slice(0, 7) === month) return;
    for (const [symbol, price] of Object.entries(this.closes)) (this.months[symbol] ??= []).push([month, price]);
  }

  endDay() {
    for (const order of this.orders) if (order.live && order.mine) this.#end(order, "expired");
    this.closes = { ...this.prices };
  }

  move(symbol, factor) {
    this.prices[symbol] = Math.max(100, Math.round(this.prices[symbol] * factor));
  }

  /** New shares for old ones, between two days. */
  split(symbol, numerator, denominator) {
    const [n, d] = [BigInt(numerator), BigInt(denominator)];
    const scaled = (nano) => (nano * n) / d;
    this.prices[symbol] = Math.max(1, Math.round((this.prices[symbol] * denominator) / numerator));
    this.closes[symbol] = this.prices[symbol];
    this.ownerWithdraws(symbol);
    this.months[symbol] = (this.months[symbol] ?? []).map(([month, price]) => [month, (price * denominator) / numerator]);
    if (this.positions[symbol]) this.positions[symbol].nano = scaled(this.positions[symbol].nano);
    const own = this.own[symbol];
    if (own) for (const name of ["nano", "bought", "sold", "taken"]) own[name] = scaled(own[name]);
    if (own) own.slack += 2n;
  }

  /** The owner trades himself. */
  ownerBuys(symbol, cents) {
    if (this.cash - this.#reserved() < cents) return;
    const nano = (BigInt(cents) * NANO) / BigInt(this.prices[symbol]);
    this.#move(symbol, nano, cents);
    const own = this.own[symbol];
    if (!own) return;
    // Shares are alike: what he took from the Worker's and puts back is the Worker's again.
    const back = own.taken < nano ? own.taken : nano;
    Object.assign(own, { nano: own.nano + back, taken: own.taken - back });
  }
  ownerSells(symbol, part) {
    const held = this.#available(symbol);
    const nano = (held * BigInt(part)) / 100n;
    if (nano > 0n) this.#move(symbol, -nano, -cost(nano, this.prices[symbol]));
    const [own, position] = [this.own[symbol], this.positions[symbol]?.nano ?? 0n];
    if (own && position < own.nano) {
      own.cents = own.nano ? Number((BigInt(own.cents) * position) / own.nano) : 0;
      own.taken += own.nano - position;
      own.nano = position;
    }
  }

  /** An order of the owner's, for a part of the shares or for so many cents, stays open until he withdraws it. */
  ownerOffers(symbol, part) {
    const nano = (this.#available(symbol) * BigInt(part)) / 100n;
    if (nano > 0n) this.#owned({ symbol, side: "sell", qty: decimal(nano), nano, cents: 0 });
  }
  ownerBids(symbol, cents) {
    if (this.cash - this.#reserved() >= cents) this.#owned({ symbol, side: "buy", notional: money(cents), nano: 0n, cents });
  }
  ownerWithdraws(symbol) {
    for (const order of this.orders) if (order.live && !order.mine && order.symbol === symbol) this.#end(order, "canceled");
  }
  #owned(order) {
    const id = `owner-${this.orders.length}`;
    this.orders.push({ ...order, id, at: this.now, date: this.date, live: true, mine: false, status: "new", filled: 0n, spent: 0 });
  }

  /** Cents the Worker has in its own shares and open buys. */
  inUse() {
    const shares = Object.values(this.own).reduce((sum, { cents }) => sum + cents, 0);
    return shares + this.orders.filter((order) => order.live && order.mine).reduce((sum, order) => sum + left(order), 0);
  }
  value() {
    const exact = Object.entries(this.own).reduce((sum, [symbol, { nano }]) => sum + nano * BigInt(this.prices[symbol]), 0n);
    return Number((exact * 2n + NANO) / (2n * NANO));
  }
  /** Cents the Worker won with its shares, and lost if below zero. */
  profit() {
    return this.value() - Object.values(this.own).reduce((sum, { cents }) => sum + cents, 0) + this.gained;
  }
  equity() {
    const exact = Object.entries(this.positions).reduce((sum, [name, { nano }]) => sum + nano * BigInt(this.prices[name]), 0n);
    return this.cash + Number((exact * 2n + NANO) / (2n * NANO));
  }

  /** Let open orders go on: fill all, half, or cancel. */
  goOn(how) {
    for (const order of this.orders.filter(({ live, mine }) => live && mine)) {
      if (how === "cancel") this.#end(order, "canceled");
      else this.#fill(order, how === "half" ? 2n : 1n);
    }
  }

  fetch = async (url, init) => {
    this.requests += 1;
    const { pathname, searchParams } = new URL(url);
    const name = init.method === "POST" ? `post ${JSON.parse(init.body).symbol}` : pathname;
    const at = this.faults.findIndex((fault) => name.includes(fault.at));
    const fault = at < 0 ? null : this.faults.splice(at, 1)[0];
    if (fault) this.disturbed = true;
    if (fault?.kind === "cut") throw new TypeError("connection lost");
    if (fault?.kind === "gone") return new Promise(() => this.crashed?.());
    if (fault?.kind === "html") return reply(502, "<html>");
    if (fault?.kind === "empty") return reply(200, "");
    if (fault?.kind === "busy") return reply(429, "{}");
    if (fault?.kind === "keys" || this.dead) {
      this.frozen = "the keys were rejected";
      return reply(401, '{"code":40110000,"message":"request is not authorized"}');
    }
    if (fault?.kind === "refuse" && init.method === "POST") {
      if (fault.message.includes("by user request")) this.frozen = "orders are switched off";
      return reply(fault.status, JSON.stringify({ code: 40310000, message: fault.message }));
    }
    const [status, body] = this.#answer(init, pathname, searchParams);
    if (fault?.kind === "lost") throw new TypeError("connection lost");
    if (fault?.kind === "crash") return new Promise(() => this.crashed?.());
    if (body.message?.includes("by user request")) this.frozen = "orders are switched off";
    return reply(status, JSON.stringify(body));
  };

  #answer(init, path, query) {
    if (init.method === "POST") return this.#take(JSON.parse(init.body));
    if (init.method === "DELETE") return this.#cancel(path.replace("/v2/orders/at-alpaca-", ""));
    const symbols = query.get("symbols")?.split(",") ?? [];
    switch (path) {
      case "/v2/clock": return [200, this.#clock()];
      case "/v2/account": return [200, this.#account()];
      case "/v2/positions":
        this.profitShown = this.profit();
        return [200, Object.entries(this.positions).map(([symbol, held]) => this.#position(symbol, held))];
      case "/v2/stocks/snapshots":
        this.#plan();
        return [200, Object.fromEntries(symbols.map((symbol) => [symbol, this.#snapshot(symbol)]))];
      case "/v2/stocks/bars": return [200, { bars: this.#bars(symbols, query), next_page_token: null }];
      case "/v2/orders:by_client_order_id": {
        const order = this.orders.find(({ id }) => id === query.get("client_order_id"));
        return order ? [200, shown(order)] : [404, { code: 40410000, message: "order not found" }];
      }
      default: {
        const after = Date.parse(query.get("after") ?? 0);
        const found = query.get("status") === "open" ? this.orders.filter(({ live }) => live)
          : this.orders.filter((order) => order.at > after && symbols.includes(order.symbol));
        return [200, found.slice(0, 500).map(shown)];
      }
    }
  }

  #clock() {
    const midnight = exchangeTime(this.now).dayStart;
    const opens = this.minute < 570 ? midnight + 570 * MINUTE : midnight + DAY + 570 * MINUTE;
    return {
      timestamp: new Date(this.now).toISOString(), is_open: this.open,
      next_open: new Date(opens).toISOString(), next_close: new Date(midnight + 960 * MINUTE).toISOString(),
    };
  }

  #account() {
    return {
      id: "acct", account_number: "PA1", status: "ACTIVE", currency: "USD", cash: money(this.cash),
      equity: money(this.equity()), last_equity: money(this.equity()), non_marginable_buying_power:
      money(Math.max(0, this.cash - this.#reserved())), trading_blocked: false, account_blocked: false,
      trade_suspended_by_user: this.suspended && this.odd,
    };
  }

  #position(symbol, { nano, cents }) {
    return {
      symbol, qty: decimal(nano), qty_available: decimal(this.#available(symbol)), cost_basis: money(cents),
      current_price: money(this.prices[symbol]), market_value: money(cost(nano, this.prices[symbol])),
      unrealized_pl: money(cost(nano, this.prices[symbol]) - cents), side: "long",
    };
  }

  #snapshot(symbol) {
    return {
      latestTrade: { p: this.prices[symbol] / 100, t: new Date(this.now - 1000).toISOString() },
      prevDailyBar: { c: this.closes[symbol] / 100, t: this.date },
    };
  }

  #bars(symbols, query) {
    const [start, end] = [query.get("start").slice(0, 7), query.get("end").slice(0, 7)];
    return Object.fromEntries(symbols.map((symbol) => [
      symbol,
      (this.months[symbol] ?? []).filter(([month]) => month >= start && month <= end)
        .map(([month, price]) => ({ t: `${month}-01T05:00:00Z`, c: price / 100 })),
    ]));
  }

  #reserved() {
    return this.orders.filter(({ live, side }) => live && side === "buy").reduce((sum, order) => sum + left(order), 0);
  }
  #available(symbol) {
    const promised = this.orders.filter((order) => order.live && order.side === "sell" && order.symbol === symbol);
    const held = this.positions[symbol]?.nano ?? 0n;
    const free = held - (held * BigInt(this.withheld[symbol] ?? 0)) / 100n;
    const left = free - promised.reduce((sum, { nano, filled }) => sum + nano - filled, 0n);
    return left > 0n ? left : 0n;
  }

  /** The Worker's orders of today, without those of a close. */
  #today() {
    return this.orders.filter((order) => order.mine && order.date === this.date && !isClosing(order.id));
  }

  /** The Worker looks at prices: what its first orders of a day are planned on. */
  #plan() {
    if (this.#today().length > 0) return;
    const values = Object.entries(this.own).map(([symbol, { nano }]) => [symbol, cost(nano, this.prices[symbol])]);
    this.basis = { date: this.date, values: Object.fromEntries(values) };
  }

  #cancel(id) {
    const order = this.orders.find((each) => each.id === id);
    if (!order?.mine) this.wrong.push(`cancelled ${id}, which is not its own`);
    if (!order?.live) return [422, { code: 42210000, message: "order is already in its final state" }];
    this.#end(order, "canceled");
    return [204, {}];
  }

  /** The one id an order may have now: of its day or week, its symbol and its side. */
  #isProper(id, symbol, side) {
    const date = this.date.replaceAll("-", "");
    const kind = { recurring: "", mix: "m", trend: "t" }[this.plan.kind];
    const slot = this.closing ? `${date}c\\d+` : this.daily ? kind + date : `${date.slice(0, 3)}\\dw\\d\\d`;
    return new RegExp(`^${this.prefix}${slot}-${symbol}-${side[0]}$`).test(id);
  }

  /** A day's orders are planned once: no symbol is bought and sold, and none is bought for what happened afterwards. */
  #judgePlan(object, { symbol, side, asked }) {
    const { kind, weights } = this.plan;
    if (kind === "recurring" || this.closing) return;
    if (this.#today().some((order) => order.symbol === symbol && order.side !== side)) object("both ways in a day");
    if (side === "sell" || this.inexact.has(symbol) || this.vague.has(symbol)) return;
    const lacked = (this.ceilings.budget * (weights[symbol] ?? 0)) / 100 - (this.basis?.values[symbol] ?? 0);
    if (this.basis?.date !== this.date || asked > lacked + 2) object(`more than it lacked when the day was planned, ${lacked}`);
  }

  /** An order of the Worker's arrives: refuse it as Alpaca would, and object to it where the Worker should have known. */
  #take({ symbol, side, notional, qty, client_order_id: id, type, time_in_force: tif }) {
    const object = (text) => this.wrong.push(`${this.date} ${this.minute} ${side} ${notional ?? qty} ${symbol}: ${text}`);
    if (this.frozen && !this.closing) object(`arrived although ${this.frozen}`);
    if (this.closing && side !== "sell") object("bought although all was to be sold");
    if (this.orders.some((order) => order.id === id)) return [422, { code: 40010001, message: "client_order_id must be unique" }];
    if (this.suspended) return [403, { code: 40310000, message: "new orders are rejected by user request" }];
    if (!this.open) object("outside the session");
    if (type !== "market" || tif !== "day" || !this.#isProper(id, symbol, side)) object(`odd form ${id}`);
    if (![notional, qty].every((size) => size === undefined || typeof size === "string")) object("a number that is no text");
    if (!this.ceilings.symbols.includes(symbol)) object("a symbol not agreed to");
    if (this.orders.some((order) => order.live && order.symbol === symbol)) object("another order is open");
    const today = this.#today();
    if (this.daily && !this.closing && today.some((order) => order.symbol === symbol && order.side === side)) object("twice in a day");
    const asked = notional === undefined ? 0 : Number(notional.replace(".", ""));
    this.#judgePlan(object, { symbol, side, asked });
    if (side === "buy") {
      const spent = today.filter((order) => order.side === "buy").reduce((sum, order) => sum + (order.live ? order.cents : order.spent), 0);
      const { perOrder, perDay, budget, perSymbol, cashKept } = this.ceilings;
      if (asked > perOrder) object("above the limit for one order");
      if (spent + asked > perDay) object(`above the limit for a day with ${spent}`);
      const blur = this.vague.size + this.inexact.size > 0 ? Infinity : 3;
      if (this.inUse() + Math.max(0, -this.gained) + asked > budget + blur) object(`above the budget with ${this.inUse()} and ${this.gained}`);
      if ((this.own[symbol]?.cents ?? 0) + asked > perSymbol + blur) object("above the limit for a symbol");
      if (this.cash - this.#reserved() - asked < cashKept) object(`cash is only ${this.cash} less ${this.#reserved()}`);
    }
    const nano = qty === undefined ? 0n : parsed(qty);
    if (side === "sell" && nano > this.#available(symbol)) {
      object(`only ${this.#available(symbol)} are available`);
      return [403, { code: 40310000, message: "insufficient qty available for order" }];
    }
    if (side === "sell" && !this.vague.has(symbol) && nano > (this.own[symbol]?.nano ?? 0n) + (this.own[symbol]?.slack ?? 0n)) {
      object(`the Worker has ${this.own[symbol]?.nano ?? 0n} of its own`);
    }
    const order = {
      id, symbol, side, notional, qty, nano, cents: asked, at: this.now, date: this.date, live: true, mine: true,
      status: "new", filled: 0n, spent: 0,
    };
    this.orders.push(order);
    const answer = shown({ ...order, status: "accepted" });
    if (this.fills.kind === "whole") this.#fill(order, 1n);
    if (this.fills.kind === "half") this.#fill(order, 2n);
    return [200, answer];
  }

  /** Fill what is left, or one part of so many. */
  #fill(order, parts) {
    const price = this.prices[order.symbol];
    const wanted = order.side === "buy" ? (BigInt(order.cents - order.spent) * NANO) / BigInt(price) : order.nano - order.filled;
    const nano = wanted / parts;
    const cents = parts === 1n && order.side === "buy" ? order.cents - order.spent : cost(nano, price);
    if (nano <= 0n) return this.#end(order, order.filled > 0n ? "filled" : "canceled");
    order.filled += nano;
    order.spent += cents;
    const sign = order.side === "buy" ? 1 : -1;
    this.#move(order.symbol, BigInt(sign) * nano, sign * cents);
    const own = (this.own[order.symbol] ??= { nano: 0n, cents: 0, bought: 0n, sold: 0n, taken: 0n, slack: 0n });
    if (sign > 0) {
      Object.assign(own, { nano: own.nano + nano, cents: own.cents + cents, bought: own.bought + nano });
    } else {
      const rest = own.nano > nano ? own.nano - nano : 0n;
      const kept = rest === 0n ? 0 : Number((BigInt(own.cents) * rest) / own.nano);
      if (parts !== 1n || own.slack > 0n) this.roundings += 1;
      this.gained += cents - (own.cents - kept);
      Object.assign(own, { nano: rest, cents: kept, sold: own.sold + nano });
    }
    if (parts === 1n) return this.#end(order, "filled");
    order.status = "partially_filled";
  }

  #end(order, status) {
    Object.assign(order, { live: false, status });
  }

  #move(symbol, nano, cents) {
    const held = (this.positions[symbol] ??= { nano: 0n, cents: 0 });
    this.cash -= cents;
    held.cents = nano > 0n ? held.cents + cents : Number((BigInt(held.cents) * (held.nano + nano)) / (held.nano || 1n));
    held.nano += nano;
    if (held.nano <= 0n) delete this.positions[symbol];
  }
}

const isClosing = (id) => /-\d{8}c\d+-/.test(id);
const left = ({ side, cents, spent }) => (side === "buy" ? cents - spent : 0);
const reply = (status, text) => ({ status, headers: HEADERS, text: async () => text });

/** An average price that gives the money back exactly, as Alpaca's many decimals do. */
function average({ spent, filled }) {
  return decimal((BigInt(spent) * 10n ** 16n) / filled);
}

function shown(order) {
  const { id, symbol, side, notional = null, qty = null, status, filled, at } = order;
  return {
    id: `at-alpaca-${id}`, client_order_id: id, symbol, side, notional, qty, status, filled_qty: decimal(filled),
    filled_avg_price: filled > 0n ? average(order) : null, submitted_at: new Date(at).toISOString(), type: "market",
  };
}
