/** Keeps the newest message in sight unless the person has scrolled up, and offers the way back down. */
import { h, icon } from "/page/dom.js";

const NEAR = 70;

export class Scroll {
  /** @param {HTMLElement} scroller @param {HTMLElement} content @param {HTMLButtonElement} jump */
  constructor(scroller, content, jump) {
    this.scroller = scroller;
    this.jump = jump;
    this.sticks = true;
    this.unseen = 0;
    this.last = 0;
    this.count = h("span", { class: "count" });
    jump.append(icon("down"), this.count);
    jump.addEventListener("click", () => this.toEnd());
    scroller.addEventListener("scroll", () => this.look(), { passive: true });
    const grown = new ResizeObserver(() => this.sticks && this.down());
    grown.observe(scroller);
    grown.observe(content);
  }

  /** Count a message the person may not see. */
  added() {
    if (this.sticks) return this.down();
    this.unseen += 1;
    this.show();
  }

  /** Show the newest message from now on. */
  toEnd() {
    this.sticks = true;
    this.down();
    this.look();
  }

  down() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.last = this.scroller.scrollTop;
  }

  look() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    // Only moving up lets go: content that grows or a keyboard that opens moves nothing.
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.sticks = true;
    else if (scrollTop < this.last) this.sticks = false;
    this.last = scrollTop;
    if (this.sticks) this.unseen = 0;
    this.show();
  }

  show() {
    this.jump.hidden = this.sticks;
    this.count.textContent = this.unseen ? String(this.unseen) : "";
    this.jump.setAttribute("aria-label", this.unseen ? `Jump to latest, ${this.unseen} new` : "Jump to latest");
  }
}
