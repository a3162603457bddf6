/** Small pieces every part of the page is made of: elements, icons, dialogs and the clipboard. */

/**
 * Make an element. `on…` props are listeners, `dataset` fills data attributes, true/false/null switch attributes.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...any} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Strokes on a 24 × 24 grid. */
const ICONS = {
  send: "M4 12 20 4.5 15.5 20 11 13.5 4 12Zm7 1.5L20 4.5",
  attach: "M8 12.5 14 6.4a3.2 3.2 0 0 1 4.6 4.5l-7.8 8a5.1 5.1 0 0 1-7.3-7.2L11 4",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19 7",
  checks: "M2.5 12.5 7 17 15.5 7.5M11.5 16l1 1L21 7.5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5.5 11h13v9h-13zM12 15v2",
  external: "M9 5H5v14h14v-4M13 5h6v6M19 5l-9 9",
  copy: "M9 9h10v11H9zM15 9V5H5v11h4",
  alert: "M12 4 2.8 19.5h18.4L12 4Zm0 6v4.5M12 17v.3",
  down: "M6 9.5 12 15.5 18 9.5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.2v.1",
  pencil: "M5 19l1-4L16 5l3 3L9 18l-4 1Z",
  trash: "M5 7h14M9 7V4.5h6V7M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  reply: "M10 6 4 11.5 10 17v-3.5c5 0 8 1 10 4.5-.5-6-4-9-10-9.5V6Z",
  panels: "M4 9h11v11H4zM9 9V4h11v11h-5",
  plus: "M12 5v14M5 12h14",
  window: "M4 5h16v14H4zM4 9h16M7 7h.2",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 8v4.5l3 2",
  key: "M14.5 3.8a5.7 5.7 0 1 0-3.2 9.6L13 15h2v2h2v2h3v-3.2l-4.9-4.9a5.7 5.7 0 0 0-.6-7.1ZM8.5 8v.2",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6l1-7Z",
  cloud: "M7 18.5a4.2 4.2 0 0 1-.4-8.4 5.6 5.6 0 0 1 10.8 1 3.7 3.7 0 0 1 .1 7.4H7Z",
  chart: "M4 19h16M6 15l4-5 3.5 3L19 6M19 6h-4M19 6v4",
  wing: "M1.5 13.2C6 6.2 9.6 6 12 11.2 14.4 6 18 6.2 22.5 13.2 18 10.4 14.8 11.4 12 16.5 9.2 11.4 6 10.4 1.5 13.2Z",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM3.5 12h17M12 3.5c-5 5-5 12 0 17M12 3.5c5 5 5 12 0 17",
};

/** Draw an icon; it is decoration, the words stand beside it. @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Show a modal dialog that leaves the page when it closes; a tap outside closes it.
 * @param {string} kind class name @param {string} label @param {...any} children
 */
export function modal(kind, label, ...children) {
  const dialog = h("dialog", { class: kind, "aria-label": label }, ...children);
  dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Put a text on the clipboard; true if that worked. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The old way, for pages that may not use the clipboard API. @param {string} text */
function copyBySelection(text) {
  const holder = document.querySelector("dialog[open]") ?? document.body;
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const area = h("textarea", { class: "offscreen", "aria-hidden": "true" });
  area.value = text;
  holder.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  active?.focus();
  return copied;
}

/** True if the person asked their system for less movement. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
