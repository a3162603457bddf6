// Money is counted in whole cents, shares in whole billionths ("nano"), so that nothing is lost on the way. Amounts
// travel as text; what is not a plain decimal number becomes null, and whoever asked must then not trade.

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,18}))?$/;
const AMOUNT = /^\d{1,9}(?:\.\d{1,2})?$/;
const CENT = 10n ** 16n;

/** Rounds money one has "down", money one spends "up". @param {unknown} text @param {"down" | "up"} rounding */
export function toCents(text, rounding) {
	const found = DECIMAL.exec(plain(text));
	if (!found) return null;
	const [, sign = "", whole = "", digits = ""] = found;
	const cents = Number(whole) * 100 + Number(digits.slice(0, 2).padEnd(2, "0"));
	const rest = Number(digits.slice(2)) > 0;
	if (sign === "") return rest && rounding === "up" ? cents + 1 : cents;
	return rest && rounding === "down" ? -cents - 1 : 0 - cents;
}

/** Cents a person chose: at most two decimals, never negative. @param {unknown} text */
export function amount(text) {
	return typeof text === "string" && AMOUNT.test(text) ? toCents(text, "down") : null;
}

/** Cents that a quantity costs at a price, rounded up. @param {unknown} quantity @param {unknown} price */
export function costCents(quantity, price) {
	const product = times(quantity, price);
	return product === null ? null : Number((product + CENT - 1n) / CENT);
}

/** Cents that quantities are worth together, to the nearest. @param {[quantity: unknown, price: unknown][]} held */
export function worth(...held) {
	const products = held.map(([quantity, price]) => times(quantity, price));
	const sum = products.reduce((total, each) => (total === null || each === null ? null : total + each), 0n);
	return sum === null ? null : Number((sum + CENT / 2n) / CENT);
}

/** Nano in a quantity, cut off; null for anything odd or beyond exactness. @param {unknown} quantity */
export function toNano(quantity) {
	const size = Number(nano(quantity, 0n) ?? Number.NaN);
	return Number.isSafeInteger(size) ? size : null;
}

/** Nano as a quantity, "0.034600001". @param {number} size */
export function quantity(size) {
	const digits = String(size).padStart(10, "0");
	return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "");
}

/** `size * part / whole`, exact, rounded down. @param {number} size @param {number} part @param {number} whole */
export function share(size, part, whole) {
	return Number((BigInt(size) * BigInt(part)) / BigInt(whole));
}

/** Cents as Alpaca wants them: "1234.50". @param {number} cents */
export function dollars(cents) {
	const size = Math.abs(cents);
	return `${cents < 0 ? "-" : ""}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`;
}

/** Cents as a person reads them: "$1,234.50". @param {number | null} cents */
export function usd(cents) {
	if (cents === null || !Number.isSafeInteger(cents)) return "an unknown amount";
	const [whole = "", rest] = dollars(Math.abs(cents)).split(".");
	return `${cents < 0 ? "-" : ""}$${whole.replace(/\B(?=(?:\d{3})+$)/g, ",")}.${rest}`;
}

/** @param {unknown} quantity @param {unknown} price */
function times(quantity, price) {
	const [pieces, each] = [nano(quantity, 1n), nano(price, 1n)];
	return pieces === null || each === null ? null : pieces * each;
}

/** A non-negative decimal in billionths. @param {unknown} text @param {bigint} rest what further digits count for */
function nano(text, rest) {
	const [, sign, whole, digits = ""] = DECIMAL.exec(plain(text)) ?? [, "-"];
	if (sign === "-") return null;
	return BigInt(`${whole}${digits.slice(0, 9).padEnd(9, "0")}`) + (Number(digits.slice(9)) > 0 ? rest : 0n);
}

/** @param {unknown} value */
function plain(value) {
	return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
