// The shapes that the modules hand to each other. For the type checker and for readers: nothing of it runs or is
// uploaded. Amounts of money are whole cents, quantities of shares whole billionths ("nano").

/** A JSON object as it came. */
type Fields = Record<string, unknown>;

// What Cloudflare hands to this Worker, and what was made of it (settings.js).

interface Bindings {
  APCA_API_KEY_ID?: string;
  APCA_API_SECRET_KEY?: string;
  CLOUDFLARE_API_TOKEN?: string;
  /** 32 random bytes, base64: what a pair in the database is sealed with */
  KEYS_SEAL?: string;
  /** another one each time somebody writes the two secrets */
  KEYS_STAMP?: string;
  /** missing in Workers from before there was a form */
  FORM?: FormSettings;
  MODE: string;
  ACCOUNT_ID: string;
  ALPACA_URL: string;
  ALPACA_DATA_URL: string;
  COMMAND_KEY: string;
  DEPLOYMENT: string;
  SCRIPT: string;
  CLOUDFLARE_ACCOUNT: string;
  CLOUDFLARE_API_URL: string;
  TEMPLATE: string;
  PLAN: unknown;
  CEILINGS: unknown;
  STATE: DurableObjectNamespace<import("./state.js").SoarState>;
}

/** Whom the private form is for: Telegram's ids of the bot and of its owner, and Telegram's Ed25519 key, hexadecimal. */
interface FormSettings {
  bot: number;
  owner: number;
  telegram_key: string;
}

/** What the owner chose since the deployment: another plan, tighter limits in the form of CEILINGS. */
interface Chosen {
  plan?: unknown;
  limits?: unknown;
}

/** What no plan and no command can go beyond, in cents. */
interface Ceilings {
  perOrder: number;
  perDay: number;
  /** the most money that may be in the Worker's own shares and open buys at one time */
  budget: number;
  /** the same for each symbol; may be Infinity */
  perSymbol: number;
  /** cash of the account that is never touched */
  cashKept: number;
  /** loss of the own shares in a day that pauses trading; may be Infinity */
  dailyLoss: number;
  /** the only symbols that may be traded */
  symbols: string[];
}

interface Settings {
  mode: "paper" | "live";
  /** empty until the first account is known */
  accountId: string;
  alpacaUrl: string;
  dataUrl: string;
  /** what every client order id of this deployment starts with */
  prefix: string;
  plan: Plan;
  /** in force: of CEILINGS and the chosen limits the tighter */
  ceilings: Ceilings;
}

// Time and account.

interface ExchangeTime {
  /** Unix milliseconds */
  ms: number;
  /** New York's date, "2026-11-23" */
  date: string;
  /** New York's midnight, Unix milliseconds */
  dayStart: number;
}

/** Null where Alpaca sent no number. */
interface Account {
  id: string;
  /** last four characters of the account number */
  ending: string;
  status: string;
  currency: string;
  cash: number | null;
  equity: number | null;
  /** what may be spent without borrowing */
  spendable: number | null;
  /** why it cannot trade now, as a plain sentence */
  obstacle: string | null;
}

/** As Alpaca tells it, also what the owner bought himself. */
interface Position {
  symbol: string;
  qty: string;
  market_value: string;
  unrealized_pl: string;
}

// Plans (plans.js).

/** What a plan may look at. */
interface View {
  time: ExchangeTime;
  account: Account;
  positions: Position[];
  /** this deployment's orders in the current slot */
  slotOrders: OwnOrder[];
  /** what was decided earlier in this slot */
  agenda: Intent[] | null;
  own: Own[];
  ceilings: Ceilings;
  /** cents the plan may still buy for: by the budget, by the day's limit, by the cash */
  room: { budget: number; day: number; cash: number };
  market: Market;
}

/** Own shares as they stand now. */
interface Own {
  symbol: string;
  nano: number;
  /** what they cost */
  cents: number;
  /** what they are worth; null if Alpaca does not say */
  value: number | null;
  /** how many of them may be sold now */
  available: number;
}

/** Own shares as they are kept (shares.js). */
interface OwnRow {
  symbol: string;
  nano: number;
  /** what they cost */
  cents: number;
  /** what Alpaca's whole position should be, with the owner's shares: how many, their cost in cents */
  seen: number;
  basis: number;
  /** dollars, when last seen; 0 if never */
  price: number;
  /** 1 if Alpaca showed fewer at the last look */
  doubt: number;
}

/**
 * A day's balance in cents. `profit` is what was made or lost since the deployment, by sales and on paper; cash and
 * equity are the whole account's.
 */
interface Day {
  date: string;
  value: number;
  invested: number;
  profit: number;
  cash: number | null;
  equity: number | null;
}

/** What the data host says. A symbol without a price to trust has a sentence in `odd` instead. */
interface Market {
  /** dollars */
  prices: Record<string, number>;
  odd: Record<string, string>;
  /** the mean of the last monthly closes, in dollars; left out where there were too few */
  means: Record<string, number>;
}

interface Needs {
  prices: string[];
  /** how many monthly closes to take the mean of */
  months?: number;
}

/** An order a plan would like: a market order for the day, to buy for `cents` or to sell `nano`, worth about `cents`. */
interface Intent {
  symbol: string;
  side: "buy" | "sell";
  cents: number;
  nano?: number;
  reason: string;
}

interface Decision {
  intents: Intent[];
  /** why these, or why none, in a plain sentence */
  reason: string;
  /** all that is to be done in this slot, if the plan acts now */
  agenda?: Intent[];
}

/**
 * One kind of plan. `decide` is pure. The slot names the stretch of time in which the plan acts once; it becomes part
 * of the client order ids, so acting twice in one slot is impossible.
 */
interface PlanKind<Options> {
  /** checks the plan's settings; throws BadSettings */
  read(raw: Fields): Options;
  symbols(options: Options): string[];
  slot(options: Options, time: ExchangeTime): string;
  /** null, or absent: nothing of the market */
  needs?(options: Options, view: View): Needs | null;
  decide(options: Options, view: View): Decision;
}

/** A plan with its settings filled in. */
interface Plan {
  /** the settings as text, to notice another plan */
  text: string;
  symbols: string[];
  slot(time: ExchangeTime): string;
  needs(view: View): Needs | null;
  decide(view: View): Decision;
}

// Limits (ceilings.js).

interface Spent {
  /** of today's orders; null if it could not be counted */
  today: number | null;
  /** in own shares, lost, and in open buys */
  budget: number;
  bySymbol: Record<string, number>;
  /** in the account and not borrowed */
  spendable: number | null;
  /** nano that may be sold */
  sellable: Record<string, number>;
}

/** An order that may not be placed, and why. */
interface Held {
  intent: Intent;
  code: string;
  say: string;
}

// Orders (order-book.js).

/**
 * `cost` is what it counts for against the limits: all of `cents` while it may still fill, nothing for a sale. `status`
 * is Alpaca's, or one of ours: "sending" (answer not known), "absent" (never arrived), "refused", "lost".
 */
interface OwnOrder {
  client_order_id: string;
  slot: string;
  /** exchange date on which it was last sent */
  day: string;
  at: string;
  symbol: string;
  side: "buy" | "sell";
  /** asked for; of a sale, what it was expected to bring */
  cents: number;
  cost: number;
  status: string;
  reason: string;
  /** 1 while it may still change */
  open: number;
  filled_qty: string | null;
  filled_price: string | null;
}

/** How an order stands now. */
type Change = Pick<OwnOrder, "status" | "cost" | "open"> & Partial<OwnOrder>;
/** An order to place; `nano` is how much to sell. */
type Wanted = Intent & { client_order_id: string; slot: string; day: string };

// A run (tick.js).

interface Desk {
  settings: Settings;
  alpaca: import("./alpaca.js").Alpaca;
  ledger: import("./ledger.js").Ledger;
  book: import("./order-book.js").OrderBook;
  /** Unix milliseconds */
  now(): number;
  /** stands for the key pair in use, without telling it */
  mark: string;
  /** say what would be ordered and place nothing */
  dry: boolean;
  /** it sells for its owner, paused or not */
  closing?: boolean;
}

type Outcome = "paused" | "closed" | "idle" | "traded" | "refused" | "failed" | "dry";

interface PlacedOrder {
  symbol: string;
  side: string;
  notional: string;
  client_order_id: string;
  status: string;
  reason: string;
}

interface Result {
  slot: string;
  outcome: Outcome;
  code: string;
  detail: string;
  reason: string;
  orders: PlacedOrder[];
  marketOpen: boolean | null;
}

// How a call to Alpaca can end (answers.js).

type Ok = { kind: "ok"; body: any };
type Refused = { kind: "refused"; status: number; code: number | null; message: string; fields: Fields };
/** Alpaca does not accept the key pair. */
type KeysRejected = { kind: "keys" };
/** Too many requests; Unix milliseconds. */
type Wait = { kind: "wait"; until: number };
/** No answer, or none of Alpaca's; it may have acted or not. */
type Unreachable = { kind: "unreachable"; why: "late" | "connection" | "trouble" | "odd" | "spent"; status: number | null };
type Failure = Refused | KeysRejected | Wait | Unreachable;
type Answer = Ok | Failure;

type Sql = Pick<SqlStorage, "exec">;

/**
 * What follows from a refused order (refusals.js). adopt: it exists already, skip: not this symbol, stop: no more orders
 * in this run, pause: nor in later ones.
 */
type Act = "adopt" | "skip" | "stop" | "pause";

// Commands (commands.js), and what they ask of what is remembered.

type Ledger = import("./ledger.js").Ledger;
type Book = import("./order-book.js").OrderBook;
/** The tables one can be sent in pages. */
type Table = keyof typeof import("./ledger.js").PAGES;
type Row = { id: number; [column: string]: string | number | null };
/** What an event is about. `pause` and `change` tell what a command did. */
type Kind = "trade" | "refusal" | "latch" | "recovery" | "pause" | "change" | "other";
type Pause = { reason: string; since: string; note: string };

// The keys (keys.js) and the private form (form.js, form-desk.js).

type KeyPair = { keyId: string; secret: string };
/** `mark` stands for the pair without telling it. */
type Pair = KeyPair & { where: "store" | "secrets"; mark: string };
/** A pair that Alpaca knows, its account and the end of that one's number; `first` if the bot had none before. */
type Coming = { mark: string; account: string; ending: string; first: boolean };
type Found = { error?: string; message?: string; coming?: Coming; account?: Account };

/** What came of the form, without what the Durable Object need not know. */
interface Sent extends KeyPair {
  /** SHA-256, hexadecimal */
  ticket: string;
  code: string;
  /** "launch" if Telegram vouches for the owner, "" if it says nothing, else the name of an error */
  proof: string;
}

/** `install`: it remains to make the pair this Worker's own secrets. */
interface FormAnswer {
  ok: boolean;
  error?: string;
  left?: number | null;
  install?: boolean;
  message?: string;
  /** whether the six digits are wanted */
  code?: boolean;
  account_ending?: string;
  mode?: string;
  equity?: string | null;
  currency?: string;
}

declare module "*.html" {
  const text: string;
  export default text;
}

type State = import("./state.js").SoarState;
type Stub = DurableObjectStub<State>;

/** A request whose signature and time hold; its nonce must still be shown to be new. */
interface Signed {
  /** what is asked for: "status" of "/v1/status" */
  command: string;
  nonce: string;
  /** Unix milliseconds after which the same request would be too old anyway */
  until: number;
  body: string;
}

/** `text` is JSON. */
interface Reply {
  status: number;
  text: string;
}
