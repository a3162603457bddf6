/** What a newcomer would see at Alpaca and Cloudflare, beside the chat on wide screens and in a drawer on phones. */
import { alpacaPanel } from "/page/alpaca.js";
import { panelAddresses } from "/page/api.js";
import { cloudflarePanel } from "/page/cloudflare.js";
import { h, icon, modal } from "/page/dom.js";
import { toast } from "/page/notices.js";
import { follow } from "/page/time.js";

const WIDE = matchMedia("(min-width: 1100px)");
const EVERY = 2000;
const SITES = { alpaca: /(^|\.)alpaca\.markets$/i, cloudflare: /(^|\.)cloudflare\.com$/i };
const NAMES = { alpaca: "Alpaca", cloudflare: "Cloudflare" };

/** @typedef {"alpaca"|"cloudflare"} Site */

export class Panels {
  /** @param {HTMLElement} left @param {HTMLElement} right @param {HTMLElement} button */
  constructor(left, right, button) {
    this.homes = { alpaca: left, cloudflare: right };
    this.button = button;
    /** @type {Record<Site, import("/page/panel.js").Panel> | null} */
    this.panels = null;
    /** @type {HTMLDialogElement | null} */
    this.drawer = null;
    /** @type {Site} */
    this.tab = "alpaca";
    this.ready = this.fetch();
  }

  async fetch() {
    const found = await panelAddresses();
    if (!found?.alpaca || !found.cloudflare_url) return;
    await follow(found.time_url);
    this.panels = { alpaca: alpacaPanel(found.alpaca), cloudflare: cloudflarePanel(found.cloudflare_url) };
    this.button.append(icon("panels"), "Sandbox");
    this.button.onclick = () => this.open(this.tab);
    WIDE.addEventListener("change", () => this.arrange());
    this.arrange();
    document.addEventListener("visibilitychange", () => this.refresh());
    setInterval(() => this.refresh(), EVERY);
  }

  /** Put each panel where the width of the screen wants it. */
  arrange() {
    if (!this.panels) return;
    const { panels } = this;
    this.drawer?.close();
    this.button.hidden = WIDE.matches;
    document.body.classList.toggle("with-panels", WIDE.matches);
    for (const [site, home] of Object.entries(this.homes)) {
      home.hidden = !WIDE.matches;
      if (WIDE.matches) home.replaceChildren(panels[/** @type {Site} */ (site)].element);
      else home.replaceChildren();
    }
    this.refresh();
  }

  refresh() {
    if (!this.panels || document.hidden) return;
    for (const panel of Object.values(this.panels)) if (panel.element.isConnected) void panel.refresh();
  }

  /** Bring a panel before the person's eyes. @param {Site} site */
  open(site) {
    if (!this.panels) return;
    if (!WIDE.matches) return this.openDrawer(site);
    const { element } = this.panels[site];
    element.classList.remove("called");
    void element.offsetWidth;
    element.classList.add("called");
    element.focus({ preventScroll: true });
  }

  /** @param {Site} site */
  openDrawer(site) {
    const sites = /** @type {Site[]} */ (Object.keys(NAMES));
    const tabs = sites.map((name) => h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "drawer-panel", onclick: () => choose(name),
      onkeydown: (/** @type {KeyboardEvent} */ event) => /^Arrow(Left|Right)$/.test(event.key) && choose(this.tab === "alpaca" ? "cloudflare" : "alpaca", true),
    }, NAMES[name]));
    const body = h("div", { class: "drawer-body", role: "tabpanel", id: "drawer-panel" });
    const close = h("button", { type: "button", class: "round", "aria-label": "Back to the chat", onclick: () => this.drawer?.close() }, icon("close"));
    const choose = (/** @type {Site} */ name, focus = false) => {
      this.tab = name;
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-selected", String(sites[index] === name));
        tab.tabIndex = sites[index] === name ? 0 : -1;
        if (focus && sites[index] === name) tab.focus();
      });
      body.setAttribute("aria-labelledby", `tab-${name}`);
      body.replaceChildren(/** @type {any} */ (this.panels)[name].element);
      this.refresh();
    };
    this.drawer = modal("drawer", "Sites", h("header", {}, h("div", { role: "tablist", "aria-label": "Sites" }, ...tabs), close), body);
    choose(site, true);
  }

  /**
   * A link to one of the two sites opens its stand-in: the real one knows nothing of the sandbox's accounts.
   * @param {MouseEvent} event @param {string} url
   */
  visit(event, url) {
    const site = siteOf(url);
    if (!this.panels || !site || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    this.open(site);
    const real = { label: "Open the real site", run: () => window.open(url, "_blank", "noopener") };
    toast(`In the sandbox ${NAMES[site]} is ${WIDE.matches ? "the panel beside the chat" : "this panel"}.`, real);
  }
}

/** @param {string} url @returns {Site | undefined} */
function siteOf(url) {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return /** @type {Site[]} */ (Object.keys(SITES)).find((site) => SITES[site].test(host));
}
