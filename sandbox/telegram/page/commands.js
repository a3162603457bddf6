/** The bot's commands: behind the menu button, and as suggestions while a slash is typed. */
import { h, icon } from "/page/dom.js";
import { webApp } from "/page/keyboard.js";

export class Commands {
  /** @param {(text: string) => void} say */
  constructor(say) {
    this.say = say;
    /** @type {{command: string, description: string}[]} */
    this.commands = [];
    /** @type {any} */
    this.menuButton = null;
    this.text = h("span", {}, "Menu");
    this.button = h("button", { type: "button", class: "menu-button", "aria-expanded": "false", hidden: true, onclick: () => this.press() },
      icon("menu"), this.text);
    this.list = h("div", { class: "commands", role: "group", "aria-label": "Commands", hidden: true });
    this.list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.walk(event));
  }

  /** @param {import("/page/api.js").Bot} bot */
  set(bot) {
    this.commands = bot.commands ?? [];
    this.menuButton = bot.menu_button;
    const app = this.menuButton?.type === "web_app";
    this.text.textContent = app ? this.menuButton.text : "Menu";
    this.button.hidden = !app && this.commands.length === 0;
    if (this.commands.length === 0) this.close();
  }

  press() {
    if (this.menuButton?.type === "web_app") return webApp(this.menuButton.text, this.menuButton.web_app.url);
    if (!this.list.hidden) return this.close();
    this.open(this.commands);
    this.list.querySelector("button")?.focus();
  }

  /** Show what fits the words typed so far. @param {string} typed */
  suggest(typed) {
    const start = /^\/(\w*)$/.exec(typed)?.[1];
    const fitting = start === undefined ? [] : this.commands.filter(({ command }) => command.startsWith(start));
    if (fitting.length) this.open(fitting);
    else this.close();
  }

  open(commands) {
    this.list.replaceChildren(...commands.map(({ command, description }) =>
      h("button", { type: "button", onclick: () => (this.close(), this.say(`/${command}`)) },
        h("span", { dir: "auto" }, description), h("code", {}, `/${command}`))));
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("button")]);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(at + step + all.length) % all.length].focus();
    else if (event.key === "Escape") {
      this.close();
      this.button.focus();
    } else return;
    event.preventDefault();
  }
}
