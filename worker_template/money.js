// Money in whole cents, shares in whole billionths ("nano"). Text that is no plain number is null: then do not trade.

const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,18}))?$/
const AMOUNT = /^\d{1,9}(?:\.\d{1,2})?$/
const CENT = 10n ** 16n

/** Rounds money one has "down", money one spends "up". @arg {unknown} @arg {"down" | "up"} */
export function toCents(text, rounding) {
	const found = DECIMAL.exec(plain(text))
	if (!found) return null
	const [, sign = "", whole = "", digits = ""] = found
	const cents = Number(whole) * 100 + Number(digits.slice(0, 2).padEnd(2, "0"))
	const rest = Number(digits.slice(2)) > 0
	if (sign === "") return rest && rounding === "up" ? cents + 1 : cents
	return rest && rounding === "down" ? -cents - 1 : 0 - cents
}

/** @arg {unknown} */
export function amount(text) {
	return typeof text === "string" && AMOUNT.test(text) ? toCents(text, "down") : null
}

/** @arg {unknown} @arg {unknown} */
export function costCents(quantity, price) {
	const product = times(quantity, price)
	return product === null ? null : Number((product + CENT - 1n) / CENT)
}

/** @arg {[quantity: unknown, price: unknown][]} */
export function worth(...held) {
	const products = held.map(([quantity, price]) => times(quantity, price))
	const sum = products.reduce((total, each) => (total === null || each === null ? null : total + each), 0n)
	return sum === null ? null : Number((sum + CENT / 2n) / CENT)
}

/** @arg {unknown} */
export function toNano(quantity) {
	const size = Number(nano(quantity, 0n) ?? Number.NaN)
	return Number.isSafeInteger(size) ? size : null
}

/** @arg {number} */
export function quantity(size) {
	const digits = String(size).padStart(10, "0")
	return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "")
}

/** `size * part / whole`, exact, rounded down. @arg {number} @arg {number} @arg {number} */
export function share(size, part, whole) {
	return Number((BigInt(size) * BigInt(part)) / BigInt(whole))
}

/** @arg {number} */
export function dollars(cents) {
	const size = Math.abs(cents)
	return `${cents < 0 ? "-" : ""}${Math.floor(size / 100)}.${String(size % 100).padStart(2, "0")}`
}

/** @arg {number | null} */
export function usd(cents) {
	if (cents === null || !Number.isSafeInteger(cents)) return "an unknown amount"
	const [whole = "", rest] = dollars(Math.abs(cents)).split(".")
	return `${cents < 0 ? "-" : ""}$${whole.replace(/\B(?=(?:\d{3})+$)/g, ",")}.${rest}`
}

/** @arg {unknown} @arg {unknown} */
function times(quantity, price) {
	const [pieces, each] = [nano(quantity, 1n), nano(price, 1n)]
	return pieces === null || each === null ? null : pieces * each
}

/** @arg {unknown} @arg {bigint} rest what further digits count for */
function nano(text, rest) {
	const [, sign, whole, digits = ""] = DECIMAL.exec(plain(text)) ?? [, "-"]
	if (sign === "-") return null
	return BigInt(`${whole}${digits.slice(0, 9).padEnd(9, "0")}`) + (Number(digits.slice(9)) > 0 ? rest : 0n)
}

/** @arg {unknown} */
function plain(value) {
	return typeof value === "string" || typeof value === "number" ? String(value) : ""
}
