/** Draws one message. */
import { h, icon } from "/page/dom.js";
import { inlineKeyboard } from "/page/keyboard.js";
import { richText } from "/page/richtext.js";
import { now } from "/page/time.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });

/** @typedef {import("/page/api.js").Message} Message */

/**
 * @param {Message} message
 * @param {{bot: string, lang: string, hands: any, find: (id: number) => Message | undefined}} context  `bot` is the bot's name, `lang` the person's language, `find` looks a message up
 */
export function messageElement(message, context) {
  const element = h("div", {
    class: `message ${message.from === "user" ? "own" : "bot"}`, role: "article", tabindex: "-1",
    dataset: { messageId: message.id, from: message.from, day: dayOf(message) },
  });
  fill(element, message, context);
  return element;
}

/** Draw the message's present state into its element. */
export function fill(element, message, context) {
  const own = message.from === "user";
  const edited = message.edited ? ", edited" : "";
  element.setAttribute("aria-label", `${own ? "You" : context.bot}, ${clock(message)}${edited}`);
  const bubble = h("div", { class: "bubble" });
  if (message.reply_to) bubble.append(quote(context.find(message.reply_to), context));
  if (message.photo) bubble.append(photo(message));
  if (message.document) bubble.append(file(message.document));
  bubble.append(words(message, context));
  bubble.classList.toggle("with-media", Boolean(message.photo));
  bubble.classList.toggle("wordless", !message.html);
  element.replaceChildren(bubble);
  if (message.buttons?.length) element.append(inlineKeyboard(message, context.hands));
}

/** What the message answers. @param {Message | undefined} original */
function quote(original, context) {
  const text = original ? original.text || original.caption || "Photo" : "Deleted message";
  const who = original?.from === "user" ? "You" : context.bot;
  return h("div", { class: "quote" }, h("strong", { dir: "auto" }, who), h("span", { dir: "auto" }, text));
}

function words(message, context) {
  const hands = { ...context.hands, copyable: !message.protect_content };
  const text = h("div", { class: `words${message.protect_content ? " protected" : ""}`, dir: "auto" });
  if (message.from === "bot") text.lang = context.lang;
  text.append(richText(message.html ?? "", hands), meta(message));
  return text;
}

function meta(message) {
  const own = message.from === "user";
  return h("span", { class: "meta", dir: "ltr", lang: "en" },
    message.protect_content && h("span", { title: "Protected: cannot be copied or forwarded" }, icon("lock")),
    message.edited && h("span", {}, "edited"),
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, clock(message)),
    own && h("span", { class: "ticks" }, icon("check"), icon("checks")));
}

function photo(message) {
  const { url, width, height } = message.photo;
  const alt = message.caption ? `Photo: ${message.caption}` : "Photo";
  const image = h("img", { src: url, alt, width: width || null, height: height || null, decoding: "async" });
  const frame = h("div", { class: "photo" }, image);
  image.addEventListener("error", () => frame.replaceChildren(h("span", { class: "no-photo" }, icon("image"), "Photo")));
  return frame;
}

function file(document) {
  return h("div", { class: "file" }, h("span", { class: "file-sign" }, icon("file")),
    h("span", { class: "file-name", dir: "auto" }, document.name ?? "File",
      document.size ? h("small", { dir: "ltr" }, size(document.size)) : null));
}

/** @param {number} bytes */
const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);

/** @param {Message} message */
const clock = (message) => CLOCK.format(message.date * 1000);

/** @param {Message} message */
export const dayOf = (message) => new Date(message.date * 1000).toDateString();

/** A line between days. @param {string} day */
export function dayElement(day) {
  const today = new Date(now()).toDateString() === day;
  return h("div", { class: "day", dataset: { dayLine: day } }, h("span", {}, today ? "Today" : DAY.format(new Date(day))));
}

/** A line the server put into the chat, such as "pinned a message". @param {Message} message */
export function serviceElement(message) {
  const kind = Object.keys(message.service ?? {})[0] ?? "";
  const text = kind === "pinned_message" ? "The bot pinned a message" : kind.replaceAll("_", " ");
  return h("div", { class: "day", dataset: { messageId: message.id, from: message.from, day: dayOf(message) } }, h("span", {}, text));
}
