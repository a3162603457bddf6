/** Turns a message's HTML into elements, letting through only what a Telegram message can hold. */
import { h } from "/page/dom.js";
import { copyAloud } from "/page/notices.js";

const PLAIN = new Set(["B", "I", "U", "S", "BR"]);

/**
 * @typedef {{copyable: boolean, command: (text: string) => void, open: (event: MouseEvent, url: string) => void}} Hands
 * @param {string} html @param {Hands} hands
 */
export function richText(html, hands) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const safe = document.createDocumentFragment();
  for (const node of parsed.body.childNodes) {
    const own = rebuilt(node, hands);
    if (endsLine(safe.lastChild) && own.nodeType === Node.TEXT_NODE) own.textContent = (own.textContent ?? "").replace(/^\n/, "");
    safe.append(own);
  }
  return safe;
}

/** A block ends its line by itself: the line break after it is not an empty line. @param {Node | null} node */
const endsLine = (node) => node instanceof HTMLElement && ["BLOCKQUOTE", "PRE"].includes(node.tagName);

/** @param {Node} node @param {Hands} hands @returns {Node} */
function rebuilt(node, hands) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.textContent ?? "");
  if (!(node instanceof HTMLElement)) return document.createTextNode("");
  const children = [...node.childNodes].map((child) => rebuilt(child, hands));
  if (PLAIN.has(node.tagName)) return h(node.tagName, {}, ...children);
  switch (node.tagName) {
    case "CODE":
      return hands.copyable ? pressable(h("code", { title: "Copy" }, ...children), copyText) : h("code", {}, ...children);
    case "PRE":
      return h("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, ...children);
    case "A":
      return link(/** @type {HTMLAnchorElement} */ (node), children, hands);
    case "BLOCKQUOTE":
      return node.classList.contains("expandable") ? expandable(children) : h("blockquote", { dir: "auto" }, ...children);
    case "SPAN":
      return span(node, children, hands);
    default:
      return h("span", {}, ...children);
  }
}

/** @param {HTMLAnchorElement} node @param {Node[]} children @param {Hands} hands */
function link(node, children, hands) {
  const url = node.getAttribute("href") ?? "";
  if (!/^(https?|tg|mailto):/i.test(url)) return h("span", {}, ...children);
  const onclick = (/** @type {MouseEvent} */ event) => hands.open(event, url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick }, ...children);
}

/** @param {HTMLElement} node @param {Node[]} children @param {Hands} hands */
function span(node, children, hands) {
  if (node.classList.contains("tg-spoiler")) {
    const hidden = h("span", { class: "spoiler", "aria-label": "Hidden text, show" }, ...children);
    return pressable(hidden, () => {
      hidden.classList.add("shown");
      for (const name of ["role", "tabindex", "aria-label"]) hidden.removeAttribute(name);
    });
  }
  const command = node.dataset.command;
  if (!command) return h("span", {}, ...children);
  return pressable(h("span", { class: "command" }, ...children), () => hands.command(command));
}

/** @param {Node[]} children */
function expandable(children) {
  const inside = h("div", { class: "clamped" }, ...children);
  const more = h("button", { type: "button", "aria-expanded": "false", onclick: toggle }, "Show more");
  function toggle() {
    const open = inside.classList.toggle("open");
    more.setAttribute("aria-expanded", String(open));
    more.textContent = open ? "Show less" : "Show more";
  }
  const quote = h("blockquote", { class: "expandable", dir: "auto" }, inside, more);
  requestAnimationFrame(() => (more.hidden = inside.scrollHeight <= inside.clientHeight + 2));
  return quote;
}

/** Make text work as a button for every way of pressing. @param {HTMLElement} element @param {(e: HTMLElement) => void} run */
function pressable(element, run) {
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.addEventListener("click", () => run(element));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    run(element);
  });
  return element;
}

/** @param {HTMLElement} element */
const copyText = (element) => void copyAloud(element.textContent ?? "");
