// The calls to Alpaca. Nothing here throws; the keys go to its two hosts only, follow no redirect, show in no answer.

import { isObject, parsed, unreachable, waitUntil } from "./answers.js"

const TIMEOUT = 10_000
const MOST_CALLS = 40 // Cloudflare's free plan allows 50 requests to others in one run

export class Alpaca {
	/** @type {string[]} */
	requestIds = []
	calls = 0

	/** @arg {Record<"url" | "keyId" | "secret", string> & {dataUrl?: string, fetcher?: any, timeout?: number}} */
	constructor({ url, dataUrl = "", keyId, secret, fetcher, timeout = TIMEOUT }) {
		this.url = (url ?? "").replace(/\/+$/, "")
		this.dataUrl = dataUrl.replace(/\/+$/, "")
		this.keys = [keyId, secret]
		this.fetcher = fetcher ?? fetch.bind(globalThis)
		this.timeout = timeout
	}

	clock() {
		return this.#object("GET", "/v2/clock")
	}

	account() {
		return this.#object("GET", "/v2/account")
	}

	positions() {
		return this.#list("/v2/positions")
	}

	openOrders() {
		return this.#list("/v2/orders?status=open&limit=500")
	}

	/** At most 500. @arg {number} after Unix milliseconds @arg {string[]} */
	ordersSince(after, symbols) {
		const since = new Date(after).toISOString()
		return this.#list(`/v2/orders?status=all&limit=500&direction=asc&after=${since}&symbols=${symbols}`)
	}

	/** @arg {string[]} */
	snapshots(symbols) {
		return this.#object("GET", `/v2/stocks/snapshots?feed=iex&symbols=${symbols}`, undefined, this.dataUrl)
	}

	/** @arg {string[]} @arg {string} @arg {string} */
	months(symbols, start, end) {
		const query = `timeframe=1Month&adjustment=split&feed=iex&start=${start}&end=${end}&symbols=${symbols}`
		return this.#object("GET", `/v2/stocks/bars?${query}`, undefined, this.dataUrl)
	}

	/** @arg {string} */
	orderById(clientOrderId) {
		return this.#object("GET", `/v2/orders:by_client_order_id?client_order_id=${clientOrderId}`)
	}

	/** @arg {Record<string, string>} */
	submit(order) {
		return this.#object("POST", "/v2/orders", order)
	}

	/** @arg {string} orderId Alpaca's */
	cancel(orderId) {
		return this.#call("DELETE", `/v2/orders/${encodeURIComponent(orderId)}`)
	}

	/** Whether the whole account takes no new orders. @arg {boolean} */
	suspend(on) {
		return this.#object("PATCH", "/v2/account/configurations", { suspend_trade: on })
	}

	/** @arg {string} @arg {string} @arg {Fields} [body] @arg {string} [url] */
	async #object(method, path, body, url) {
		const answer = await this.#call(method, path, body, url)
		return answer.kind === "ok" && !isObject(answer.body) ? unreachable("odd") : answer
	}

	/** @arg {string} */
	async #list(path) {
		const answer = await this.#call("GET", path)
		const odd = answer.kind === "ok" && !(Array.isArray(answer.body) && answer.body.every(isObject))
		return odd ? unreachable("odd") : answer
	}

	/** @arg {string} @arg {string} @arg {Fields} [body] @arg {string} [url] */
	async #call(method, path, body, url = this.url) {
		if (this.calls >= MOST_CALLS) return unreachable("spent")
		this.calls += 1
		const [keyId = "", secret = ""] = this.keys
		/** @type {Record<string, string>} */
		const headers = { "APCA-API-KEY-ID": keyId, "APCA-API-SECRET-KEY": secret, Accept: "application/json" }
		if (body) headers["Content-Type"] = "application/json"
		try {
			const response = await this.fetcher(url + path, {
				method,
				headers,
				...(body ? { body: JSON.stringify(body) } : {}),
				redirect: "manual",
				signal: AbortSignal.timeout(this.timeout),
			})
			const id = response.headers.get("X-Request-ID")
			if (id) this.requestIds.push(id.slice(0, 64))
			return this.#read(response, await response.text())
		} catch (error) {
			// Only the kind of error: the text of one about a header would quote the key.
			const late = error instanceof Error && error.name === "TimeoutError"
			return unreachable(late ? "late" : "connection")
		}
	}

	/** @arg {Response} @arg {string} @return {Answer} */
	#read(response, text) {
		const { status } = response
		const body = parsed(text)
		if (status === 401) return { kind: "keys" }
		if (status === 429) return { kind: "wait", until: waitUntil(response.headers, Date.now()) }
		if (status === 204) return { kind: "ok", body: null }
		if (status >= 200 && status < 300) {
			return body === undefined ? unreachable("odd", status) : { kind: "ok", body }
		}
		const fields = isObject(body) ? body : status === 404 ? {} : null
		if (status >= 500) return unreachable("trouble", status)
		if (status < 400 || fields === null) return unreachable("odd", status)
		const code = typeof fields.code === "number" ? fields.code : null
		return { kind: "refused", status, code, message: this.#clean(String(fields.message ?? "")), fields }
	}

	/** @arg {string} */
	#clean(message) {
		return this.keys.reduce((text, key) => text.replaceAll(key, "…"), message).slice(0, 200)
	}
}
