/** Where the person writes: text, a file with a caption, a correction. */
import { Commands } from "/page/commands.js";
import { h, icon } from "/page/dom.js";
import { replyKeyboard } from "/page/keyboard.js";
import { complain } from "/page/notices.js";

export class Composer {
  /**
   * @param {HTMLElement} foot
   * @param {import("/page/api.js").ChatApi} api
   * @param {{lastOwn: () => any}} chat
   */
  constructor(foot, api, chat) {
    this.api = api;
    this.chat = chat;
    /** @type {{message: any} | null} */
    this.editing = null;
    /** @type {File | null} */
    this.file = null;
    /** @type {number | null} */
    this.replyTo = null;
    this.commands = new Commands((text) => this.say(text));
    this.area = h("textarea", { id: "message", rows: "1", placeholder: "Message", "aria-label": "Message", dir: "auto", autocomplete: "off",
      oninput: () => this.typed(), onkeydown: (/** @type {KeyboardEvent} */ e) => this.key(e), onpaste: (/** @type {ClipboardEvent} */ e) => this.paste(e) });
    this.sendButton = h("button", { type: "button", class: "round send", "aria-label": "Send", onclick: () => this.submit() }, icon("send"));
    this.about = h("div", { class: "about", hidden: true });
    this.keys = h("div", { class: "keys", hidden: true });
    this.line = h("div", { class: "line" }, this.commands.button, this.area, this.attachButton(), this.sendButton);
    this.start = h("button", { type: "button", class: "start", hidden: true, onclick: () => this.say("/start") }, "Start");
    foot.append(this.commands.list, this.about, this.line, this.keys, this.start);
    this.typed();
  }

  attachButton() {
    const inputs = { Photo: h("input", { type: "file", accept: "image/*", hidden: true, "aria-label": "Photo" }),
      Document: h("input", { type: "file", hidden: true, "aria-label": "Document" }) };
    const pick = h("div", { class: "attach-menu", role: "group", "aria-label": "Attach", hidden: true });
    const button = h("button", { type: "button", class: "round", "aria-label": "Attach", "aria-expanded": "false", onclick: () => open(pick.hidden) }, icon("attach"));
    const open = (/** @type {boolean} */ yes) => {
      pick.hidden = !yes;
      button.setAttribute("aria-expanded", String(yes));
      if (yes) pick.querySelector("button").focus();
    };
    for (const [name, input] of Object.entries(inputs)) {
      input.addEventListener("change", () => (this.attach(input.files[0], name === "Photo"), (input.value = "")));
      pick.append(input, h("button", { type: "button", onclick: () => (open(false), input.click()) }, icon(name === "Photo" ? "image" : "file"), name));
    }
    const holder = h("div", { class: "attach" }, pick, button);
    holder.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => e.key === "Escape" && (open(false), button.focus()));
    holder.addEventListener("focusout", (/** @type {FocusEvent} */ e) => e.relatedTarget && !holder.contains(/** @type {Node} */ (e.relatedTarget)) && open(false));
    return holder;
  }

  /** Show the Start button alone until there is a conversation. @param {boolean} yes */
  awaitStart(yes) {
    this.start.hidden = !yes;
    this.line.hidden = yes;
  }

  /** Follow what a new bot message asks of the keyboard. @param {any} message @param {string} bot */
  follow(message, bot) {
    if (message.reply_keyboard) this.keys.replaceChildren(replyKeyboard(message.reply_keyboard, (text) => this.say(text)));
    if (message.reply_keyboard || message.remove_keyboard || message.force_reply) this.keys.hidden = !message.reply_keyboard;
    if (!message.force_reply || this.editing || this.file) return;
    this.replyTo = message.id;
    this.tell("reply", `Reply to ${bot}`, message.text || message.caption || "");
    this.area.placeholder = message.force_reply.placeholder || "Reply";
    this.area.focus({ preventScroll: true });
  }

  /** The message to be answered is gone. @param {number[]} ids */
  gone(ids) {
    if (this.replyTo !== null && ids.includes(this.replyTo)) this.unlead();
    if (this.editing && ids.includes(this.editing.message.id)) this.rest();
  }

  /** Take away what stands above the line, leaving what is typed. */
  unlead() {
    this.replyTo = null;
    this.about.hidden = true;
    this.area.placeholder = "Message";
  }

  /** @param {File | null | undefined} file @param {boolean} photo */
  attach(file, photo) {
    if (!file) return;
    this.rest();
    this.file = file;
    this.asPhoto = photo;
    this.tell(photo ? "image" : "file", photo ? "Photo" : "Document", file.name);
    this.area.placeholder = "Add a caption…";
    this.typed();
    this.area.focus();
  }

  /** @param {any} message */
  edit(message) {
    this.rest();
    this.editing = { message };
    this.tell("pencil", "Edit message", message.text);
    this.area.value = message.text;
    this.typed();
    this.area.focus();
  }

  /** Say above the line what the next press of Send does. */
  tell(sign, title, detail) {
    const cancel = h("button", { type: "button", class: "round", "aria-label": "Cancel", onclick: () => (this.rest(), this.area.focus()) }, icon("close"));
    this.about.replaceChildren(icon(sign), h("div", {}, h("strong", {}, title), h("span", { dir: "auto" }, detail)), cancel);
    this.about.hidden = false;
  }

  /** Back to an empty line. */
  rest() {
    this.editing = null;
    this.file = null;
    this.area.value = "";
    this.unlead();
    this.typed();
  }

  typed() {
    this.commands.suggest(this.area.value);
    this.sendButton.disabled = !this.area.value.trim() && !this.file;
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight}px`;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const { key, shiftKey } = event;
    if (key === "Enter" && !shiftKey) this.submit();
    else if (key === "Escape" && !this.about.hidden) this.rest();
    else if (key === "Escape") this.commands.close();
    else if (key === "ArrowUp" && !this.area.value && this.chat.lastOwn()) this.edit(this.chat.lastOwn());
    else if (key === "ArrowUp" && !this.commands.list.hidden) this.commands.list.querySelector("button:last-child")?.focus();
    else return;
    event.preventDefault();
  }

  /** @param {ClipboardEvent} event */
  paste(event) {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    this.attach(file, file.type.startsWith("image/"));
  }

  submit() {
    const text = this.area.value.trim();
    const { editing, file, replyTo } = this;
    if (!text && !file) return;
    const kept = this.area.value;
    this.rest();
    const content = { ...(file ? this.withFile(file, text) : { text }), ...(replyTo === null ? {} : { reply_to: replyTo }) };
    const doing = editing ? this.change(editing.message, text) : this.api.send(content);
    doing.catch((/** @type {unknown} */ error) => {
      complain(error);
      if (this.area.value || this.file) return;
      if (file) this.attach(file, Boolean(this.asPhoto));
      this.area.value = kept;
      this.typed();
    });
  }

  async change(message, text) {
    if (text !== message.text) await this.api.edit(message.id, text);
  }

  /** Only the description of a file travels: no stand-in looks inside. @param {File} file @param {string} caption */
  withFile(file, caption) {
    const content = this.asPhoto ? { photo: true }
      : { document: { name: file.name, mime: file.type || "application/octet-stream", size: file.size } };
    return caption ? { ...content, caption } : content;
  }

  /** Send a ready-made text. @param {string} text */
  say(text) {
    this.api.send({ text }).catch(complain);
    if (this.area.value === "/" || this.area.value.startsWith("/")) this.rest();
    if (!this.line.hidden) this.area.focus({ preventScroll: true });
  }
}
