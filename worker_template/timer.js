// What wakes this Worker up: Cloudflare's cron, or the alarm of its Durable Object, for accounts without a free cron slot.
// Where both are set, the alarm stands by and steps in should the cron stop.

const QUARTER = 900_000
const nextQuarter = () => (Math.floor(Date.now() / QUARTER) + 1) * QUARTER

/** @arg {State} */
const isOn = ({ ledger }) => ledger.recall("alarm") === true && !ledger.isPausedFor("destroy")

/** @arg {State} */
export async function wind(state) {
	const { storage } = state
	if (isOn(state)) await storage.setAlarm(nextQuarter())
	else if ((await storage.getAlarm()) !== null) await storage.deleteAlarm()
}

/** Whether the alarm has nothing to do: it is off, or a cron came of late. @arg {State} */
export function standsBy(state) {
	return !isOn(state) || Date.now() - Number(state.ledger.recall("cron_at")) < 1.5 * QUARTER
}

/** @arg {State} */
export function timer(state) {
	return { schedule: standsBy(state) ? "cron" : "alarm", next: new Date(nextQuarter()).toISOString() }
}
