/** Who is chatting: kept in the address, and remembered on this computer so that a reload changes nothing. */

const KEY = "sandbox.people";
const NAMES = ["Ada", "Mateo", "Yuki", "Lena", "Omar", "Priya", "Tom", "Chloé", "Ivan", "Mei"];

/** Codes as Telegram's apps send them. */
export const LANGUAGES = {
  en: "English", es: "Español", "pt-br": "Português (Brasil)", de: "Deutsch", ru: "Русский",
  "zh-hans": "简体中文", ar: "العربية", fr: "Français", it: "Italiano", tr: "Türkçe", uk: "Українська", ja: "日本語",
};

/** @typedef {{id?: number, name: string, lang: string}} Person */

/** People used before, the latest first. @returns {Person[]} */
export function people() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored : [];
  } catch {
    return [];
  }
}

/** Put a person first in the list and into the address. @param {Person} person */
export function remember(person) {
  const others = people().filter((other) => other.id !== person.id);
  try {
    localStorage.setItem(KEY, JSON.stringify([person, ...others].slice(0, 12)));
  } catch {
    // a browser that stores nothing still has the address
  }
  history.replaceState(null, "", address(person));
}

/** The person named by the address, else the last one, else somebody new. @returns {Person} */
export function current() {
  const query = new URLSearchParams(location.search);
  const id = Number(query.get("user")) || undefined;
  const known = people().find((person) => (id === undefined ? !query.has("new") : person.id === id));
  return {
    id: id ?? known?.id,
    name: query.get("name") ?? known?.name ?? nextName(),
    lang: query.get("lang") ?? known?.lang ?? ownLanguage(),
  };
}

/** @param {Person} person */
export function address(person) {
  const query = new URLSearchParams();
  if (person.id) query.set("user", String(person.id));
  else query.set("new", "1");
  query.set("lang", person.lang);
  query.set("name", person.name);
  return `${location.pathname}?${query}`;
}

/** A first name nobody here has yet. */
export function nextName() {
  const taken = new Set(people().map((person) => person.name));
  return NAMES.find((name) => !taken.has(name)) ?? `Guest ${taken.size + 1}`;
}

function ownLanguage() {
  const own = navigator.language.toLowerCase();
  if (own.startsWith("zh")) return "zh-hans";
  return own in LANGUAGES ? own : own === "pt" ? "pt-br" : own.split("-")[0];
}
