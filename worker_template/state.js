// The Durable Object: it remembers, and lets one run happen at a time. A run looks at the pause before each order.

import { DurableObject } from "cloudflare:workers"
import { BadSettings } from "./checks.js"
import { chosen, inForce } from "./choice.js"
import { carryOut } from "./commands.js"
import { accountOf, alpacaWith, NO_KEYS, pairOf } from "./keys.js"
import { Ledger } from "./ledger.js"
import { inform } from "./result.js"
import { OrderBook } from "./order-book.js"
import { answer, No } from "./reply.js"
import { readSettings } from "./settings.js"
import { tick } from "./tick.js"
import { standsBy, wind } from "./timer.js"

/** @extends {DurableObject<Bindings>} */
export class SoarState extends DurableObject {
	/** @type {Promise<unknown>} */
	#queue = Promise.resolve()

	/** @arg {DurableObjectState} @arg {Bindings} */
	constructor(ctx, env) {
		super(ctx, env)
		this.bindings = env
		this.storage = ctx.storage
		this.ledger = new Ledger(ctx.storage.sql)
		this.book = new OrderBook(ctx.storage.sql)
	}

	/** @arg {Signed} */
	obey(signed) {
		return answer(() => {
			if (!this.claim(signed)) throw new No(401, "unauthorized")
			return carryOut(this, signed)
		})
	}

	/** @arg {Signed} */
	claim(signed) {
		return this.ledger.claim(signed)
	}

	/** Runs once, after any run that is still going on. @arg {"cron" | "alarm" | "command"} @arg {boolean} */
	async tick(source, dry) {
		if (source === "cron") this.ledger.remember("cron_at", Date.now())
		await wind(this)
		return this.enqueue(() => this.#run(source, dry))
	}

	/** The Durable Object's own alarm went off. It is set again before anything can go wrong. */
	async alarm() {
		await wind(this)
		if (!standsBy(this)) await answer(() => this.tick("alarm", false))
	}

	/** Takes keys. @arg {"look" | "submit" | "keep" | "prepare" | "settle"} task @arg {any} sent @return {Promise<FormAnswer>} */
	async desk(task, sent) {
		const desk = await import("./form-desk.js")
		return desk[task](this, sent)
	}

	/** @arg {string} */
	note(text) {
		this.ledger.tell("other", text)
	}

	/** Does one thing after the other. @template T @arg {() => T | Promise<T>} @return {Promise<T>} */
	enqueue(work) {
		const done = this.#queue.then(work)
		this.#queue = done.catch(() => null)
		return done
	}

	/** The pair in force; others than those that were rejected end that pause. */
	async keys() {
		const pair = await pairOf(this)
		if (pair) this.ledger.newKeys(pair.mark)
		return pair
	}

	/** @arg {string} @arg {boolean} */
	async #run(source, dry) {
		const started = Date.now()
		const { bindings, ledger, book } = this
		/** @type {string[]} */
		let requestIds = []
		/** @type {Result} */
		let result = { slot: "", outcome: "failed", code: "fault", detail: "", reason: FAULT, orders: [], marketOpen: null }
		try {
			const pair = await this.keys()
			const settings = readSettings(bindings, chosen(this), accountOf(this))
			const { armed } = inForce(this)
			if (pair) {
				const alpaca = alpacaWith(bindings, pair)
				requestIds = alpaca.requestIds
				result = await tick({ settings, alpaca, ledger, book, now: Date.now, mark: pair.mark, dry: dry || !armed })
				if (result.outcome === "dry" && !armed) result.code = "unarmed"
			} else Object.assign(result, { outcome: "idle", code: "no_keys", reason: NO_KEYS })
		} catch (error) {
			result.detail = error instanceof Error ? error.name : "unknown"
			if (error instanceof BadSettings) Object.assign(result, { code: "settings", detail: error.message, reason: DAMAGED })
		}
		const { marketOpen: market_open, ...told } = result
		const [at, ms] = [new Date(started).toISOString(), Date.now() - started]
		const record = { source, at, ms, ...told, market_open, request_ids: requestIds }
		const id = ledger.addRun(record)
		book.trim()
		inform(ledger, result, at.slice(0, 10))
		console.log(JSON.stringify({ run: id, ...record, orders: told.orders.length }))
		return { id, ...record }
	}
}

const DAMAGED = "A setting of this bot is damaged. Nothing was traded."
const FAULT = "A mistake in the bot's program ended this look."
