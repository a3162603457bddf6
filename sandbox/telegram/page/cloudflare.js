/** The panel that stands for Cloudflare's dashboard: the account, its Workers, its API tokens. */
import { h, icon } from "/page/dom.js";
import { toast } from "/page/notices.js";
import { Panel, act, card, shownOnce, tag, when } from "/page/panel.js";

/** @param {string} url */
export function cloudflarePanel(url) {
  const choice = { account: "", token: /** @type {string | null} */ (null) };
  return new Panel("cloudflare", "Cloudflare", "cloud", () => url, (self, overview) => sections(self, overview, choice));
}

/** @param {Panel} panel @param {any} overview @param {any} choice */
function sections(panel, overview, choice) {
  const account = overview.accounts.find((/** @type {any} */ each) => each.id === choice.account) ?? overview.accounts[0];
  const scripts = account?.scripts ?? [];
  const tokens = { key: "tokens", data: { tokens: overview.tokens, choice }, draw: () => tokensCard(panel, overview.tokens, account, choice) };
  const workers = scripts.length
    ? scripts.map((/** @type {any} */ script) => ({ key: `worker ${script.name}`, data: script, draw: () => workerCard(panel, script) }))
    : [{ key: "no worker", data: 0, draw: noWorkers }];
  const head = { account: account && [account.id, account.name, account.subdomain], count: overview.accounts.length, workers: scripts.length };
  return [{ key: "account", data: head, draw: () => accountCard(panel, overview, account, choice) }, ...workers, tokens];
}

function noWorkers() {
  return h("section", { class: "card none" }, icon("cloud"), h("h3", {}, "No Workers yet"),
    h("p", { class: "facts" }, "The moment the bot deploys one into this account, it appears here."));
}

/** @param {Panel} panel @param {any} overview @param {any} account @param {any} choice */
function accountCard(panel, overview, account, choice) {
  if (!account) return h("p", { class: "empty quiet" }, "No account yet: it opens with the first token.");
  const options = overview.accounts.map((/** @type {any} */ each) => h("option", { value: each.id, selected: each.id === account.id }, each.name));
  const select = h("select", { "aria-label": "Account", onchange: () => ((choice.account = select.value), (choice.token = null), panel.redraw()) }, ...options);
  const count = account.scripts.length;
  return h("section", { class: "card account quiet", "aria-label": "Account" },
    options.length > 1 ? select : h("h3", { dir: "auto" }, account.name),
    h("p", { class: "facts" }, account.subdomain ? `${account.subdomain}.workers.dev` : "No workers.dev name yet",
      ` · ${count} ${count === 1 ? "Worker" : "Workers"}`));
}

/** @param {Panel} panel @param {any} script */
function workerCard(panel, script) {
  async function fire() {
    const fired = await panel.act("/cron", { script: script.name });
    if (fired) toast(fired.outcome && fired.outcome !== "ok" ? `The schedule fired: ${fired.outcome}` : "The schedule fired");
  }
  const holds = [...script.secrets.map((/** @type {string} */ name) => h("li", {}, icon("lock"), h("code", {}, name), h("small", {}, "encrypted")))];
  const element = card(script.name,
    h("p", { class: "facts" }, `Deployed ${when(script.deployed_at)} `, ...(script.tags ?? []).map((/** @type {string} */ each) => tag(each))),
    h("dl", { class: "numbers" },
      number("Runs", String(script.runs)), number("Schedule", script.schedules.join(", ") || "none"),
      number("Storage", script.durable_object ? "Durable Object" : "none")),
    holds.length ? h("ul", { class: "plain secrets", "aria-label": "Secrets" }, ...holds) : null,
    h("div", { class: "acts" }, act("Fire the schedule now", fire, "strong"),
      script.url ? h("a", { class: "act", href: script.url, target: "_blank", rel: "noopener noreferrer" }, "Visit", icon("external")) : null));
  element.classList.add("worker");
  return element;
}

/** @param {string} label @param {string} value */
const number = (label, value) => h("div", {}, h("dt", {}, label), h("dd", {}, value));

/** @param {Panel} panel @param {any[]} tokens @param {any} account @param {any} choice */
function tokensCard(panel, tokens, account, choice) {
  async function create() {
    const made = await panel.act("/tokens", account ? { account: account.id } : {});
    if (made) choice.token = made.token;
    panel.redraw();
  }
  const done = () => ((choice.token = null), panel.redraw());
  const list = tokens.map((each) => h("li", {}, icon("key"), h("span", { dir: "auto" }, each.name, h("small", {}, allowed(each.permissions))),
    tag(each.status, each.status === "active" ? "good" : "bad")));
  const element = card("API tokens",
    list.length ? h("ul", { class: "plain rows" }, ...list.reverse().slice(0, 4)) : h("p", { class: "facts" }, "None yet."),
    choice.token ? shownOnce("The token is shown this once. Copy it now.", [["API token", choice.token]], done) : null,
    act("Create token", create, choice.token ? "" : "strong"));
  element.classList.add("quiet");
  return element;
}

/** @param {string[]} permissions */
function allowed(permissions) {
  const edits = permissions.filter((each) => !each.endsWith(":read")).map((each) => each.replaceAll("_", " ").replace(":", ": "));
  const reads = permissions.length - edits.length;
  return [...edits, reads ? `${reads} read-only` : ""].filter(Boolean).join(" · ") || "no permissions";
}
