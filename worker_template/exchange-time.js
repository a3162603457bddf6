// New York time, worked out here: asking the runtime costs several of the ten milliseconds that a run may use.

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ")
const MONTHS = "January February March April May June July August September October November December".split(" ")

/** @arg {number} ms Unix milliseconds */
export function exchangeTime(ms) {
	const local = ms - hoursBehind(ms) * HOUR
	const midnight = Math.floor(local / DAY) * DAY
	const date = new Date(midnight).toISOString().slice(0, 10)
	return { ms, date, dayStart: midnight + hoursBehind(midnight + 5 * HOUR) * HOUR }
}

/** A moment as one would say it in New York now: "on Monday at 9:30 in New York". @arg {number} @arg {number} */
export function inWords(ms, now) {
	const there = new Date(ms - hoursBehind(ms) * HOUR)
	const clock = `${there.getUTCHours()}:${String(there.getUTCMinutes()).padStart(2, "0")}`
	const days = Math.round((exchangeTime(ms).dayStart - exchangeTime(now).dayStart) / DAY)
	return `${dayInWords(there, days)} at ${clock} in New York`
}

/** @arg {Date} date with the local date as its UTC date @arg {number} days from today */
function dayInWords(date, days) {
	if (days === 0) return "today"
	if (Math.abs(days) === 1) return days === 1 ? "tomorrow" : "yesterday"
	if (Math.abs(days) < 7) return `on ${DAYS[date.getUTCDay()]}`
	return `on ${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()}`
}

/** @arg {string} */
export function isoWeek(date) {
	const day = Date.parse(`${date}T00:00:00Z`)
	const thursday = day + (3 - ((new Date(day).getUTCDay() + 6) % 7)) * DAY
	const year = new Date(thursday).getUTCFullYear()
	const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / DAY / 7) + 1
	return `${year}w${String(week).padStart(2, "0")}`
}

/** 4 from the second Sunday of March, 2:00, to the first Sunday of November, 2:00; else 5. @arg {number} */
function hoursBehind(ms) {
	const year = new Date(ms).getUTCFullYear()
	return ms >= sunday(year, 2, 2) + 7 * HOUR && ms < sunday(year, 10, 1) + 6 * HOUR ? 4 : 5
}

/** UTC midnight of the nth Sunday. @arg {number} @arg {number} month from 0 @arg {number} */
function sunday(year, month, nth) {
	const first = Date.UTC(year, month, 1)
	return first + (((7 - new Date(first).getUTCDay()) % 7) + 7 * (nth - 1)) * DAY
}
