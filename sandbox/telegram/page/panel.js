/** One site's panel: asks its stand-in how things are and draws anew only what has changed. */
import { call } from "/page/api.js";
import { h, icon } from "/page/dom.js";
import { copyAloud, complain } from "/page/notices.js";

/** @typedef {{key: string, data: any, draw: (data: any) => any}} Section */

export class Panel {
  /**
   * @param {string} site @param {string} title @param {any} sign icon's name
   * @param {() => string} url where the stand-in answers
   * @param {(panel: Panel, overview: any) => Section[]} sections
   */
  constructor(site, title, sign, url, sections) {
    this.url = url;
    this.sections = sections;
    /** @type {any} */
    this.overview = null;
    /** @type {Map<string, {seen: string, element: HTMLElement}>} */
    this.drawn = new Map();
    this.tools = h("div", { class: "tools" });
    this.body = h("div", { class: "panel-body" }, h("p", { class: "empty" }, "Asking…"));
    this.element = h("section", { class: `panel ${site}`, tabindex: "-1", "aria-label": title },
      h("header", {}, h("span", { class: "mark", "aria-hidden": "true" }, icon(sign)), h("h2", {}, title), h("span", { class: "badge" }, "sandbox"), this.tools),
      this.body);
  }

  /** Ask and draw. */
  async refresh() {
    const url = this.url();
    try {
      const overview = await call("GET", `${url}/_sandbox/overview`);
      if (url === this.url()) this.draw(overview);
    } catch (error) {
      this.drawn.clear();
      this.body.replaceChildren(h("p", { class: "empty" }, error instanceof Error ? error.message : String(error)));
    }
  }

  /** Draw what is known once more, after a choice made on this page. */
  redraw() {
    if (this.overview) this.draw(this.overview);
  }

  /** @param {any} overview */
  draw(overview) {
    this.overview = overview;
    const wanted = this.sections(this, overview);
    const before = this.drawn;
    this.drawn = new Map();
    for (const { key, data, draw } of wanted) {
      const seen = JSON.stringify(data);
      const old = before.get(key);
      const element = old?.seen === seen ? old.element : draw(data);
      if (old && old.element !== element && !element.classList.contains("quiet")) element.classList.add("changed");
      this.drawn.set(key, { seen, element });
    }
    const focus = this.focused();
    const elements = [...this.drawn.values()].map(({ element }) => element);
    if (elements.length !== this.body.children.length || elements.some((element, i) => this.body.children[i] !== element)) {
      this.body.replaceChildren(...elements);
      if (focus) [...this.body.querySelectorAll("button, select, a")].find((x) => nameOf(x) === focus)?.focus({ preventScroll: true });
    }
  }

  focused() {
    const active = document.activeElement;
    return active && this.body.contains(active) ? nameOf(active) : null;
  }

  /** Do what a button of the site does, then look again. @param {string} path @param {object} body */
  async act(path, body) {
    try {
      return await call("POST", `${this.url()}/_sandbox${path}`, body);
    } catch (error) {
      complain(error);
      return null;
    } finally {
      await this.refresh();
    }
  }
}

/** @param {Element} element */
const nameOf = (element) => `${element.tagName} ${element.getAttribute("aria-label") ?? element.textContent}`;

/** A card with a heading. @param {string} title @param {...any} children @returns {HTMLElement} */
export const card = (title, ...children) => h("section", { class: "card" }, h("h3", {}, title), ...children);

/** @param {string} label @param {() => any} run @param {string} [kind] */
export function act(label, run, kind = "") {
  const button = h("button", { type: "button", class: `act ${kind}`, onclick: press }, label);
  async function press() {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await run();
    button.removeAttribute("aria-busy");
  }
  return button;
}

/** A value beside a button that copies it. @param {string} label @param {string} value */
export function copyRow(label, value) {
  const button = h("button", { type: "button", class: "act small", "aria-label": `Copy ${label}`, onclick: () => copyAloud(value) }, icon("copy"), "Copy");
  return h("div", { class: "copy-row" }, h("div", {}, h("small", {}, label), h("code", { dataset: { value: label } }, value)), button);
}

/** A panel for values that are shown this once. @param {string} note @param {[string, string][]} values @param {() => void} done */
export function shownOnce(note, values, done) {
  return h("div", { class: "once", role: "group", "aria-label": note }, h("p", {}, icon("alert"), note),
    ...values.map(([label, value]) => copyRow(label, value)), act("Done, I have copied it", done, "strong"));
}

/** @param {string|number|null|undefined} amount @param {string} [currency] */
export function money(amount, currency = "USD") {
  const number = Number(amount);
  return Number.isFinite(number) && amount != null ? number.toLocaleString("en-US", { style: "currency", currency }) : "–";
}

/** @param {string} moment ISO 8601 @param {string} [zone] */
export function when(moment, zone) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "–";
  return date.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone });
}

/** A word in a coloured frame. @param {string} text @param {string} [tone] */
export const tag = (text, tone = "") => h("span", { class: `tag ${tone}` }, text);
