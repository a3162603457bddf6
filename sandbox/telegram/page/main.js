/** Puts the page together: one person, one bot, one chat. */
import { chatApi, saveUser } from "/page/api.js";
import { Chat } from "/page/chat.js";
import { Composer } from "/page/composer.js";
import { h, icon } from "/page/dom.js";
import { Taps } from "/page/keyboard.js";
import { follow } from "/page/live.js";
import { messageMenus } from "/page/menu.js";
import { alertBox, complain, toast } from "/page/notices.js";
import { Panels } from "/page/panels.js";
import { Scroll } from "/page/scroll.js";
import { current, remember } from "/page/session.js";
import { youButton } from "/page/you.js";

const ACTION_LASTS = 5000;
const ACTIONS = { typing: "typing…", upload_photo: "sending a photo…", upload_document: "sending a file…" };

/** @param {string} id */
const part = (id) => /** @type {any} */ (document.getElementById(id));

/** Say in the header what the bot is doing. */
class Status {
  constructor() {
    this.online = false;
    this.timer = 0;
  }

  /** @param {string} text @param {boolean} lively */
  show(text, lively = false) {
    part("bot-status").textContent = text;
    part("bot-status").classList.toggle("lively", lively);
  }

  rest() {
    clearTimeout(this.timer);
    this.show(this.online ? "bot" : "connecting…");
  }

  /** @param {keyof typeof ACTIONS} action */
  acting(action) {
    clearTimeout(this.timer);
    this.show(ACTIONS[action] ?? "busy…", true);
    this.timer = window.setTimeout(() => this.rest(), ACTION_LASTS);
  }

  /** @param {boolean} online */
  set(online) {
    if (online === this.online) return;
    this.online = online;
    this.rest();
  }
}

/** The server may not be up yet: keep asking. @param {import("/page/session.js").Person} person */
async function introduce(person) {
  for (;;) {
    try {
      const { id } = await saveUser({ id: person.id, first_name: person.name, language_code: person.lang });
      person.id = id;
      remember(person);
      return id;
    } catch (error) {
      if (/** @type {any} */ (error).status) complain(error);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

/** What people read before they have said anything. @param {import("/page/api.js").Bot} bot */
function welcome(bot) {
  part("welcome").replaceChildren(h("span", { class: "avatar big", "aria-hidden": "true" }, icon("wing")),
    h("h2", {}, "What can this bot do?"), h("p", { dir: "auto" }, bot.description || bot.short_description || "Press Start to find out."));
}

async function begin() {
  const person = current();
  const panels = new Panels(part("left"), part("right"), part("open-panels"));
  const id = /** @type {number} */ (await introduce(person));
  const api = chatApi(id);
  const taps = new Taps(api);
  const status = new Status();
  const scroll = new Scroll(part("scroller"), part("messages"), part("jump"));
  const composer = new Composer(part("foot"), api, { lastOwn: () => chat.last((m) => m.from === "user" && Boolean(m.text)) });
  const hands = { taps, open: panels.visit.bind(panels), command: (/** @type {string} */ text) => composer.say(text) };
  const context = { bot: "Bot", lang: person.lang, hands, find: (/** @type {number} */ message) => chat.message(message) };
  const chat = new Chat(part("messages"), scroll, context);
  chat.settled = opening;
  const again = () => api.load().then(({ bot }) => greet(bot)).catch(() => null);

  messageMenus(chat, part("messages"), {
    edit: (message) => composer.edit(message),
    remove: (message) => api.remove(message.id).catch(complain),
  });
  youButton(part("you"), person, () => ((context.lang = person.lang), again()));
  document.querySelector(".bar .avatar")?.append(icon("wing"));

  function greet(/** @type {import("/page/api.js").Bot} */ bot) {
    context.bot = bot.name || bot.username;
    document.title = context.bot;
    part("bot-name").textContent = context.bot;
    composer.commands.set(bot);
    welcome(bot);
  }

  /** The keyboard stays through a reload, a question that was answered does not. */
  function pickUp(/** @type {any[]} */ messages) {
    const keyboard = messages.findLast((message) => message.reply_keyboard || message.remove_keyboard);
    if (keyboard) composer.follow({ ...keyboard, force_reply: null }, context.bot);
    const last = messages.at(-1);
    if (last?.force_reply) composer.follow(last, context.bot);
  }

  function opening() {
    const empty = chat.shown.size === 0 && !chat.list.querySelector(".leaving, .note");
    part("welcome").hidden = !empty;
    composer.awaitStart(empty);
  }

  const happenings = {
    new: (/** @type {any} */ event) => (chat.add(event.message), event.message.from === "bot" && composer.follow(event.message, context.bot)),
    edited: (/** @type {any} */ event) => chat.change(event.message),
    deleted: (/** @type {any} */ event) => (chat.remove(event.ids, event.by), composer.gone(event.ids)),
    answered: (/** @type {any} */ event) => answered(event),
    action: (/** @type {any} */ event) => status.acting(event.action),
    commands: () => void again(),
  };

  function answered(/** @type {any} */ event) {
    taps.answered(event.callback_id);
    if (event.text && event.alert) alertBox(context.bot, event.text);
    else if (event.text) toast(event.text);
  }

  await follow(api, {
    loaded(snapshot) {
      status.set(true);
      greet(snapshot.bot);
      chat.load(snapshot.messages);
      pickUp(snapshot.messages);
    },
    event(event) {
      happenings[/** @type {keyof typeof happenings} */ (event.kind)]?.(event);
      const byBot = event.message?.from === "bot" || event.by === "bot" || event.kind === "answered";
      if (byBot || event.kind === "action") chat.read();
      if (byBot) status.rest();
    },
    lost: () => status.set(false),
    found: () => status.set(true),
    unknown: () => introduce(person),
  });
}

void begin();
