// How settings are read: each is exactly what it should be, or BadSettings says which is not.

import { amount } from "./money.js"

const SYMBOL = /^[A-Z][A-Z0-9.]{0,9}$/

export class BadSettings extends Error {}

/** @arg {unknown} @arg {string} */
export function record(raw, name) {
	if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new BadSettings(`${name} is not an object.`)
	return /** @type {Fields} */ (raw)
}

/** @arg {unknown} @arg {string} */
export function money(raw, name) {
	const cents = amount(raw)
	if (cents === null) throw new BadSettings(`${name} is not an amount in dollars.`)
	return cents
}

/** @arg {unknown} @arg {string} */
export function symbols(raw, name) {
	const list = Array.isArray(raw) ? raw : null
	if (!list || new Set(list).size !== list.length) throw new BadSettings(`${name} is not a list of symbols.`)
	for (const symbol of list) {
		if (typeof symbol !== "string" || !SYMBOL.test(symbol)) throw new BadSettings(`${name} holds an odd symbol.`)
	}
	return list
}

/** @arg {unknown} @arg {string} */
export function text(raw, name) {
	if (typeof raw !== "string" || raw === "") throw new BadSettings(`${name} is missing.`)
	return raw
}

/** @arg {unknown} @arg {number} @arg {string} */
export function whole(raw, most, name) {
	const number = Number.isSafeInteger(raw) ? Number(raw) : 0
	if (number < 1 || number > most) throw new BadSettings(`${name} is not a whole number from 1 to ${most}.`)
	return number
}
