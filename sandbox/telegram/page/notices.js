/** Short answers above the composer, and the alert a bot can raise. */
import { copy, h, modal } from "/page/dom.js";

const SHOWN = 3500;

/** Show one line for a few seconds. @param {string} text @param {{label: string, run: () => void}} [action] */
export function toast(text, action) {
  const holder = topmost();
  const line = h("div", { class: "toast" }, h("span", { dir: "auto" }, text));
  if (action) line.append(h("button", { type: "button", onclick: () => (line.remove(), action.run()) }, action.label));
  holder.replaceChildren(line);
  setTimeout(() => line.remove(), action ? 2 * SHOWN : SHOWN);
}

/** Behind an open dialog nothing can be seen or pressed, so the line goes into the dialog. @returns {HTMLElement} */
function topmost() {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (!dialog) return /** @type {HTMLElement} */ (document.getElementById("toasts"));
  const known = dialog.querySelector(":scope > .toasts");
  if (known) return /** @type {HTMLElement} */ (known);
  const holder = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  dialog.append(holder);
  return holder;
}

/** Say what went wrong. @param {unknown} error */
export const complain = (error) => toast(error instanceof Error ? error.message : String(error));

/** Show a text that waits for OK. @param {string} title @param {string} text */
export function alertBox(title, text) {
  const ok = h("button", { type: "button", class: "wide", onclick: () => box.close() }, "OK");
  const box = modal("alert", title, h("h2", { dir: "auto" }, title), h("p", { dir: "auto" }, text), ok);
  ok.focus();
}

/** Copy and say so. @param {string} text */
export async function copyAloud(text) {
  toast((await copy(text)) ? "Copied" : "Copying is not allowed here: select the text instead.");
}
