// The one Durable Object of this deployment: it remembers, and it lets one run happen at a time. Commands such as
// pause do not wait for a run in progress; the run looks at the pause again before each order.

import { DurableObject } from "cloudflare:workers";
import { Alpaca } from "./alpaca.js";
import { BadSettings } from "./checks.js";
import { cancelOwn } from "./destroy.js";
import { exchangeTime } from "./exchange-time.js";
import { Ledger } from "./ledger.js";
import { dollars } from "./money.js";
import { inform } from "./notices.js";
import { OrderBook, shown } from "./order-book.js";
import { readSettings } from "./settings.js";
import { hex } from "./signature.js";
import { tick } from "./tick.js";

/** @extends {DurableObject<Bindings>} */
export class SoarState extends DurableObject {
  /** @type {Promise<unknown>} */
  #queue = Promise.resolve();

  /** @param {DurableObjectState} ctx @param {Bindings} env */
  constructor(ctx, env) {
    super(ctx, env);
    this.ledger = new Ledger(ctx.storage.sql);
    this.book = new OrderBook(ctx.storage.sql);
  }

  /** True the first time a nonce is shown. @param {string} nonce @param {number} until Unix milliseconds */
  claimNonce(nonce, until) {
    return this.ledger.claimNonce(nonce, until, Date.now());
  }

  /** Runs once, after any run that is still going on. @param {"cron" | "command"} source @param {boolean} dry */
  tick(source, dry) {
    return this.#enqueue(() => this.#run(source, dry));
  }

  /** @param {string} reason */
  pause(reason) {
    this.ledger.pause(reason, reason === "user" ? "You asked for it." : "A command asked for it.", now(), "paused");
    return this.ledger.paused();
  }

  resume() {
    this.ledger.resume(now());
    return this.ledger.paused();
  }

  /**
   * What happened since, and a pulse: who reads this in turn sees by it that the bot still looks.
   * @param {number} after
   * @param {number} limit
   */
  events(after, limit) {
    const events = this.ledger.eventsAfter(after, limit);
    const pulse = { run: this.ledger.lastRun()?.at ?? null, paused: this.ledger.paused()?.reason ?? null };
    return { events, next: events.at(-1)?.id ?? after, pulse };
  }

  /** What is remembered; asks Alpaca nothing, so that it also answers when Alpaca does not. */
  async status() {
    const { env, ledger, book } = this;
    ledger.newKeys(now(), await mark(env));
    const lastRun = ledger.lastRun();
    const lastOrder = book.last();
    const today = exchangeTime(Date.now()).date;
    return {
      script: env.SCRIPT,
      mode: env.MODE,
      template: env.TEMPLATE,
      deployment: env.DEPLOYMENT,
      now: now(),
      account: ledger.recall("account"),
      paused: ledger.paused(),
      plan: env.PLAN,
      ceilings: env.CEILINGS,
      spent: { today: dollars(book.spentOn(today)), ever: dollars(book.spentEver()) },
      last_tick: lastRun,
      last_order: lastOrder && shown(lastOrder),
      ticks: lastRun?.id ?? 0,
      orders_today: book.onDay(today).map(shown),
      positions: ledger.recall("positions") ?? [],
      holds_cloudflare_token: Boolean(env.CLOUDFLARE_API_TOKEN),
      key_ending: (env.APCA_API_KEY_ID ?? "").slice(-4),
    };
  }

  /** The keys were just replaced: rejected ones are no reason to be paused any more. */
  noteRotation() {
    this.ledger.tell("rotated", "The Alpaca keys were replaced.", now());
    this.ledger.newKeys(now(), null);
  }

  /** @param {string} kind @param {string} text */
  note(kind, text) {
    this.ledger.tell(kind, text, now());
  }

  /** Pauses for good and cancels what this deployment has open, once no run is placing orders any more. */
  standDown() {
    this.ledger.pause("destroy", "The bot is being removed.", now(), "paused");
    const { ALPACA_URL: url, APCA_API_KEY_ID: keyId = "", APCA_API_SECRET_KEY: secret = "", DEPLOYMENT } = this.env;
    return this.#enqueue(() => cancelOwn(new Alpaca({ url, keyId, secret }), `soar1-${DEPLOYMENT}-`));
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #enqueue(work) {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => null);
    return done;
  }

  /** @param {"cron" | "command"} source @param {boolean} dry */
  async #run(source, dry) {
    const started = Date.now();
    /** @type {string[]} */
    let requestIds = [];
    /** @type {Result} */
    let result = { slot: "", outcome: "failed", code: "fault", detail: "", reason: "", orders: [], marketOpen: null };
    try {
      const ownMark = await mark(this.env);
      this.ledger.newKeys(now(), ownMark);
      const settings = readSettings(this.env);
      const alpaca = new Alpaca({ url: settings.alpacaUrl, dataUrl: settings.dataUrl, keyId: settings.keyId, secret: settings.secret });
      requestIds = alpaca.requestIds;
      const { ledger, book } = this;
      result = await tick({ settings, alpaca, ledger, book, now: Date.now, mark: ownMark, dry });
    } catch (error) {
      const known = error instanceof BadSettings;
      result.code = known ? "settings" : "fault";
      result.detail = known ? error.message : error instanceof Error ? error.name : "unknown";
      result.reason = known
        ? "A setting of this bot is damaged. Nothing was traded."
        : "A mistake in the bot's program ended this look.";
    }
    const { slot, outcome, code, detail, reason, orders, marketOpen: market_open } = result;
    const at = new Date(started).toISOString();
    const ms = Date.now() - started;
    const ended = { outcome, code, detail, reason };
    const record = { slot, source, at, ms, ...ended, orders, market_open, request_ids: requestIds };
    const id = this.ledger.addRun(record);
    this.book.trim();
    inform(this.ledger, result, now());
    console.log(JSON.stringify({ run: id, ...record, orders: orders.length }));
    return { id, ...record };
  }
}

/** The present, ISO 8601. */
function now() {
  return new Date().toISOString();
}

/** Stands for a key pair without telling it, to notice when there is another. @param {Bindings} env */
async function mark(env) {
  const pair = new TextEncoder().encode(`${env.APCA_API_KEY_ID}\n${env.APCA_API_SECRET_KEY}`);
  return hex(await crypto.subtle.digest("SHA-256", pair)).slice(0, 16);
}
