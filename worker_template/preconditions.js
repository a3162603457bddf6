// What must hold before a run may trade. Each check ends the run with a Halt if it does not.

import { readAccount } from "./account.js";
import { exchangeTime, inWords } from "./exchange-time.js";
import { BREAK, Halt, haltFor } from "./halt.js";
import { dollars, usd } from "./money.js";

const MINUTE = 60_000;
const LARGEST_SKEW = MINUTE;
const SKIP_AFTER_OPEN = 5; // minutes in which prices still jump
const SKIP_BEFORE_CLOSE = 15;

/** @typedef {import("./tick.js").Desk} Desk */

/**
 * Ends the run if Alpaca asked to be left alone for a while.
 * @param {Desk} desk
 */
export function checkBreak({ ledger, now }) {
  if (Number(ledger.recall("wait_until") ?? 0) > now()) throw new Halt("failed", "wait", BREAK);
}

/**
 * Ends the run if someone or something paused trading.
 * @param {Desk} desk
 */
export function checkPause({ ledger, now }) {
  const paused = ledger.paused();
  if (!paused) return;
  const when = inWords(Date.parse(paused.since), now());
  throw new Halt("paused", "paused", `Trading was paused ${when}. ${paused.note}`);
}

/**
 * Ends the run if the market's clock and this one differ.
 * @param {Desk} desk
 */
export async function readClock({ alpaca, now }) {
  const answer = await alpaca.clock();
  if (answer.kind !== "ok") throw haltFor(answer);
  const { timestamp, is_open: isOpen, next_open: nextOpen, next_close: nextClose } = answer.body;
  const moment = Date.parse(String(timestamp));
  const opens = Date.parse(String(nextOpen));
  const closes = Date.parse(String(nextClose));
  if (typeof isOpen !== "boolean" || [moment, opens, closes].some(Number.isNaN)) {
    throw new Halt("failed", "clock", "Alpaca's market clock gave no proper answer.");
  }
  const skew = Math.abs(moment - now());
  if (skew > LARGEST_SKEW) {
    const reason = "The bot's clock and Alpaca's differ by more than a minute, so nothing is traded.";
    throw new Halt("failed", "skew", reason, { detail: `${Math.round(skew / 1000)} s` });
  }
  return { time: exchangeTime(moment), isOpen, opens, closes };
}

/**
 * Ends the run in the first and the last minutes of a session. The clock does not say when the current session opened,
 * but runs before it opened were told when it would.
 * @param {Desk} desk
 * @param {{time: import("./exchange-time.js").ExchangeTime, closes: number}} clock
 */
export function checkSession({ ledger }, { time, closes }) {
  const sinceOpen = time.ms - Number(ledger.recall("next_open") ?? 0);
  if (sinceOpen >= 0 && sinceOpen < SKIP_AFTER_OPEN * MINUTE) {
    const reason = `The market has just opened; nothing is done in its first ${SKIP_AFTER_OPEN} minutes.`;
    throw new Halt("idle", "opening", reason);
  }
  if (closes - time.ms < SKIP_BEFORE_CLOSE * MINUTE) {
    const reason = `The market closes soon; nothing is done in its last ${SKIP_BEFORE_CLOSE} minutes.`;
    throw new Halt("idle", "closing", reason);
  }
}

/**
 * The account, if it is the one this Worker was deployed for.
 * @param {Desk} desk
 */
export async function checkAccount({ alpaca, ledger, settings }) {
  const answer = await alpaca.account();
  if (answer.kind === "refused" && answer.status === 403) throw haltFor({ kind: "keys" });
  if (answer.kind !== "ok") throw haltFor(answer);
  const account = readAccount(answer.body);
  if (account.id !== settings.accountId) {
    const reason = "These keys belong to another Alpaca account than the one this bot was set up for.";
    throw new Halt("refused", "account", reason, { pause: true });
  }
  const { ending, status, currency, cash, equity } = account;
  ledger.remember("account", { ending, status, currency, cash: shown(cash), equity: shown(equity) });
  return account;
}

/**
 * Pauses everything if the account lost more today than was agreed; not knowing the loss ends this run.
 * @param {Desk} desk
 * @param {import("./account.js").Account} account
 */
export function checkLoss({ settings }, { lossToday }) {
  const limit = settings.ceilings.dailyLoss;
  if (limit === null) return;
  if (lossToday === null) {
    throw new Halt("refused", "loss_unknown", "Alpaca did not say enough to work out today's loss, so nothing is traded.");
  }
  if (lossToday > limit) {
    const reason = `The account lost ${usd(lossToday)} in one day, and the limit is ${usd(limit)}.`;
    throw new Halt("paused", "loss", reason, { pause: true });
  }
}

/**
 * @param {number | null} cents
 * @returns {string | null}
 */
function shown(cents) {
  return cents === null ? null : dollars(cents);
}
