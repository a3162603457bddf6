/** The buttons under a message, and the wait for the bot's answer to a tap. */
import { h, icon, modal } from "/page/dom.js";
import { complain, copyAloud } from "/page/notices.js";

/** As long as the bot may take before the apps stop waiting. */
const PATIENCE = 15_000;
/** A style is shown by a sign of its own as well as by colour. @type {Record<string, any>} */
const SIGNS = { danger: ["alert", "red"], success: ["check", "green"], primary: ["bolt", "blue"] };

/** Taps that wait for their answer; the answer may overtake the reply that tells the tap's id. */
export class Taps {
  /** @param {import("/page/api.js").ChatApi} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, HTMLElement>} */
    this.waiting = new Map();
    /** @type {Set<string>} */
    this.early = new Set();
  }

  /** @param {HTMLElement} button @param {number} message @param {string} data */
  async tap(button, message, data) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const { callback_id: id } = await this.api.tap(message, data);
      if (this.early.delete(String(id))) return rest(button);
      this.waiting.set(String(id), button);
      setTimeout(() => this.answered(id), PATIENCE);
    } catch (error) {
      rest(button);
      complain(error);
    }
  }

  /** Open a button's Mini App as this person. @param {string} title @param {string} url */
  async launch(title, url) {
    try {
      webApp(title, (await this.api.launch(url)).url);
    } catch (error) {
      complain(error);
    }
  }

  /** @param {string} id */
  answered(id) {
    const button = this.waiting.get(String(id));
    if (button) rest(button);
    else this.early.add(String(id));
    this.waiting.delete(String(id));
  }
}

/** @param {HTMLElement} button */
const rest = (button) => button.removeAttribute("aria-busy");

/**
 * @param {import("/page/api.js").Message} message
 * @param {{taps: Taps, open: (event: MouseEvent, url: string) => void}} hands
 */
export function inlineKeyboard(message, hands) {
  const rows = message.buttons.map((row) =>
    h("div", { class: "row" }, ...row.map((button) => inlineButton(message, button, hands))));
  return h("div", { class: "keyboard", role: "group", "aria-label": "Answers" }, ...rows);
}

function inlineButton(message, button, hands) {
  const [sign, colour] = SIGNS[button.style] ?? [];
  const label = h("span", { class: "label", dir: "auto" }, button.text);
  const shared = { class: `key ${button.style ?? ""}`, "aria-description": colour && `${button.style} button` };
  if (button.url) {
    const onclick = (/** @type {MouseEvent} */ event) => hands.open(event, button.url);
    const link = { href: button.url, target: "_blank", rel: "noopener noreferrer", onclick };
    return h("a", { ...shared, ...link }, sign && icon(sign), label, corner("external"));
  }
  const run = (/** @type {Event} */ event) => press(/** @type {HTMLElement} */ (event.currentTarget));
  function press(/** @type {HTMLElement} */ element) {
    if (button.data !== undefined) void hands.taps.tap(element, message.id, button.data);
    else if (button.copy_text) void copyAloud(button.copy_text);
    else if (button.web_app) void hands.taps.launch(button.text, button.web_app);
  }
  const dead = button.disabled || ![button.data, button.copy_text, button.web_app].some((x) => x !== undefined);
  const mark = button.copy_text ? corner("copy") : button.web_app ? corner("window") : null;
  return h("button", { ...shared, type: "button", disabled: dead, onclick: run },
    sign && icon(sign), label, mark, h("span", { class: "spinner", "aria-hidden": "true" }));
}

/** @param {any} name */
const corner = (name) => h("span", { class: "corner" }, icon(name));

/** Open a bot's own page in a sheet over the chat. @param {string} title @param {string} url */
export function webApp(title, url) {
  const close = h("button", { type: "button", class: "round", "aria-label": "Close", onclick: () => sheet.close() }, icon("close"));
  const frame = h("iframe", { src: url, title, sandbox: "allow-scripts allow-forms allow-same-origin allow-popups" });
  const outside = h("a", { class: "round", href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": "Open in a new tab" }, icon("external"));
  const sheet = modal("webapp", title, h("header", {}, h("h2", { dir: "auto" }, title), outside, close), frame);
}

/**
 * The keyboard a bot puts in place of the letters.
 * @param {any[][]} rows @param {(text: string) => void} say
 */
export function replyKeyboard(rows, say) {
  const shown = rows.map((row) => h("div", { class: "row" }, ...row.map((button) => {
    const text = typeof button === "string" ? button : button.text;
    return h("button", { type: "button", class: `key ${button.style ?? ""}`, dir: "auto", onclick: () => say(text) }, text);
  })));
  return h("div", { class: "reply-keyboard", role: "group", "aria-label": "Suggested answers" }, ...shown);
}
