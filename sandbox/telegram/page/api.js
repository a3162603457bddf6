/**
 * The control API of the chat server, as one person's app uses it.
 * @typedef {{text: string, data?: string, url?: string, web_app?: string, copy_text?: string, disabled?: boolean, style?: string}} Button
 * @typedef {{id: number, from: "user"|"bot", date: number, edited: boolean, text: string, caption: string|null, html: string,
 *   photo: {url: string, width?: number, height?: number}|null, document: {name: string, url?: string, size?: number}|null,
 *   buttons: Button[][], reply_keyboard: any, remove_keyboard?: boolean, force_reply: any, protect_content: boolean,
 *   reply_to?: number|null, service?: Record<string, any>|null}} Message
 * @typedef {{username: string, name: string, description: string, short_description: string,
 *   commands: {command: string, description: string}[], menu_button: any}} Bot
 * @typedef {{chat_id: number, seq: number, bot: Bot, messages: Message[]}} Snapshot
 */

/** An answer that is not a success; `message` may be shown to the person. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Call a stand-in's control API.
 * @param {string} method @param {string} url @param {object} [body] @param {AbortSignal} [signal] @returns {Promise<any>}
 */
export async function call(method, url, body, signal) {
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  let answer;
  try {
    answer = await fetch(url, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, "The sandbox does not answer.");
  }
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, reason(data) ?? `The sandbox answered ${answer.status}.`);
  return data;
}

/** @param {any} data */
function reason(data) {
  const found = data.description ?? data.message ?? data.detail ?? data.error;
  return typeof found === "string" ? found : undefined;
}

/** @param {{id?: number, first_name?: string, language_code?: string}} user */
export const saveUser = (user) => call("POST", "/_sandbox/users", user);

/** What the page may see beside the chat, or null if there is nothing. */
export const panelAddresses = () => call("GET", "/_sandbox/panels").catch(() => null);

/** One chat of the server. @param {number} id */
export function chatApi(id) {
  const base = `/_sandbox/chats/${id}`;
  return {
    /** @returns {Promise<Snapshot>} */
    load: () => call("GET", base),
    /** @param {number} since @param {number} wait @param {AbortSignal} signal */
    events: (since, wait, signal) => call("GET", `${base}/events?since=${since}&wait=${wait}`, undefined, signal),
    /** @param {object} content */
    send: (content) => call("POST", `${base}/messages`, content),
    /** @param {number} message @param {string} text */
    edit: (message, text) => call("POST", `${base}/messages/${message}`, { text }),
    /** @param {number} message */
    remove: (message) => call("DELETE", `${base}/messages/${message}`),
    /** The address of a Mini App with what tells it who opens it. @param {string} url */
    launch: (url) => call("POST", `${base}/launches`, { url }),
    /** @param {number} message @param {string} data */
    tap: (message, data) => call("POST", `${base}/taps`, { message_id: message, data }),
  };
}

/** @typedef {ReturnType<typeof chatApi>} ChatApi */
