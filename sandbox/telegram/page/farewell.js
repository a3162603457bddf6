/** How a message leaves the chat: it dissolves, and a note says for a moment who deleted it. */
import { calm, h, icon } from "/page/dom.js";

const DISSOLVING = 650;
const NOTE_STAYS = 5000;
const NOTE_FADES = 500;
let filters = 0;

/**
 * @param {HTMLElement[]} elements messages that were deleted together
 * @param {"bot"|"user"} by
 */
export async function farewell(elements, by) {
  if (elements.length === 0) return;
  for (const element of elements) leave(element);
  const note = noteElement(elements.length, by);
  const quiet = calm();
  await Promise.all(elements.map((element) => (quiet ? null : dissolve(element))));
  elements[0].before(note);
  for (const element of elements) element.remove();
  await wait(NOTE_STAYS);
  if (!quiet) await fold(note, NOTE_FADES);
  note.remove();
}

/** The content is gone for everybody but the eye. @param {HTMLElement} element */
function leave(element) {
  for (const name of ["data-message-id", "role", "aria-label", "tabindex"]) element.removeAttribute(name);
  element.setAttribute("aria-hidden", "true");
  element.inert = true;
  element.classList.add("leaving");
}

/** @param {number} count @param {"bot"|"user"} by */
function noteElement(count, by) {
  const what = count === 1 ? "Message" : `${count} messages`;
  return h("div", { class: "note" }, h("span", {}, icon("trash"), `${what} deleted by ${by === "bot" ? "the bot" : "you"}`));
}

/** @param {HTMLElement} element */
async function dissolve(element) {
  const { filter, dust } = dustFilter();
  element.style.filter = `url(#${filter.id})`;
  const began = performance.now();
  const step = (/** @type {number} */ now) => {
    const part = Math.min((now - began) / DISSOLVING, 1);
    dust.setAttribute("scale", String(140 * part * part));
    if (part < 1 && element.isConnected) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  const away = [{ opacity: 1 }, { opacity: 0.85, offset: 0.35 }, { opacity: 0 }];
  await element.animate(away, { duration: DISSOLVING, easing: "ease-in", fill: "forwards" }).finished.catch(() => null);
  filter.closest("svg")?.remove();
  await fold(element, 160);
}

/** A filter that scatters what it is put on; each message needs one of its own. */
function dustFilter() {
  const holder = h("div", { class: "offscreen" });
  filters += 1;
  holder.innerHTML = `<svg width="0" height="0" aria-hidden="true"><filter id="dust-${filters}" x="-20%" y="-60%" width="140%" height="220%">
    <feTurbulence type="fractalNoise" baseFrequency="0.9" numOctaves="2" seed="${filters}" result="noise"/>
    <feDisplacementMap in="SourceGraphic" in2="noise" scale="0" xChannelSelector="R" yChannelSelector="G"/></filter></svg>`;
  const svg = /** @type {SVGElement} */ (holder.firstElementChild);
  document.body.append(svg);
  return {
    filter: /** @type {Element} */ (svg.querySelector("filter")),
    dust: /** @type {Element} */ (svg.querySelector("feDisplacementMap")),
  };
}

/** Close the gap an element leaves. @param {HTMLElement} element @param {number} duration */
async function fold(element, duration) {
  const from = { height: `${element.offsetHeight}px`, opacity: getComputedStyle(element).opacity };
  element.style.overflow = "hidden";
  const to = { height: "0px", opacity: 0, marginTop: "0px", marginBottom: "0px" };
  await element.animate([from, to], { duration, easing: "ease-in-out", fill: "forwards" }).finished.catch(() => null);
}

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
