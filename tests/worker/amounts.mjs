// Money in whole cents and shares in whole billionths, as Alpaca writes them; and numbers by chance that can be repeated.

export const NANO = 10n ** 9n;

export const decimal = (nano) => {
  const digits = String(nano).padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
};
export const money = (cents) => `${cents < 0 ? "-" : ""}${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, "0")}`;
export const parsed = (text) => {
  const [whole, rest = ""] = text.split(".");
  return BigInt(whole) * NANO + BigInt(rest.slice(0, 9).padEnd(9, "0"));
};
export const cost = (nano, cents) => Number((nano * BigInt(cents) * 2n + NANO) / (2n * NANO));

/** Deterministic random numbers. */
export function dice(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
