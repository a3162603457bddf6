/** The list of messages: what the server says happened, happens on the screen. */
import { dayElement, dayOf, fill, messageElement, serviceElement } from "/page/bubble.js";
import { calm } from "/page/dom.js";
import { farewell } from "/page/farewell.js";

/** @typedef {import("/page/api.js").Message} Message */

export class Chat {
  /**
   * @param {HTMLElement} list
   * @param {import("/page/scroll.js").Scroll} scroll
   * @param {{bot: string, lang: string, hands: any, find: (id: number) => Message | undefined}} context
   */
  constructor(list, scroll, context) {
    this.list = list;
    this.scroll = scroll;
    this.context = context;
    /** @type {Map<number, {message: Message, element: HTMLElement}>} */
    this.shown = new Map();
    /** Called when what is shown has changed. */
    this.settled = () => {};
    list.addEventListener("keydown", (event) => this.move(event));
  }

  /** Show a snapshot, keeping what is already right. @param {Message[]} messages */
  load(messages) {
    this.list.setAttribute("aria-busy", "true");
    this.list.replaceChildren();
    this.shown.clear();
    for (const message of messages) this.place(message);
    const lastBot = messages.findLastIndex((message) => message.from === "bot");
    messages.slice(0, lastBot + 1).forEach((message) => this.shown.get(message.id)?.element.classList.add("read"));
    this.list.removeAttribute("aria-busy");
    this.settle();
    this.scroll.toEnd();
  }

  /** @param {Message} message */
  add(message) {
    if (this.shown.has(message.id)) return this.change(message);
    this.place(message).classList.add("arriving");
    this.settle();
    if (message.from === "user") this.scroll.toEnd();
    else this.scroll.added();
  }

  /** @param {Message} message */
  change(message) {
    const known = this.shown.get(message.id);
    if (!known) return this.add(message);
    const focus = focusIn(known.element);
    known.message = message;
    fill(known.element, message, this.context);
    restoreFocus(known.element, focus);
    flash(known.element);
    this.settle();
    if (this.scroll.sticks) this.scroll.down();
  }

  /** @param {number[]} ids @param {"bot"|"user"} by */
  remove(ids, by) {
    const gone = ids.flatMap((id) => this.shown.get(id)?.element ?? []);
    if (gone.some((element) => element.contains(document.activeElement))) document.getElementById("message")?.focus();
    for (const id of ids) this.shown.delete(id);
    void farewell(gone, by).then(() => this.settle());
    this.settle();
  }

  /** The bot did something, so it has read what was said before. */
  read() {
    for (const { element } of this.shown.values()) element.classList.add("read");
  }

  /** @param {number} id */
  message(id) {
    return this.shown.get(id)?.message;
  }

  /** @param {(message: Message) => boolean} which @returns {Message | undefined} */
  last(which) {
    return [...this.shown.values()].map(({ message }) => message).findLast(which);
  }

  /** @param {Message} message @returns {HTMLElement} */
  place(message) {
    const element = message.service ? serviceElement(message) : messageElement(message, this.context);
    this.shown.set(message.id, { message, element });
    if (this.lastDay() !== dayOf(message)) this.list.append(dayElement(dayOf(message)));
    this.list.append(element);
    return element;
  }

  lastDay() {
    return /** @type {HTMLElement | undefined} */ ([...this.list.querySelectorAll("[data-day-line]")].at(-1))?.dataset.dayLine;
  }

  /** Runs of one sender belong together, and one message is the way in for the Tab key. */
  settle() {
    const messages = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll(".message:not(.leaving)")]);
    messages.forEach((element, index) => {
      const next = messages[index + 1];
      element.classList.toggle("last-of-run", next?.dataset.from !== element.dataset.from);
      if (!messages.includes(/** @type {any} */ (document.activeElement))) element.tabIndex = next ? -1 : 0;
    });
    for (const line of this.list.querySelectorAll("[data-day-line]")) {
      if (line.nextElementSibling?.matches("[data-day-line]") ?? true) line.remove();
    }
    this.settled();
  }

  /** Arrow keys walk from message to message. @param {KeyboardEvent} event */
  move(event) {
    const messages = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll(".message:not(.leaving)")]);
    const at = messages.indexOf(/** @type {any} */ (event.target));
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -at, End: messages.length - 1 - at }[event.key];
    if (at < 0 || step === undefined) return;
    event.preventDefault();
    const next = messages[Math.max(0, Math.min(messages.length - 1, at + step))];
    for (const element of messages) element.tabIndex = element === next ? 0 : -1;
    next.focus();
  }
}

/** The text of the control that has the focus, if it is in this message. @param {HTMLElement} element */
function focusIn(element) {
  const active = document.activeElement;
  return active && active !== element && element.contains(active) ? active.textContent : null;
}

/** Never moves on to another button: a second press of Enter must not do something else. */
function restoreFocus(element, text) {
  if (text === null) return;
  const same = controls(element).find((control) => control.textContent === text);
  (same ?? element).focus({ preventScroll: true });
}

/** @param {HTMLElement} element @returns {HTMLElement[]} */
const controls = (element) => [...element.querySelectorAll("a[href], button:not([disabled]), [role=button]")].map((x) => /** @type {HTMLElement} */ (x));

/** @param {HTMLElement} element */
function flash(element) {
  if (calm()) return;
  element.classList.remove("changed", "arriving");
  void element.offsetWidth;
  element.classList.add("changed");
}
