/** The panel that stands for Alpaca's dashboard: account switch, balance, API keys, positions, orders, and time. */
import { h } from "/page/dom.js";
import { Panel, act, card, money, shownOnce, tag, when } from "/page/panel.js";
import { moves, travel } from "/page/time.js";

const EASTERN = "America/New_York";
const GOOD = ["filled", "ACTIVE"];
const BAD = ["rejected", "canceled", "expired", "REJECTED", "ACCOUNT_CLOSED"];

/** @param {{paper_url?: string, live_url?: string}} addresses */
export function alpacaPanel({ paper_url, live_url }) {
  const modes = /** @type {[string, string][]} */ ([["Paper", paper_url], ["Live", live_url]].filter(([, url]) => url));
  /** What the person chose on this page, and the one time a Secret can be seen. */
  const choice = { url: modes[0][1], account: "", pair: /** @type {any} */ (null), flipped: 0 };
  const panel = new Panel("alpaca", "Alpaca", "chart", () => choice.url, (self, overview) => sections(self, overview, choice));
  const buttons = modes.map(([name, url]) => h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(url) }, name));
  function choose(/** @type {string} */ url) {
    choice.url = url;
    choice.account = "";
    choice.pair = null;
    modes.forEach(([, address], index) => buttons[index].setAttribute("aria-pressed", String(address === url)));
    panel.element.classList.toggle("live", modes.find(([, address]) => address === url)?.[0] === "Live");
    void panel.refresh();
  }
  panel.tools.append(h("div", { class: "switch", role: "group", "aria-label": "Account switch" }, ...buttons));
  choose(choice.url);
  return panel;
}

/** @param {Panel} panel @param {any} overview @param {any} choice */
function sections(panel, overview, choice) {
  const account = overview.accounts.find((/** @type {any} */ each) => each.id === choice.account) ?? overview.accounts[0];
  const { timestamp, ...clock } = overview.clock;
  const market = { key: "clock", data: { ...clock, minute: timestamp?.slice(0, 16) }, draw: () => clockCard(panel, overview.clock) };
  if (!account) return [market, { key: "none", data: overview.mode, draw: () => h("p", { class: "empty" }, "No account of this kind.") }];
  const keys = { account: account.id, keys: account.keys, pair: choice.pair };
  const balance = { ...account, keys: 0, positions: 0, orders: 0, others: overview.accounts.map((/** @type {any} */ each) => each.id) };
  const money = { key: "balance", data: balance, draw: () => balanceCard(panel, overview, account, choice) };
  const keyBox = { key: "keys", data: keys, draw: () => keysCard(panel, account, choice) };
  const trades = [
    { key: "orders", data: account.orders, draw: () => ordersCard(account) },
    { key: "positions", data: account.positions, draw: () => positionsCard(account) },
  ];
  const trading = account.orders.length > 0 && !choice.pair;
  return trading ? [market, money, ...trades, keyBox] : [market, money, keyBox, ...trades];
}

/** @param {Panel} panel @param {any} clock */
function clockCard(panel, clock) {
  const next = clock.is_open ? clock.next_close : clock.next_open;
  const moment = clock.timestamp?.slice(0, 10) === next?.slice(0, 10) ? next.slice(11, 16) : when(next, EASTERN);
  const element = card(clock.is_open ? "Market open" : "Market closed",
    h("p", { class: "facts" }, `${when(clock.timestamp, EASTERN)} in New York · ${clock.is_open ? "closes" : "opens"} ${moment}`),
    moves() ? travelling(panel) : null,
    h("div", { class: "acts" },
      act("Open market", () => panel.act("/clock", { open: true })),
      act("Close market", () => panel.act("/clock", { open: false }))));
  element.classList.add("quiet", "market", clock.is_open ? "is-open" : "is-closed");
  return element;
}

/** Days pass in a moment, for everything in the sandbox. @param {Panel} panel */
function travelling(panel) {
  const go = (/** @type {"hour" | "day" | "opening"} */ to) => () => travel(to).then(() => panel.refresh());
  return h("div", { class: "acts travel", role: "group", "aria-label": "Fast forward" },
    act("+1 hour", go("hour")), act("+1 day", go("day")), act("To next market open", go("opening"), "strong"));
}

/** @param {Panel} panel @param {any} overview @param {any} account @param {any} choice */
function balanceCard(panel, overview, account, choice) {
  const element = h("section", { class: "card balance", "aria-label": "Account" },
    h("p", { class: "facts" }, "Equity"), h("p", { class: "big" }, money(account.equity, account.currency)),
    h("p", { class: "facts" }, `Cash ${money(account.cash, account.currency)} · ${account.account_number} `,
      tag(account.status.toLowerCase().replaceAll("_", " "), tone(account.status))));
  if (overview.accounts.length > 1) {
    const options = overview.accounts.map((/** @type {any} */ each) =>
      h("option", { value: each.id, selected: each.id === account.id }, `${each.account_number} · ${each.email ?? ""}`));
    const select = h("select", { "aria-label": "Account", onchange: () => ((choice.account = select.value), (choice.pair = null), panel.redraw()) }, ...options);
    element.prepend(select);
  }
  return element;
}

/** @param {Panel} panel @param {any} account @param {any} choice */
function keysCard(panel, account, choice) {
  async function generate() {
    const pair = await panel.act("/keys", { account: account.id });
    if (pair) choice.pair = pair;
    panel.redraw();
  }
  const done = () => ((choice.pair = null), panel.redraw());
  const list = account.keys.map((/** @type {any} */ key) =>
    h("li", {}, h("code", {}, key.key_id), tag(key.active ? "active" : "replaced", key.active ? "good" : "")));
  const { pair } = choice;
  const element = card("Your API Keys",
    list.length ? h("ul", { class: "plain" }, ...list.reverse().slice(0, 3)) : h("p", { class: "facts" }, "You have no keys yet."),
    pair ? shownOnce("The Secret is shown this once. Copy both now.", [["Key ID", pair.key_id], ["Secret", pair.secret]], done) : null,
    act("Generate New Key", generate, pair ? "" : "strong"));
  if (list.length && !pair) element.append(h("p", { class: "facts" }, "A new pair replaces the old one: whatever still uses it stops working."));
  element.classList.add("quiet");
  return element;
}

/** @param {any} account */
function positionsCard(account) {
  if (account.positions.length === 0) return card("Positions", h("p", { class: "facts" }, "None. What the bot buys appears here."));
  return card("Positions", h("ul", { class: "plain rows" }, ...account.positions.map((/** @type {any} */ each) =>
    h("li", {}, h("strong", {}, each.symbol), h("span", {}, `${trimmed(each.qty)} shares`),
      h("span", { class: "end" }, money(each.market_value, account.currency), h("small", {}, gain(each.unrealized_pl, account.currency)))))));
}

/** @param {any} account */
function ordersCard(account) {
  if (account.orders.length === 0) return card("Orders", h("p", { class: "facts" }, "None yet. The order book fills as the bot trades."));
  return card("Orders", h("ul", { class: "plain rows" }, ...account.orders.slice(0, 12).map((/** @type {any} */ each) =>
    h("li", { title: each.client_order_id },
      h("span", {}, h("strong", {}, `${each.side === "sell" ? "Sell" : "Buy"} ${each.symbol}`), h("small", {}, when(each.submitted_at, EASTERN))),
      h("span", { class: "end" }, each.notional ? money(each.notional, account.currency) : `${trimmed(each.qty)} shares`,
        tag(each.status.replaceAll("_", " "), tone(each.status)))))));
}

/** @param {string} status */
const tone = (status) => (GOOD.includes(status) ? "good" : BAD.includes(status) ? "bad" : "wait");

/** @param {string} quantity */
const trimmed = (quantity) => Number(quantity).toLocaleString("en-US", { maximumFractionDigits: 6 });

/** @param {string} amount @param {string} currency */
const gain = (amount, currency) => `${Number(amount) < 0 ? "▼" : "▲"} ${money(Math.abs(Number(amount)), currency)}`;
