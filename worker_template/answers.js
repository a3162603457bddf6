// The ways a call to Alpaca can end, and how they are told apart.

export const WHY = {
	late: "Alpaca did not answer in time.",
	connection: "Alpaca could not be reached.",
	trouble: "Alpaca has a problem of its own at the moment.",
	odd: "Alpaca sent an answer that makes no sense.",
	spent: "This look has used up the questions it may ask.",
}

/** @arg {keyof typeof WHY} @arg {number | null} [status] @return {Unreachable} */
export function unreachable(why, status = null) {
	return { kind: "unreachable", why, status }
}

/** @arg {string} @return {unknown} */
export function parsed(text) {
	try {
		return JSON.parse(text)
	} catch {
		return undefined
	}
}

/** @arg {unknown} @return {value is Fields} */
export function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** @arg {Headers} @arg {number} */
export function waitUntil(headers, now) {
	const after = Number(headers.get("Retry-After") ?? Number.NaN) * 1000 + now
	const reset = Number(headers.get("X-RateLimit-Reset") ?? Number.NaN) * 1000
	const until = [after, reset].find((moment) => moment > now) ?? now + 60_000
	return Math.min(until, now + 600_000)
}
