/** The menu of one message: edit, delete, copy; by long press, right click or from the keyboard. */
import { h, icon } from "/page/dom.js";
import { copyAloud } from "/page/notices.js";

const LONG = 450;
const SLIP = 10;

/**
 * @param {import("/page/chat.js").Chat} chat
 * @param {HTMLElement} list
 * @param {{edit: (message: any) => void, remove: (message: any) => void}} acts
 */
export function messageMenus(chat, list, acts) {
  const open = (/** @type {HTMLElement} */ element, /** @type {number} */ x, /** @type {number} */ y) => {
    const message = chat.message(Number(element.dataset.messageId));
    if (message) showMenu(element, entries(message, acts), x, y);
  };
  list.addEventListener("contextmenu", (event) => {
    const element = messageAt(event.target);
    if (!element || /** @type {Element} */ (event.target).closest("a, button")) return;
    event.preventDefault();
    if (event.clientX || event.clientY) open(element, event.clientX, event.clientY);
    else openAt(element);
  });
  list.addEventListener("keydown", (event) => {
    const element = messageAt(event.target);
    if (!element || event.target !== element || event.key !== "Enter") return;
    event.preventDefault();
    openAt(element);
  });
  const openAt = (/** @type {HTMLElement} */ element) => {
    const box = element.getBoundingClientRect();
    open(element, element.dataset.from === "user" ? box.right - 220 : box.left + 20, box.bottom - 10);
  };
  longPress(list, open);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const messageAt = (target) => /** @type {Element} */ (target).closest?.("[data-message-id]");

/** Touch screens have no right button. @param {HTMLElement} list */
function longPress(list, open) {
  let timer = 0;
  let from = { x: 0, y: 0 };
  const stop = () => clearTimeout(timer);
  list.addEventListener("pointerdown", (event) => {
    const element = messageAt(event.target);
    if (event.pointerType === "mouse" || !element) return;
    from = { x: event.clientX, y: event.clientY };
    timer = window.setTimeout(() => open(element, from.x, from.y), LONG);
  });
  list.addEventListener("pointermove", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLIP) stop();
  });
  for (const end of ["pointerup", "pointercancel"]) list.addEventListener(end, stop);
}

/** @param {any} message */
function entries(message, acts) {
  const found = [];
  const own = message.from === "user";
  if (own && message.text) found.push({ label: "Edit", sign: "pencil", run: () => acts.edit(message) });
  const text = message.text || message.caption;
  if (text && !message.protect_content) found.push({ label: "Copy text", sign: "copy", run: () => copyAloud(text) });
  if (own) found.push({ label: "Delete", sign: "trash", danger: true, run: () => acts.remove(message) });
  if (found.length === 0) found.push({ label: "Protected: cannot be copied", sign: "lock", run: () => {} });
  return found;
}

/** @param {HTMLElement} owner @param {any[]} found @param {number} x @param {number} y */
function showMenu(owner, found, x, y) {
  document.querySelector(".cover")?.remove();
  const items = found.map((entry) => h("button", {
    type: "button", role: "menuitem", tabindex: "-1", class: entry.danger ? "danger" : "",
    onclick: () => (close(), entry.run()),
  }, icon(entry.sign), entry.label));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": "Message" }, ...items);
  const cover = h("div", { class: "cover", onpointerdown: close, oncontextmenu: close }, menu);
  menu.addEventListener("pointerdown", (/** @type {Event} */ event) => event.stopPropagation());
  menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => walk(event, items, close));
  document.body.append(cover);
  const { offsetWidth: wide, offsetHeight: high } = menu;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - wide - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - high - 8))}px`;
  owner.classList.add("chosen");
  items[0].focus();
  function close(/** @type {Event} */ event = undefined) {
    event?.preventDefault();
    cover.remove();
    owner.classList.remove("chosen");
    if (owner.isConnected) owner.focus({ preventScroll: true });
  }
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} items @param {() => void} close */
function walk(event, items, close) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) items[(at + step + items.length) % items.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
}
