/** The person behind the chat: who they are, which language their Telegram speaks, and everybody else. */
import { saveUser } from "/page/api.js";
import { h, icon, modal } from "/page/dom.js";
import { complain, toast } from "/page/notices.js";
import { LANGUAGES, address, nextName, people, remember } from "/page/session.js";

/** @typedef {import("/page/session.js").Person} Person */

/** @param {HTMLElement} chip @param {Person} person @param {() => void} changed */
export function youButton(chip, person, changed) {
  chip.replaceChildren(h("span", { class: "initial", "aria-hidden": "true" }, initial(person.name)));
  chip.setAttribute("aria-label", `You are ${person.name}. Language and users`);
  chip.onclick = () => youSheet(person, changed);
}

/** @param {string} name */
const initial = (name) => [...name][0]?.toUpperCase() ?? "?";

/** @param {Person} person @param {() => void} changed */
function youSheet(person, changed) {
  const close = h("button", { type: "button", class: "round", "aria-label": "Close", onclick: () => sheet.close() }, icon("close"));
  const others = people().filter((other) => other.id !== person.id);
  const fresh = h("button", { type: "button", class: "person new", onclick: () => go({ name: nextName(), lang: person.lang }) },
    h("span", { class: "initial" }, icon("plus")), h("span", {}, "New user", h("small", {}, "Starts with an empty chat")));
  const sheet = modal("sheet", "You",
    h("header", {}, h("h2", {}, "You in this chat"), close),
    h("div", { class: "me" }, h("span", { class: "initial big", "aria-hidden": "true" }, initial(person.name)),
      h("div", {}, h("strong", { dir: "auto" }, person.name), h("small", {}, `Telegram id ${person.id}`))),
    languagePicker(person, changed),
    h("h3", {}, "Users"),
    h("div", { class: "people" }, ...others.map((other) =>
      h("button", { type: "button", class: "person", onclick: () => go(other) },
        h("span", { class: "initial", "aria-hidden": "true" }, initial(other.name)),
        h("span", {}, h("span", { dir: "auto" }, other.name), h("small", {}, languageName(other.lang))))), fresh));
}

/** @param {Person} person @param {() => void} changed */
function languagePicker(person, changed) {
  const codes = person.lang in LANGUAGES ? LANGUAGES : { [person.lang]: person.lang, ...LANGUAGES };
  const options = Object.entries(codes).map(([code, name]) => h("option", { value: code, selected: code === person.lang }, name));
  const select = h("select", { id: "language", onchange: choose }, ...options);
  async function choose() {
    try {
      await saveUser({ id: person.id, first_name: person.name, language_code: select.value });
      person.lang = select.value;
      remember(person);
      changed();
      toast(`Your Telegram now speaks ${languageName(person.lang)}`);
    } catch (error) {
      complain(error);
    }
  }
  return h("div", { class: "field" }, h("label", { for: "language" }, icon("globe"), "Language of your Telegram"), select);
}

/** @param {string} code */
const languageName = (code) => LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (code)] ?? code;

/** Become somebody else, with a page as fresh as theirs would be. @param {Person} person */
const go = (person) => location.assign(address(person));
