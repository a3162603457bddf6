// Money is counted in whole cents, so that ten cents three times is thirty cents. Amounts travel as text, as Alpaca
// sends and wants them; text that is not a plain decimal number becomes null, and whoever asked must then not trade.

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,18}))?$/;
const AMOUNT = /^\d{1,9}(?:\.\d{1,2})?$/;

/**
 * Cents in an amount that comes from elsewhere and may have more than two decimals; null if it is not a number.
 * @param {unknown} text
 * @param {"down" | "up"} rounding which way parts of a cent go: money one has "down", money one spends "up"
 * @returns {number | null}
 */
export function toCents(text, rounding) {
  const found = DECIMAL.exec(plain(text));
  if (!found) return null;
  const [, sign = "", whole = "", digits = ""] = found;
  const cents = Number(whole) * 100 + Number(digits.slice(0, 2).padEnd(2, "0"));
  const rest = Number(digits.slice(2)) > 0;
  if (sign === "") return rest && rounding === "up" ? cents + 1 : cents;
  return rest && rounding === "down" ? -cents - 1 : 0 - cents;
}

/**
 * Cents in an amount a person chose: dollars with at most two decimals, never negative; null for anything else.
 * @param {unknown} text
 * @returns {number | null}
 */
export function amount(text) {
  return typeof text === "string" && AMOUNT.test(text) ? toCents(text, "down") : null;
}

/**
 * What a quantity at a price costs, rounded up to the cent; null if either is not a number.
 * @param {unknown} quantity
 * @param {unknown} price
 * @returns {number | null}
 */
export function costCents(quantity, price) {
  const pieces = nano(quantity);
  const each = nano(price);
  if (pieces === null || each === null) return null;
  const cent = 10n ** 16n;
  return Number((pieces * each + cent - 1n) / cent);
}

/**
 * Cents as dollars with two decimals, the form Alpaca wants.
 * @param {number} cents
 * @returns {string}
 */
export function dollars(cents) {
  const size = Math.abs(cents);
  return `${cents < 0 ? "-" : ""}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}

/**
 * Cents as a person reads them: "$1,234.50".
 * @param {number | null} cents
 * @returns {string}
 */
export function usd(cents) {
  if (cents === null || !Number.isSafeInteger(cents)) return "an unknown amount";
  const [whole = "", rest] = dollars(Math.abs(cents)).split(".");
  return `${cents < 0 ? "-" : ""}$${whole.replace(/\B(?=(?:\d{3})+$)/g, ",")}.${rest}`;
}

/**
 * A non-negative decimal in billionths, further digits rounded up.
 * @param {unknown} text
 * @returns {bigint | null}
 */
function nano(text) {
  const found = DECIMAL.exec(plain(text));
  if (!found || found[1] === "-") return null;
  const digits = found[3] ?? "";
  const rest = Number(digits.slice(9)) > 0 ? 1n : 0n;
  return BigInt(`${found[2]}${digits.slice(0, 9).padEnd(9, "0")}`) + rest;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function plain(value) {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
